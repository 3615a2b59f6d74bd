"""Causes the faults of a storm: kills, stopped clocks, full disks, slow and silent connections."""
