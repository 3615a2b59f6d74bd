"""Who is asked for whom: requests, proposals, the places they hold, and the waitlist."""
