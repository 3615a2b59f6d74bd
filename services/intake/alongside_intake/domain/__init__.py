"""The rules of intake: facts in, decision out; the standard library and the code lists only."""
