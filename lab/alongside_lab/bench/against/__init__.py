"""Compares the cost per record of this checkout and an earlier revision, in alternating runs (docs/decisions/0024)."""
