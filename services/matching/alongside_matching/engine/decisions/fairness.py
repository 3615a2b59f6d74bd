"""How evenly people are spread over those who support them."""

from collections.abc import Sequence


def gini(loads: Sequence[int]) -> float:
    """The Gini coefficient of some loads: 0 when all are equal, towards 1 when one has everything."""
    total, count = sum(loads), len(loads)
    if not total:
        return 0.0
    weighted = sum(place * load for place, load in enumerate(sorted(loads), start=1))
    return 2 * weighted / (count * total) - (count + 1) / count
