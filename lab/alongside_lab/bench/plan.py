"""How much is measured, and for how long."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final


class Part(StrEnum):
    """What can be measured alone."""

    HOP = "hop"
    WHOLE = "whole"
    GROWTH = "growth"
    """One network alone, with one trace in a hundred; part of `whole` otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HopPlan:
    """The hop alone. A slow peer gets fewer records, so that its turn takes no longer than the others'."""

    records: int
    tutorial_records: int
    repeats: int
    seconds_max: float = 120.0
    """How long one peer's turn may take before the benchmark gives up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePlan:
    """All services together. `open_referrals` are the points of growth; the first is where the rest is measured.

    The sustained rate is measured in `repeats` windows of `window_seconds` with `in_flight` referrals always under
    way, latencies for `latency_seconds` at half of that rate.
    """

    open_referrals: tuple[int, ...]
    repeats: int
    window_seconds: float
    latency_seconds: float
    in_flight: int
    sampled: bool = True
    """Whether a second network is measured, with one trace in a hundred; growth is measured on the last one."""
    settle_seconds_max: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstPlan:
    """A comparison of two checkouts: how many turns each takes, and how many records and referrals a turn counts."""

    runs: int
    records: int
    referrals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """One run. The same seed sends the same records."""

    hop: HopPlan
    whole: WholePlan
    against: AgainstPlan
    seed: int = 7
    parts: frozenset[Part] = field(default=frozenset(Part))
    flames: Path | None = None
    """Where flame graphs go; None for none."""


TRACED: Final = 1.0
SAMPLED: Final = 0.01
"""Shares of records whose trace is kept."""

FULL: Final = BenchPlan(
    hop=HopPlan(records=20_000, tutorial_records=1_000, repeats=3),
    whole=WholePlan(
        open_referrals=(1_000, 10_000), repeats=3, window_seconds=10, latency_seconds=15, in_flight=500
    ),
    against=AgainstPlan(runs=20, records=12_000, referrals=3_000),
)
QUICK: Final = BenchPlan(
    hop=HopPlan(records=8_000, tutorial_records=500, repeats=1),
    whole=WholePlan(
        open_referrals=(50, 300), repeats=2, window_seconds=3, latency_seconds=4, in_flight=100, sampled=False
    ),
    against=AgainstPlan(runs=2, records=4_000, referrals=400),
)


def with_growth_point(plan: BenchPlan, open_referrals: int) -> BenchPlan:
    """The same plan with one more point of growth, unless it reaches that far already."""
    points = plan.whole.open_referrals
    if open_referrals <= points[-1]:
        return plan
    return replace(plan, whole=replace(plan.whole, open_referrals=(*points, open_referrals)))
