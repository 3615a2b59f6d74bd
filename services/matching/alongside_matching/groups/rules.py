"""Rules for meetings and seats: whether a seat is free, and how it is held, taken and released."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MeetingState(StrEnum):
    """Whether a group meets at all; independent of whether its place is open."""

    MEETING = "meeting"
    SUSPENDED = "suspended"
    ENDED = "ended"


class SeatState(StrEnum):
    """Held and taken seats are occupied; released and expired ones are free."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One stored meeting. `seats` None: unlimited. `facilitators` None: not known yet."""

    seats: int | None
    held: int
    taken: int
    cancelled: bool
    facilitators: int | None


class NoSeatBecause(StrEnum):
    """Why a meeting has no seat to hold."""

    NOT_MEETING = "not-meeting"
    WITHDRAWN = "withdrawn"
    NO_NEWCOMERS = "no-newcomers"
    BEGUN = "begun"
    CANCELLED = "cancelled"
    NOBODY_LEADS = "nobody-leads"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class SeatFree:
    """A seat can be held."""


@dataclass(frozen=True, slots=True)
class NoSeat:
    """No seat can be held, and why."""

    because: NoSeatBecause


@dataclass(frozen=True, slots=True)
class Take:
    """The held seat becomes taken."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The seat is released; `state` is its new state."""

    state: SeatState


@dataclass(frozen=True, slots=True)
class SeatOver:
    """The seat cannot be taken or released as asked: it is taken (and can still be released), released or expired."""

    state: SeatState


@dataclass(frozen=True, slots=True)
class HoldNotExpired:
    """The hold is valid until `expires_at`."""

    expires_at: datetime


def open_for_seats(
    state: MeetingState, starts_at: datetime, now: datetime, *, newcomers: bool, withdrawn: bool = False
) -> SeatFree | NoSeat:
    """Decide whether a group offers seats at a meeting at all, before the stored meeting is read."""
    if withdrawn:
        return NoSeat(NoSeatBecause.WITHDRAWN)
    if state is not MeetingState.MEETING:
        return NoSeat(NoSeatBecause.NOT_MEETING)
    if not newcomers:
        return NoSeat(NoSeatBecause.NO_NEWCOMERS)
    return NoSeat(NoSeatBecause.BEGUN) if starts_at <= now else SeatFree()


def find_free_seat(meeting: Occurrence, *, facilitators_min: int) -> SeatFree | NoSeat:
    """Decide whether a meeting has a free seat. Unknown facilitators count as enough."""
    if meeting.cancelled:
        return NoSeat(NoSeatBecause.CANCELLED)
    if meeting.facilitators is not None and meeting.facilitators < facilitators_min:
        return NoSeat(NoSeatBecause.NOBODY_LEADS)
    if meeting.seats is not None and meeting.held + meeting.taken >= meeting.seats:
        return NoSeat(NoSeatBecause.FULL)
    return SeatFree()


def take(state: SeatState, expires_at: datetime | None, now: datetime) -> Take | SeatOver:
    """Decide whether a held seat becomes taken."""
    if state is SeatState.HELD and expires_at is not None and now >= expires_at:
        return SeatOver(SeatState.EXPIRED)
    return Take() if state is SeatState.HELD else SeatOver(state)


def release(state: SeatState) -> GiveBack | SeatOver:
    """Decide whether a held or taken seat is released."""
    return GiveBack(SeatState.RELEASED) if state in (SeatState.HELD, SeatState.TAKEN) else SeatOver(state)


def expire(
    state: SeatState, expires_at: datetime | None, now: datetime
) -> GiveBack | HoldNotExpired | SeatOver:
    """Decide whether a held seat expires at `now`."""
    if state is not SeatState.HELD or expires_at is None:
        return SeatOver(state)
    return GiveBack(SeatState.EXPIRED) if now >= expires_at else HoldNotExpired(expires_at)
