"""How records are found by words: what is indexed of each, in which languages, and how words are written to be compared."""
