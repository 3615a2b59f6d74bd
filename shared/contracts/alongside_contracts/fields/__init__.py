"""The types of fields that come in from outside: texts, times, addresses, and how long a list may be before anything reads it."""
