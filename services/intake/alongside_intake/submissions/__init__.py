"""What intake does with submissions that can be read: identify, load what came before, decide, record, announce."""
