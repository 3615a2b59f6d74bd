"""What is on offer: supporters, groups and services, how many each may walk with, and when a supporter needs rest."""
