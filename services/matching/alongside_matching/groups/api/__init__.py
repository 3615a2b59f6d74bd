"""Routes of groups, their meetings and seats: parse, call, answer; no rules."""
