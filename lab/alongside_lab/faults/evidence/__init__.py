"""Reads what became of every record from Kafka, PostgreSQL and the mail sink, and judges it."""
