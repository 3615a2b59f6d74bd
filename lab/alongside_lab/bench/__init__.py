"""Measures how fast the platform is on this machine, beside the bare limit and what a tutorial would build.

Three questions, each against a real broker and a real PostgreSQL, repeated and told as medians with their spread:

- `hop`: one service alone, consume → validate → one row → announce → produce, beside two peers on the same records;
- `whole`: all four services, from a partner's record to the notice its referrer got;
- `whole` again with many referrals open: does it stay as fast and as small?

Figures of one run may be compared with each other. Those of two runs only if nothing else ran beside them: whether one
revision is slower than another is measured by `against`, which lets both take turns (docs/decisions/0024).
"""
