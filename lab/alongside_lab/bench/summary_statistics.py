"""Median and range of repeated measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Statistics:
    """Repeated measurements; `relative_range` is the difference of the extremes as a share of the median."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the values."""
        return median(self.values)

    @property
    def relative_range(self) -> float:
        """The difference of the extremes divided by the median; 0 for a single measurement."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return median, extremes, and all values in the order measured."""
        return {
            "median": round(self.median, 3),
            "low": round(min(self.values), 3),
            "high": round(max(self.values), 3),
            "apart": round(self.relative_range, 3),
            "values": [round(value, 3) for value in self.values],
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` (0 to 1) of all values do not exceed. Raises ValueError without values."""
    if not values:
        raise ValueError("a percentile needs at least one value")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def ratio(one: float, other: float) -> float | None:
    """Return `one` divided by `other`, rounded; None when `other` is 0."""
    return round(one / other, 3) if other else None
