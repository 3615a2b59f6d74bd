"""Experiments on the whole platform: fault storms, benchmarks, and the match engine on invented regions.

Nothing here is installed with a service or with the operators' command line.
"""
