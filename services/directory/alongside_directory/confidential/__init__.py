"""Confidential places: the words that say so, what must not be shown of them, and a package without it."""
