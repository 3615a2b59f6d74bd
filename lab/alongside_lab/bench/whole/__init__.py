"""Measures all services together, from a partner's record to the notice of the one who must act."""
