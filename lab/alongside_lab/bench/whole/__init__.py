"""Measures all services together, from a partner's record to its referrer's notice."""
