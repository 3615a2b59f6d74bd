"""Routes of proposals and decisions: parse, call, answer; no rules."""
