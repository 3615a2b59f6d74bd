"""A publisher's package as rows with line numbers, and the errors it can have."""
