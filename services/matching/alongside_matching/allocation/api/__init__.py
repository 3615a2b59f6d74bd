"""Routes of proposals and decisions. Routes parse, call and answer; they hold no rules."""
