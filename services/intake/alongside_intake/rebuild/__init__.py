"""Builds the referrals that are open anew from the streams, when a replay is asked for (docs/delivery.md)."""
