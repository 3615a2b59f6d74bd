"""The join: rows in, listed services out, and every odd row quarantined or flagged."""
