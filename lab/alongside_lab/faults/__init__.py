"""The fault suite: thousands of referrals during a storm of faults, then an independent check of every promise."""
