"""Measures all services together, from a partner's record to the notice its referrer gets."""
