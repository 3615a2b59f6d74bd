"""Coarsens the counts of a decision before they leave matching.

In a small region "one offer was excluded by the trigger rule" identifies somebody. Staff who read the decision itself
see the exact counts, because they see the offers, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FEW: Final = 5
"""Smaller counts are not announced."""


@dataclass(frozen=True, slots=True)
class CoarseCounts:
    """Counts of at least `FEW`, the names of smaller non-zero counts, and the total without those."""

    counts: Mapping[str, int]
    few: tuple[str, ...]
    total: int


def coarsen(excluded: Mapping[str, int], eligible: int) -> CoarseCounts:
    """Return the counts that may be announced: exclusions per rule, and the total with the eligible offers."""
    counts = {rule: count for rule, count in excluded.items() if count >= FEW}
    few = tuple(sorted(rule for rule, count in excluded.items() if 0 < count < FEW))
    return CoarseCounts(counts, few, total=sum(counts.values()) + (eligible if eligible >= FEW else 0))
