"""Experiments on the whole platform: fault storms, benchmarks, and the match engine on generated regions.

This distribution is installed neither with a service nor with the operators' command line.
"""
