"""Rebuilds the in-app inbox from the streams, when a replay is requested (docs/delivery.md)."""
