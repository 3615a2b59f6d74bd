"""A publisher's package as rows with line numbers, and what can be wrong with it."""
