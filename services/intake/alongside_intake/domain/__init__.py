"""The rules of intake: facts in, decision out; the standard library only."""
