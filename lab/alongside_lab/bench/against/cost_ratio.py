"""Compares what two checkouts cost per record, and says whether the new one is not below 0.97 of the old one.

A pair is one turn of each checkout, measured one right after the other: what slows the machine for a while slows both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final

FLOOR: Final = 0.97
"""The least share of the old checkout's performance that the new one must keep."""
WIDTH_MAX: Final = 0.06
"""A wider interval says too little to be called a measurement."""
PAIRS_MIN: Final = 20
CONFIDENCE: Final = 0.95
RESAMPLES: Final = 4_000


class Verdict(StrEnum):
    """Whether the new checkout is not below 0.97."""

    YES = "yes"
    NO = "no"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds spent on `count` records; both are above zero."""

    seconds: float
    count: int


@dataclass(frozen=True, slots=True)
class CostPair:
    """One turn of each checkout."""

    old: Cost
    new: Cost


@dataclass(frozen=True, slots=True)
class Ratio:
    """The old checkout's cost by the new one's: above 1 when the new one needs less. `low` to `high` is its interval."""

    value: float
    low: float
    high: float
    pairs: int

    @property
    def width(self) -> float:
        """How wide the interval is."""
        return self.high - self.low

    @property
    def not_below_floor(self) -> Verdict:
        """The interval reaches 1, or all of it is at or above 0.97; `not measured` when it is too wide to say."""
        if self.pairs < PAIRS_MIN or self.width > WIDTH_MAX:
            return Verdict.NOT_MEASURED
        return Verdict.YES if self.high >= 1 or self.low >= FLOOR else Verdict.NO

    def as_json(self) -> dict[str, Any]:
        """Ratio and interval, rounded for reading."""
        return {
            "ratio": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "width": round(self.width, 4),
        }


def compare(pairs: Sequence[CostPair], *, seed: int) -> Ratio:
    """The ratio pooled over all pairs, and its 95 % interval by a bootstrap over whole pairs.

    The same seed draws the same resamples. Raises ValueError without pairs.
    """
    if not pairs:
        raise ValueError("no pairs, no ratio")
    rng, value = Random(seed), _pooled(pairs)
    drawn = sorted(_pooled(rng.choices(pairs, k=len(pairs))) for _ in range(RESAMPLES))
    tail = round(RESAMPLES * (1 - CONFIDENCE) / 2)
    return Ratio(value, min(value, drawn[tail]), max(value, drawn[-1 - tail]), len(pairs))


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """`no` if any part is below, else `not measured` if any part is, else `yes`."""
    severity = (Verdict.NO, Verdict.NOT_MEASURED)
    return next((verdict for verdict in severity if verdict in verdicts), Verdict.YES)


def _pooled(pairs: Sequence[CostPair]) -> float:
    """Cost per record of all old turns together, by that of all new ones."""
    return _each(pair.old for pair in pairs) / _each(pair.new for pair in pairs)


def _each(costs: Iterable[Cost]) -> float:
    spent = tuple(costs)
    return sum(cost.seconds for cost in spent) / sum(cost.count for cost in spent)
