"""Which certificates count, how many places an offer may have, how exactly a position may be known; and the catalogue's codes."""
