"""The types of fields that come in from outside: texts, times, and how long a list may be before anything reads it."""
