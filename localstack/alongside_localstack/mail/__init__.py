"""A mail server that stores all messages and shows them over HTTP."""
