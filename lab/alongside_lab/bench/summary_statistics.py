"""Several measurements of one thing as one number and how far they lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Statistics:
    """Repeated measurements; `relative_range` is how far the extremes lie from each other, as a share of the median."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.values)

    @property
    def relative_range(self) -> float:
        """0 for a single measurement."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0

    def as_json(self) -> dict[str, Any]:
        """Median, extremes, and every value in the order measured."""
        return {
            "median": round(self.median, 3),
            "low": round(min(self.values), 3),
            "high": round(max(self.values), 3),
            "apart": round(self.relative_range, 3),
            "values": [round(value, 3) for value in self.values],
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all values do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no values, no percentile")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def ratio(one: float, other: float) -> float | None:
    """How many times `other` is `one`; None when there is nothing to compare with."""
    return round(one / other, 3) if other else None
