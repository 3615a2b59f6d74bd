"""The fault suite: thousands of referrals through a storm of faults, then an independent check of every promise."""
