"""What publishers list, as the directory announces it: each listing's newest state, and the offer that follows it."""
