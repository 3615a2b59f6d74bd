"""The types of fields that come in from outside: what a list may hold before anything reads it."""
