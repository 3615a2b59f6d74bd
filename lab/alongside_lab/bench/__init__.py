"""Measures how fast the platform is on this machine, compared with the bare limit and a tutorial's design.

Four benchmarks on a real broker and a real PostgreSQL, repeated and reported as medians with their range:

- `hop`: one service alone, consume → validate → one row → announce → produce, compared with two other implementations on the same records;
- `whole`: all four services, from a partner's record to the notice of the one who must act;
- growth: `whole` again with many open referrals, to compare rate and memory;
- `import`: from a partner's record to the proposal, alone and while a large directory is imported.

Figures of one run can be compared with each other; those of two runs only if nothing else ran on the machine. To find
out whether one revision is slower than another use `against`, which runs both alternately (docs/decisions/0024).
"""
