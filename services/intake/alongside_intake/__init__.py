"""Hears submissions from partners and decides whether each is admitted, rejected, held, linked or escalated."""
