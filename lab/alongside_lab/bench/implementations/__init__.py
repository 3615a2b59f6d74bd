"""Three programs with the same task and records: our chassis, the bare limit, and the tutorial's design."""
