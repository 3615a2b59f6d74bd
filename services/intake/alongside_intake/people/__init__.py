"""Who people are and how they are reached: opaque ids, sealed contact routes, and their erasure."""
