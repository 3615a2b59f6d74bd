"""A referral's way through all services, asked of a span store and drawn as a waterfall."""
