"""The demonstration: two partners and a region of offers; every guarantee is checked at the end."""
