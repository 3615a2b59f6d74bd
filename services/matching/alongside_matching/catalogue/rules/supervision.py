"""Number of supporters that one supervisor may have."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MaySupervise:
    """The supervisor may have one more supporter."""


@dataclass(frozen=True, slots=True)
class SupervisorFull:
    """The supervisor has as many supporters as the region's norm allows."""

    supporters_max: int


def check_supervisor_norm(others: int, *, supporters_max: int) -> MaySupervise | SupervisorFull:
    """Decide whether a supervisor with `others` supporters may have one more."""
    return MaySupervise() if others < supporters_max else SupervisorFull(supporters_max)
