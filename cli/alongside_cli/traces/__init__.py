"""Reads a referral's traces from a span store and draws them as a waterfall."""
