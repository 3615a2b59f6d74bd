"""Runs the whole of Alongside on one machine, shows it at work, and gives operators their commands."""
