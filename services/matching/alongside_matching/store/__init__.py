"""Every SQL statement of matching, one function per question, split by noun.

Lock order, in every transaction that moves a place: `regions.lock` first, then the referral's request row, then
offers. It makes a region's decisions follow one another, so no two of them deadlock and no referral goes onto the
waitlist while somebody else is just giving a place back. Batches that touch several regions in different orders may
still meet: PostgreSQL ends one of them, and the chassis does it again.
"""
