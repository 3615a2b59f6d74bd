"""Seats at one meeting of a group: held for a while, taken, given back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SeatState(StrEnum):
    """Held and taken seats count; released and expired ones are there for others."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Take:
    """The held seat becomes taken."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The seat is there for others; `state` is what it was given back as."""

    state: SeatState


@dataclass(frozen=True, slots=True)
class Over:
    """Something was here first: the seat is no longer theirs, or taken for good."""

    state: SeatState


@dataclass(frozen=True, slots=True)
class NotYet:
    """The time to say yes is not over."""


def take(state: SeatState, expires_at: datetime | None, now: datetime) -> Take | Over:
    """The person says that they will come. Saying it again changes nothing."""
    if state is SeatState.HELD and expires_at is not None and now >= expires_at:
        return Over(SeatState.EXPIRED)
    return Take() if state is SeatState.HELD else Over(state)


def release(state: SeatState) -> GiveBack | Over:
    """The person says that they will not come, before or after they said yes."""
    return GiveBack(SeatState.RELEASED) if state in (SeatState.HELD, SeatState.TAKEN) else Over(state)


def expire(state: SeatState, expires_at: datetime | None, now: datetime) -> GiveBack | NotYet | Over:
    """Time looks at the seat."""
    if state is not SeatState.HELD or expires_at is None:
        return Over(state)
    return GiveBack(SeatState.EXPIRED) if now >= expires_at else NotYet()
