"""Routes of groups, their meetings and seats. Routes parse, call and answer; they hold no rules."""
