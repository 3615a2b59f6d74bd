"""Routes of offers and supporters' records. Routes parse, call and answer; they hold no rules."""
