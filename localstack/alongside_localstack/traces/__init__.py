"""The local stack's span store: it receives what the services export, keeps it, and answers `alongside trace`."""
