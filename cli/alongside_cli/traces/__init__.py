"""The local stack's own span store: what the services export, kept, and drawn as a referral's way."""
