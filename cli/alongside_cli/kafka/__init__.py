"""A cluster that is not the local stack's: its topics, users and access rules, out of the one list of streams."""
