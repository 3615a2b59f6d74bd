"""Rules for proposals and for the state of a request: facts and a time in, a named decision out."""
