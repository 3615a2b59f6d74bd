"""Collects evidence from Kafka, PostgreSQL and the mail sink, and evaluates it."""
