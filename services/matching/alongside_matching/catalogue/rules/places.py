"""Capacity of an offer: never set below the places held or taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fits:
    """The capacity covers every place held or taken."""


@dataclass(frozen=True, slots=True)
class BelowPromised:
    """More places are held or taken than the capacity has."""

    promised: int


def fits(capacity: int | None, *, promised: int) -> Fits | BelowPromised:
    """Decide whether an offer can have this capacity; None means open to everyone."""
    return Fits() if capacity is None or capacity >= promised else BelowPromised(promised)
