"""Compares the cost per record of two checkouts: is the new one's performance at least 0.97 of the old one's?

A pair is one run of each checkout, one right after the other, so that a temporary slowdown of the machine affects both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final

FLOOR: Final = 0.97
"""The smallest accepted share of the old checkout's performance."""
WIDTH_MAX: Final = 0.06
"""With a wider confidence interval the result counts as not measured."""
PAIRS_MIN: Final = 20
CONFIDENCE: Final = 0.95
RESAMPLES: Final = 4_000


class Verdict(StrEnum):
    """Whether the new checkout's performance is at least 0.97 of the old one's."""

    YES = "yes"
    NO = "no"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds for `count` records; both are above zero."""

    seconds: float
    count: int


@dataclass(frozen=True, slots=True)
class CostPair:
    """The costs of one run of each checkout."""

    old: Cost
    new: Cost


@dataclass(frozen=True, slots=True)
class Ratio:
    """Old cost divided by new cost: above 1 when the new checkout needs less. `low` to `high` is the interval."""

    value: float
    low: float
    high: float
    pairs: int

    @property
    def width(self) -> float:
        """The width of the interval."""
        return self.high - self.low

    @property
    def not_below_floor(self) -> Verdict:
        """YES if the interval reaches 1 or is wholly at or above 0.97; NOT_MEASURED if too wide or too few pairs."""
        if self.pairs < PAIRS_MIN or self.width > WIDTH_MAX:
            return Verdict.NOT_MEASURED
        return Verdict.YES if self.high >= 1 or self.low >= FLOOR else Verdict.NO

    def as_json(self) -> dict[str, Any]:
        """Return ratio and interval, rounded."""
        return {
            "ratio": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "width": round(self.width, 4),
        }


def compare(pairs: Sequence[CostPair], *, seed: int) -> Ratio:
    """Return the ratio pooled over all pairs, and its 95 % interval by a bootstrap over whole pairs.

    The same seed draws the same resamples. Raises ValueError without pairs.
    """
    if not pairs:
        raise ValueError("a ratio needs at least one pair")
    rng, value = Random(seed), _pooled(pairs)
    resampled_ratios = sorted(_pooled(rng.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    tail = round(RESAMPLES * (1 - CONFIDENCE) / 2)
    return Ratio(
        value, min(value, resampled_ratios[tail]), max(value, resampled_ratios[-1 - tail]), len(pairs)
    )


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return NO if any verdict is NO, else NOT_MEASURED if any is, else YES."""
    severity = (Verdict.NO, Verdict.NOT_MEASURED)
    return next((verdict for verdict in severity if verdict in verdicts), Verdict.YES)


def _pooled(pairs: Sequence[CostPair]) -> float:
    """Return the cost per record of all old runs together, divided by that of all new ones."""
    return _cost_per_record(pair.old for pair in pairs) / _cost_per_record(pair.new for pair in pairs)


def _cost_per_record(costs: Iterable[Cost]) -> float:
    all_costs = tuple(costs)
    return sum(cost.seconds for cost in all_costs) / sum(cost.count for cost in all_costs)
