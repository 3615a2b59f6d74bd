"""PostgreSQL: its files and process, and the databases and roles in it."""
