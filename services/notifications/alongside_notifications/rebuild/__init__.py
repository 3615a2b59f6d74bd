"""Builds the inbox of notices anew from the streams, when a replay is asked for (docs/delivery.md)."""
