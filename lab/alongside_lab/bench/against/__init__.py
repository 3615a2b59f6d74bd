"""Compares the cost of a record in this checkout with an earlier revision's, in turns (docs/decisions/0024)."""
