"""Hears transitions of referrals and announces when one has begun for the first time."""
