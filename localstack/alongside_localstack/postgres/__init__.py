"""PostgreSQL as its own files and process, and the databases and roles in it."""
