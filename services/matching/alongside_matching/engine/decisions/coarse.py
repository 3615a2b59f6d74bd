"""What of a decision's counts leaves matching: in a small region "one was kept out by the trigger rule" is about somebody.

Staff who ask for the decision itself see the counts as they are; they see the offers, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FEW: Final = 5
"""Fewer than that are not counted."""


@dataclass(frozen=True, slots=True)
class CoarseCounts:
    """Counts of at least `FEW`, the names of what counted less, and the total without those."""

    counts: Mapping[str, int]
    few: tuple[str, ...]
    total: int


def coarsen(excluded: Mapping[str, int], eligible: int) -> CoarseCounts:
    """Counts as they may be told: how many each rule excluded, and how many could have been asked."""
    counts = {rule: count for rule, count in excluded.items() if count >= FEW}
    few = tuple(sorted(rule for rule, count in excluded.items() if 0 < count < FEW))
    return CoarseCounts(counts, few, total=sum(counts.values()) + (eligible if eligible >= FEW else 0))
