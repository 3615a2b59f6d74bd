"""Rebuilds the list of open referrals from the streams, when a replay is requested (docs/delivery.md)."""
