"""The join: rows in, listed services out, and every invalid row quarantined or flagged."""
