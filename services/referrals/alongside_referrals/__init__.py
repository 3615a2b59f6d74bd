"""Hears what intake and matching decided and keeps each referral's one true status."""
