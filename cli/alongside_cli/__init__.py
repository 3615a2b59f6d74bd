"""The `alongside` command: what operators of an installation need, from any machine that reaches its services."""
