"""Generates the sample region and its submissions: real places, no real people, the same for the same seed."""
