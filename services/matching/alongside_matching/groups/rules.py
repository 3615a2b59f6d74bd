"""Meetings of a group and the seats there: whether one is free, and how it is held, taken and given back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MeetingState(StrEnum):
    """Whether a group meets at all; whether its place is open is another question."""

    MEETING = "meeting"
    SUSPENDED = "suspended"
    ENDED = "ended"


class SeatState(StrEnum):
    """Held and taken seats count; released and expired ones are there for others."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One meeting as it is kept. `seats` none: as many as come. `facilitators` none: nobody has said how many lead it."""

    seats: int | None
    held: int
    taken: int
    cancelled: bool
    facilitators: int | None


class NoSeatBecause(StrEnum):
    """Why nobody can be given a seat at a meeting."""

    NOT_MEETING = "not-meeting"
    NO_NEWCOMERS = "no-newcomers"
    BEGUN = "begun"
    CANCELLED = "cancelled"
    NOBODY_LEADS = "nobody-leads"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class SeatFree:
    """There is a seat to hold."""


@dataclass(frozen=True, slots=True)
class NoSeat:
    """There is none, and why."""

    because: NoSeatBecause


@dataclass(frozen=True, slots=True)
class Take:
    """The held seat becomes taken."""


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The seat is there for others; `state` is what it was given back as."""

    state: SeatState


@dataclass(frozen=True, slots=True)
class SeatOver:
    """Something was here first: the seat is no longer theirs, or taken for good."""

    state: SeatState


@dataclass(frozen=True, slots=True)
class HoldNotExpired:
    """The time to say yes is not over: it ends at `expires_at`."""

    expires_at: datetime


def open_for_seats(
    state: MeetingState, starts_at: datetime, now: datetime, *, newcomers: bool
) -> SeatFree | NoSeat:
    """Whether a group gives seats at a meeting at all, whatever is kept of that meeting."""
    if state is not MeetingState.MEETING:
        return NoSeat(NoSeatBecause.NOT_MEETING)
    if not newcomers:
        return NoSeat(NoSeatBecause.NO_NEWCOMERS)
    return NoSeat(NoSeatBecause.BEGUN) if starts_at <= now else SeatFree()


def find_free_seat(meeting: Occurrence, *, facilitators_min: int) -> SeatFree | NoSeat:
    """Whether a meeting has a seat to hold. One of which nobody has said how many lead it is taken to be led."""
    if meeting.cancelled:
        return NoSeat(NoSeatBecause.CANCELLED)
    if meeting.facilitators is not None and meeting.facilitators < facilitators_min:
        return NoSeat(NoSeatBecause.NOBODY_LEADS)
    if meeting.seats is not None and meeting.held + meeting.taken >= meeting.seats:
        return NoSeat(NoSeatBecause.FULL)
    return SeatFree()


def take(state: SeatState, expires_at: datetime | None, now: datetime) -> Take | SeatOver:
    """The person says that they will come. Saying it again changes nothing."""
    if state is SeatState.HELD and expires_at is not None and now >= expires_at:
        return SeatOver(SeatState.EXPIRED)
    return Take() if state is SeatState.HELD else SeatOver(state)


def release(state: SeatState) -> GiveBack | SeatOver:
    """The person says that they will not come, before or after they said yes."""
    return GiveBack(SeatState.RELEASED) if state in (SeatState.HELD, SeatState.TAKEN) else SeatOver(state)


def expire(
    state: SeatState, expires_at: datetime | None, now: datetime
) -> GiveBack | HoldNotExpired | SeatOver:
    """Time looks at the seat."""
    if state is not SeatState.HELD or expires_at is None:
        return SeatOver(state)
    return GiveBack(SeatState.EXPIRED) if now >= expires_at else HoldNotExpired(expires_at)
