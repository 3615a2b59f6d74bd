"""Causes the faults of a storm: kills, changed clocks, full disks, slow and blocked connections."""
