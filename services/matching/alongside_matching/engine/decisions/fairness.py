"""How evenly people are distributed over supporters."""

from collections.abc import Sequence


def gini(loads: Sequence[int]) -> float:
    """Return the Gini coefficient of these loads: 0 when all are equal, near 1 when one load is the whole sum."""
    total, count = sum(loads), len(loads)
    if not total:
        return 0.0
    weighted = sum(rank * load for rank, load in enumerate(sorted(loads), start=1))
    return 2 * weighted / (count * total) - (count + 1) / count
