"""Every SQL statement about requests, proposals, places and decisions, one function per question."""
