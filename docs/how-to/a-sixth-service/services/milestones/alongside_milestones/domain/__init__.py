"""The rules: facts in, a named decision out."""
