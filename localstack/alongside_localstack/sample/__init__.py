"""Invents the sample region and what partners submit to it: real places, no real people, the same for the same seed."""
