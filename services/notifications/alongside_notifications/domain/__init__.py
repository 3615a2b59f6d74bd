"""The rules of telling people: who, in which words, how often to try, and who is paged next. Pure functions only."""
