"""Matches referrals with offers: requests, proposals, the places they hold, and the waitlist."""
