"""Changes to a group's schedule, to one meeting, and to the seats there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside_chassis.announce import Tx
from alongside_contracts.ids import new_id
from alongside_matching.allocation.rules.waiting import RequestState
from alongside_matching.allocation.store import requests
from alongside_matching.catalogue.offer_updates import review_and_propose
from alongside_matching.catalogue.store import offers
from alongside_matching.catalogue.store.kept import SCHEDULE, keep
from alongside_matching.engine.policy import Policies
from alongside_matching.groups import rules
from alongside_matching.groups import store as groups
from alongside_matching.groups.moving import InTheAir, Moved, SeatedSchedule, move, with_exceptions_of
from alongside_matching.groups.rules import (
    GiveBack,
    HoldNotExpired,
    NoSeat,
    NoSeatBecause,
    SeatFree,
    SeatOver,
    Take,
)
from alongside_matching.groups.schedule import (
    Impossible,
    Meeting,
    Possible,
    Schedule,
    check_schedule,
    meeting_at,
)
from alongside_matching.groups.store import Group, OccurrenceChange, Seat

SEAT_EXPIRY: Final = "seat-expiry"


@dataclass(frozen=True, slots=True)
class NotFound:
    """The group has no meeting at that time, or there is no such seat."""


@dataclass(frozen=True, slots=True)
class BelowSeated:
    """More seats are held or taken than the new number of seats."""


@dataclass(frozen=True, slots=True)
class LeftInTheAir:
    """What a new schedule would lose, and the referrals with seats on those days."""

    days: InTheAir
    referral_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class AlreadyHasSeat:
    """The referral already has a seat at this meeting."""


@dataclass(frozen=True, slots=True)
class ReferralNotYetKnown:
    """Matching does not know the referral: its admission may not have arrived yet."""


@dataclass(frozen=True, slots=True)
class ReferralEnded:
    """The referral has ended."""


@dataclass(frozen=True, slots=True)
class MeetingChanged:
    """The meeting was changed."""


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A seat is held until `expires_at`."""

    seat_id: UUID
    expires_at: datetime


async def set_schedule(
    tx: Tx, group: Group, policies: Policies, *, exceptions_given: bool
) -> Possible | Impossible | LeftInTheAir:
    """Set the schedule of a locked group. Without given exceptions, its earlier ones are kept."""
    before = await groups.lock_group(tx.conn, group.offer_id, to_change=True)
    if before is not None and not exceptions_given:
        group = replace(group, schedule=with_exceptions_of(group.schedule, before.schedule))
    decision = check_schedule(group.schedule)
    if isinstance(decision, Impossible):
        return decision
    if isinstance(refused := await move_meetings(tx, before, group), LeftInTheAir):
        return refused
    await save_schedule(tx, group)
    if before is None or _recurrence(group) != _recurrence(before):
        await keep(tx.conn, group.offer_id, [SCHEDULE])
    await review_and_propose(tx, group.offer_id, policies)
    return decision


def _recurrence(group: Group) -> Schedule:
    """Return when a group meets, without its exceptions, which no list publishes."""
    return replace(group.schedule, exceptions=frozenset())


async def move_meetings(tx: Tx, before: Group | None, group: Group) -> LeftInTheAir | None:
    """Move the stored meetings of a group whose schedule is locked, or return what its new schedule would lose."""
    if before is None:
        return None
    stored, referrals = await groups.lock_meetings_to_come(tx.conn, group.offer_id, tx.now)
    today = tx.now.astimezone(ZoneInfo(before.schedule.zone)).date()
    match move(
        SeatedSchedule(before.schedule, before.seats),
        SeatedSchedule(group.schedule, group.seats),
        stored,
        today,
    ):
        case InTheAir() as lost:
            days = {*lost.seated, *lost.crowded}
            return LeftInTheAir(lost, sorted({each for day in days for each in referrals[day]}))
        case Moved(meetings=moved):
            await groups.move_meetings(tx.conn, group.offer_id, moved)
            return None


async def save_schedule(tx: Tx, group: Group) -> None:
    """Store a group's schedule, and whether its place is open."""
    await groups.save_schedule(tx.conn, group)
    await offers.set_place_closed(tx.conn, group.offer_id, closed=group.place_closed, now=tx.now)


async def change_meeting(
    tx: Tx, offer_id: UUID, starts_at: datetime, change: OccurrenceChange
) -> MeetingChanged | NotFound | BelowSeated:
    """Change one meeting: cancel it, or set its seats or facilitators."""
    group = await groups.lock_group(tx.conn, offer_id, to_change=False)
    meeting = None if group is None else meeting_at(group.schedule, starts_at)
    if group is None or meeting is None:
        return NotFound()
    await groups.create_occurrence(tx.conn, group, meeting)
    return (
        MeetingChanged()
        if await groups.change_occurrence(tx.conn, offer_id, starts_at, change)
        else BelowSeated()
    )


async def hold_seat(
    tx: Tx, offer_id: UUID, starts_at: datetime, *, referral_id: UUID, policies: Policies
) -> SeatHeld | NotFound | NoSeat | AlreadyHasSeat | ReferralNotYetKnown | ReferralEnded:
    """Hold a seat for an open referral, which stays open until the commit because its request is locked.

    1 lock the schedule, then wait for the referral's earlier seat; 2 create and lock the meeting; 3 hold one free seat;
    4 assign it to the referral. When two referrals want the last seat, the database gives it to one; the other gets `NoSeat`.
    """
    state = await requests.lock_one(tx.conn, referral_id)
    if state is None:
        return ReferralNotYetKnown()
    if state is RequestState.CLOSED:
        return ReferralEnded()
    group = await groups.lock_group(tx.conn, offer_id, to_change=False)  # 1
    meeting = None if group is None else meeting_at(group.schedule, starts_at)
    if group is None or meeting is None:
        return NotFound()
    await groups.lock_seat_of(tx.conn, offer_id, starts_at, referral_id)
    decision = await _hold_free_seat(tx, group, meeting)  # 2, 3
    if isinstance(decision, NoSeat):
        return decision
    minutes = policies.of(group.region).seat_hold_minutes
    held = SeatHeld(new_id(), min(tx.now + timedelta(minutes=minutes), starts_at))
    added = await groups.add_seat(  # 4
        tx.conn, held.seat_id, offer_id, starts_at, referral_id=referral_id, expires_at=held.expires_at
    )
    if not added:
        await groups.release_held(tx.conn, offer_id, starts_at)
        return AlreadyHasSeat()
    tx.set_timer(SEAT_EXPIRY, str(held.seat_id), held.expires_at)
    return held


async def _hold_free_seat(tx: Tx, group: Group, meeting: Meeting) -> SeatFree | NoSeat:
    """Hold one free seat of a meeting: 1 check the group; 2 lock and check the meeting; 3 write the hold."""
    starts_at = meeting.starts_at
    decision = rules.open_for_seats(  # 1
        group.meeting_state, starts_at, tx.now, newcomers=group.newcomers, withdrawn=group.withdrawn
    )
    if isinstance(decision, NoSeat):
        return decision
    await groups.create_occurrence(tx.conn, group, meeting)
    occurrence = await groups.lock_occurrence(tx.conn, group.offer_id, meeting.day)  # 2
    decision = rules.find_free_seat(occurrence, facilitators_min=group.facilitators_min)
    if isinstance(decision, SeatFree) and not await groups.hold_seat(tx.conn, group, starts_at):  # 3
        return NoSeat(NoSeatBecause.FULL)
    return decision


async def take_seat(tx: Tx, seat_id: UUID) -> Take | SeatOver | NotFound:
    """Take a held seat: the person will come."""
    seat = await groups.lock_seat(tx.conn, seat_id)
    if seat is None:
        return NotFound()
    decision = rules.take(seat.state, seat.expires_at, tx.now)
    if isinstance(decision, Take):
        await groups.take_seat(tx.conn, seat)
        tx.cancel_timer(SEAT_EXPIRY, str(seat_id))
    return decision


async def release_seat(tx: Tx, seat_id: UUID) -> GiveBack | SeatOver | NotFound:
    """Release a seat: the person will not come."""
    seat = await groups.lock_seat(tx.conn, seat_id)
    if seat is None:
        return NotFound()
    decision = rules.release(seat.state)
    if isinstance(decision, GiveBack):
        await _release(tx, seat, decision)
        tx.cancel_timer(SEAT_EXPIRY, str(seat_id))
    return decision


async def release_seats_of(tx: Tx, referral_ids: Sequence[UUID]) -> None:
    """Release the seats that ended referrals have at future meetings."""
    for seat_id in await groups.lock_upcoming_seats(tx.conn, referral_ids, tx.now) if referral_ids else ():
        await release_seat(tx, seat_id)


async def expire_seat(tx: Tx, seat_id: UUID) -> None:
    """Release a seat that was not taken in time; if its hold has not expired, set the timer again."""
    seat = await groups.lock_seat(tx.conn, seat_id)
    if seat is None:
        return
    match rules.expire(seat.state, seat.expires_at, tx.now):
        case GiveBack() as decision:
            await _release(tx, seat, decision)
        case HoldNotExpired(expires_at=expires_at):
            tx.set_timer(SEAT_EXPIRY, str(seat_id), expires_at)
        case SeatOver():
            pass


async def _release(tx: Tx, seat: Seat, decision: GiveBack) -> None:
    await groups.release_seat(tx.conn, seat, decision.state)
