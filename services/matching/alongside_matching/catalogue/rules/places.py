"""Places: how many an offer has. No number is set below what is promised: held and taken places are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fits:
    """Every promise can be kept with that many places."""


@dataclass(frozen=True, slots=True)
class BelowPromised:
    """More places than that are held or taken already."""

    promised: int


def fits(capacity: int | None, *, promised: int) -> Fits | BelowPromised:
    """Whether an offer can have this many places; None means that it is open to everyone."""
    return Fits() if capacity is None or capacity >= promised else BelowPromised(promised)
