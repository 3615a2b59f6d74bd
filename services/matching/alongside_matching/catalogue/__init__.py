"""Offers: supporters, groups and services, their capacity, and the well-being of supporters."""
