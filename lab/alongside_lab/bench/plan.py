"""The amount and duration of each measurement."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final


class Part(StrEnum):
    """The parts that can be measured separately."""

    HOP = "hop"
    WHOLE = "whole"
    GROWTH = "growth"
    """Growth alone, with one trace in a hundred sampled; otherwise it is part of `whole`."""
    IMPORT = "import"
    """Referrals to their proposal, alone and while a large directory is imported."""
    FINDING = "finding"
    """Answers of the directory after the import of a large package."""
    LOOP = "loop"
    """Referrals to their closed loop; only in a comparison of two checkouts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HopPlan:
    """The hop. A slow implementation gets fewer records, so that its run takes no longer than the others'."""

    records: int
    tutorial_records: int
    repeats: int
    seconds_max: float = 120.0
    """Time limit for one run; after it the benchmark fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePlan:
    """All services together. `open_referrals` are the points of growth; the other figures are measured at the first.

    The sustained rate is measured in `repeats` windows of `window_seconds` with `concurrency` submissions always in
    progress, latencies for `latency_seconds` at half of that rate.
    """

    open_referrals: tuple[int, ...]
    repeats: int
    window_seconds: float
    latency_seconds: float
    concurrency: int
    sampled: bool = True
    """Whether a second network with one sampled trace in a hundred is measured; growth uses the last network."""
    settle_seconds_max: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """Referrals at a fixed rate, for `alone_seconds` before and after an import of `listings`, and while it lasts."""

    listings: int
    alone_seconds: float
    referrals_per_second: float = 20.0
    seconds_max: float = 900.0
    """Time limit from the upload until matching has made offers of all listings; after it the benchmark fails."""
    settle_seconds_max: float = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstPlan:
    """A comparison of two checkouts: runs of each, and records, referrals and closed loops per run."""

    runs: int
    records: int
    referrals: int
    loops: int
    loops_at_once: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """The plan of one benchmark. The same seed sends the same records."""

    hop: HopPlan
    whole: WholePlan
    against: AgainstPlan
    directory: ImportPlan
    finding_rounds: int
    """How often each kind of question is asked of the directory."""
    seed: int = 7
    parts: frozenset[Part] = frozenset({Part.HOP, Part.WHOLE, Part.GROWTH, Part.IMPORT, Part.FINDING})
    flames: Path | None = None
    """Folder for flame graphs; None for none."""


TRACED: Final = 1.0
SAMPLED: Final = 0.01
"""Shares of records whose trace is sampled."""

FULL: Final = BenchPlan(
    hop=HopPlan(records=20_000, tutorial_records=1_000, repeats=3),
    whole=WholePlan(
        open_referrals=(1_000, 10_000), repeats=3, window_seconds=10, latency_seconds=15, concurrency=500
    ),
    against=AgainstPlan(runs=20, records=12_000, referrals=3_000, loops=400),
    directory=ImportPlan(listings=10_000, alone_seconds=30),
    finding_rounds=200,
)
QUICK: Final = BenchPlan(
    hop=HopPlan(records=8_000, tutorial_records=500, repeats=1),
    whole=WholePlan(
        open_referrals=(50, 300),
        repeats=2,
        window_seconds=3,
        latency_seconds=4,
        concurrency=100,
        sampled=False,
    ),
    against=AgainstPlan(runs=2, records=4_000, referrals=400, loops=80),
    directory=ImportPlan(listings=1_000, alone_seconds=5),
    finding_rounds=20,
)


def with_growth_point(plan: BenchPlan, open_referrals: int) -> BenchPlan:
    """Return the plan with one more point of growth, unless it has one at least as large."""
    points = plan.whole.open_referrals
    if open_referrals <= points[-1]:
        return plan
    return replace(plan, whole=replace(plan.whole, open_referrals=(*points, open_referrals)))
