"""Starts processes in order, watches and restarts them, and stops them in reverse; independent of what they do."""
