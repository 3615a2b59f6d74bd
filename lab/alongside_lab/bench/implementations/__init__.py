"""Three programs that do the same to the same records: ours, the bare limit, and the tutorial's."""
