"""Every SQL statement about uploaded directories and published records, one function per question."""
