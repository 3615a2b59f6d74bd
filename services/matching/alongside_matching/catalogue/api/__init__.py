"""Routes of offers and of supporters' records: parse, call, answer; no rules."""
