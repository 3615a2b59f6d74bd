"""Starts processes in order, watches and restarts them, and stops them in reverse; it knows nothing of what they do."""
