"""A mail server that keeps what it is sent, and shows it over HTTP."""
