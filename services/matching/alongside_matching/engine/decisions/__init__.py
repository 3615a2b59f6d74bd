"""A stored decision: explained to staff, explained to the person, and replayed to the last bit."""
