"""Hears where referrals stand and announces when one has begun for the first time."""
