"""The local stack's span store: it receives the services' spans, stores them, and answers `alongside trace`."""
