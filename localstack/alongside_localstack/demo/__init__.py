"""The demonstration: two partners, a region full of offers, every promise checked at the end."""
