"""People and partners: opaque ids, sealed contact routes, and erasure."""
