"""How many supporters one person may supervise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MaySupervise:
    """There is room for one more supporter."""


@dataclass(frozen=True, slots=True)
class SupervisorFull:
    """The supervisor has as many supporters as the region's norm allows."""

    supporters_max: int


def check_supervisor_norm(others: int, *, supporters_max: int) -> MaySupervise | SupervisorFull:
    """Whether a supervisor with so many `others` may take on one more supporter."""
    return MaySupervise() if others < supporters_max else SupervisorFull(supporters_max)
