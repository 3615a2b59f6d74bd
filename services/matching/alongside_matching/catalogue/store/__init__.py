"""Every SQL statement about offers and supporters, one function per question."""
