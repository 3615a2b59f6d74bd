"""Groups: their schedules, changed meetings, and the seats there.

A seat is held by a conditional write on the row of its meeting, so that two people never get the last one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_matching.groups.moving import MovedMeeting, StoredMeeting
from alongside_matching.groups.rules import MeetingState, Occurrence, SeatState
from alongside_matching.groups.schedule import Every, Meeting, Schedule

_SCHEDULE: Final = """
    select offer_id, zone, starts_on, at, minutes, every, weekdays, nth, until, exceptions, meeting_state, newcomers,
           seats, facilitators_min, region, modes, place_closed,
           coalesce(paused_because in ('vanished', 'not-active'), false) as withdrawn
    from group_schedule join offer on offer.id = offer_id
    where offer_id = any($1)
"""
_SAVE_SCHEDULE: Final = """
    insert into group_schedule (offer_id, zone, starts_on, at, minutes, every, weekdays, nth, until, exceptions,
                                meeting_state, newcomers, seats, facilitators_min)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict (offer_id) do update
    set zone = excluded.zone, starts_on = excluded.starts_on, at = excluded.at, minutes = excluded.minutes,
        every = excluded.every, weekdays = excluded.weekdays, nth = excluded.nth, until = excluded.until,
        exceptions = excluded.exceptions, meeting_state = excluded.meeting_state, newcomers = excluded.newcomers,
        seats = excluded.seats, facilitators_min = excluded.facilitators_min
"""
_CREATE_OCCURRENCE: Final = """
    insert into occurrence (offer_id, day, starts_at, seats, cancelled) values ($1, $2, $3, $4, false)
    on conflict (offer_id, day) do update set starts_at = excluded.starts_at
        where occurrence.starts_at <> excluded.starts_at
"""
_CHANGE_OCCURRENCE: Final = """
    update occurrence
    set cancelled = coalesce($3, cancelled), seats = case when $4 then $5 else seats end,
        facilitators = coalesce($6, facilitators)
    where offer_id = $1 and starts_at = $2 and (not $4 or $5::int is null or held + taken <= $5)
    returning starts_at
"""
_OCCURRENCES: Final = """
    select day, seats, held, taken, cancelled, facilitators
    from occurrence where offer_id = $1 and day = any($2)
"""
_LOCK_SEATS_TO_COME: Final = """
    select starts_at, referral_id, state
    from seat where offer_id = $1 and starts_at > $2 order by id for update
"""
_LOCK_MEETINGS_TO_COME: Final = """
    select day, starts_at, cancelled, held + taken as occupied, seats
    from occurrence where offer_id = $1 and starts_at > $2 order by starts_at for update
"""
_MOVE: Final = "update occurrence set starts_at = $3, seats = $4 where offer_id = $1 and starts_at = $2"
_HOLD: Final = """
    update occurrence set held = held + 1
    where offer_id = $1 and starts_at = $2 and not cancelled and (seats is null or held + taken < seats)
      and (facilitators is null or facilitators >= $3)
    returning starts_at
"""
_LOCK_EARLIER_SEAT: Final = """
    select state from seat where offer_id = $1 and starts_at = $2 and referral_id = $3 for no key update
"""
_ADD_SEAT: Final = """
    insert into seat (id, offer_id, starts_at, referral_id, state, expires_at) values ($1, $2, $3, $4, 'held', $5)
    on conflict (offer_id, starts_at, referral_id) do update
        set id = excluded.id, state = 'held', expires_at = excluded.expires_at
        where seat.state in ('released', 'expired')
    returning id
"""
_LOCK_SEAT: Final = """
    select id, offer_id, starts_at, referral_id, state, expires_at from seat where id = $1 for update
"""
_SET_SEAT_STATE: Final = "update seat set state = $2, expires_at = null where id = $1"
_TAKE: Final = (
    "update occurrence set held = held - 1, taken = taken + 1 where offer_id = $1 and starts_at = $2"
)
_FREE_HELD: Final = "update occurrence set held = held - 1 where offer_id = $1 and starts_at = $2"
_FREE_TAKEN: Final = "update occurrence set taken = taken - 1 where offer_id = $1 and starts_at = $2"


@dataclass(frozen=True, slots=True)
class Group:
    """A group with the facts its meetings need. `withdrawn`: its source no longer offers it, and it is paused for that."""

    offer_id: UUID
    region: str
    modes: frozenset[str]
    schedule: Schedule
    meeting_state: MeetingState
    place_closed: bool
    newcomers: bool
    seats: int | None
    facilitators_min: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class OccurrenceChange:
    """Change of one meeting; None stays unchanged. `seats` None means unlimited if `seats_given`."""

    cancelled: bool | None = None
    facilitators: int | None = None
    seats: int | None = None
    seats_given: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """A referral's seat at one meeting. A held seat is released at `expires_at`."""

    id: UUID
    offer_id: UUID
    starts_at: datetime
    referral_id: UUID
    state: SeatState
    expires_at: datetime | None


async def load_groups(conn: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, Group]:
    """Return the groups among these offers that have a schedule, by offer id."""
    return {row["offer_id"]: _group(row) for row in await conn.fetch(_SCHEDULE, list(ids))}


async def lock_group(conn: asyncpg.Connection, offer_id: UUID, *, to_change: bool) -> Group | None:
    """Lock a group's schedule: to change it, or so that nobody changes it; None when it has none."""
    strength = "update" if to_change else "share"
    row = await conn.fetchrow(f"{_SCHEDULE} for {strength} of group_schedule", [offer_id])
    return None if row is None else _group(row)


async def save_schedule(conn: asyncpg.Connection, group: Group) -> None:
    """Insert or replace a group's schedule."""
    schedule = group.schedule
    await conn.execute(
        _SAVE_SCHEDULE,
        *(group.offer_id, schedule.zone, schedule.starts_on, schedule.at, schedule.minutes),
        *(schedule.every.value, list(schedule.weekdays), list(schedule.nth), schedule.until),
        *(sorted(schedule.exceptions), group.meeting_state, group.newcomers),
        *(group.seats, group.facilitators_min),
    )


async def load_occurrences(
    conn: asyncpg.Connection, offer_id: UUID, days: Sequence[date]
) -> dict[date, Occurrence]:
    """Return the stored rows of the meetings on these local days, by day."""
    return {row["day"]: _occurrence(row) for row in await conn.fetch(_OCCURRENCES, offer_id, list(days))}


async def lock_occurrence(conn: asyncpg.Connection, offer_id: UUID, day: date) -> Occurrence:
    """Lock one meeting, so that nobody moves its seats. Raises LookupError when it has no row."""
    row = await conn.fetchrow(f"{_OCCURRENCES} for no key update", offer_id, [day])
    if row is None:
        raise LookupError(f"the meeting of {offer_id} on {day} has no row; call create_occurrence first")
    return _occurrence(row)


async def lock_meetings_to_come(
    conn: asyncpg.Connection, offer_id: UUID, now: datetime
) -> tuple[list[StoredMeeting], dict[date, list[UUID]]]:
    """Lock a group's stored meetings that have not begun, seats first; return them, and who has seats on each day."""
    seats = await conn.fetch(_LOCK_SEATS_TO_COME, offer_id, now)
    stored = [
        StoredMeeting(row["day"], row["starts_at"], row["cancelled"], row["occupied"], row["seats"])
        for row in await conn.fetch(_LOCK_MEETINGS_TO_COME, offer_id, now)
    ]
    occupied = [seat for seat in seats if seat["state"] in (SeatState.HELD, SeatState.TAKEN)]
    referrals = {
        meeting.day: [seat["referral_id"] for seat in occupied if seat["starts_at"] == meeting.starts_at]
        for meeting in stored
    }
    return stored, referrals


async def move_meetings(conn: asyncpg.Connection, offer_id: UUID, moved: Sequence[MovedMeeting]) -> None:
    """Give stored meetings their new starts and seats; their seats follow.

    Later ones move first when they move to later, so that none takes the start of one that has not moved yet.
    """
    forward = sorted((it for it in moved if it.starts_at > it.was_at), key=_was_at, reverse=True)
    backward = sorted((it for it in moved if it.starts_at <= it.was_at), key=_was_at)
    changes = [(offer_id, it.was_at, it.starts_at, it.seats) for it in (*forward, *backward)]
    await conn.executemany(_MOVE, changes)


async def lock_seat_of(
    conn: asyncpg.Connection, offer_id: UUID, starts_at: datetime, referral_id: UUID
) -> None:
    """Lock the seat that a referral has or had at a meeting: seats are locked before meetings."""
    await conn.execute(_LOCK_EARLIER_SEAT, offer_id, starts_at, referral_id)


async def load_cancelled(
    conn: asyncpg.Connection, ids: Sequence[UUID], since: date
) -> set[tuple[UUID, date]]:
    """Return the local days of these groups' cancelled meetings from a day on."""
    query = "select offer_id, day from occurrence where offer_id = any($1) and day >= $2 and cancelled"
    return {(row["offer_id"], row["day"]) for row in await conn.fetch(query, list(ids), since)}


async def create_occurrence(conn: asyncpg.Connection, group: Group, meeting: Meeting) -> None:
    """Create the row of a meeting with the group's default seat count, if its day has none.

    A row whose start differs, because the rules of the time zone changed, gets the meeting's start; its seats follow.
    """
    await conn.execute(_CREATE_OCCURRENCE, group.offer_id, meeting.day, meeting.starts_at, group.seats)


async def change_occurrence(
    conn: asyncpg.Connection, offer_id: UUID, starts_at: datetime, change: OccurrenceChange
) -> bool:
    """Change one meeting; False when more seats are held or taken than it would have."""
    changed = await conn.fetchval(
        _CHANGE_OCCURRENCE,
        *(offer_id, starts_at, change.cancelled, change.seats_given, change.seats),
        change.facilitators,
    )
    return changed is not None


async def hold_seat(conn: asyncpg.Connection, group: Group, starts_at: datetime) -> bool:
    """Hold one free seat; False when there is none, whatever the rules decided before."""
    return await conn.fetchval(_HOLD, group.offer_id, starts_at, group.facilitators_min) is not None


async def release_held(conn: asyncpg.Connection, offer_id: UUID, starts_at: datetime) -> None:
    """Release a held seat that was assigned to nobody."""
    await conn.execute(_FREE_HELD, offer_id, starts_at)


async def lock_upcoming_seats(
    conn: asyncpg.Connection, referral_ids: Sequence[UUID], now: datetime
) -> list[UUID]:
    """Lock and return the seats of these referrals at meetings that have not begun, sorted by meeting.

    A transaction that releases several seats waits for all of them first, then for their meetings in this order, so that
    transactions never wait for each other in a circle.
    """
    query = """
        select id, starts_at, offer_id from seat
        where referral_id = any($1) and starts_at > $2 and state in ('held', 'taken')
        order by id for update
    """
    rows = await conn.fetch(query, list(referral_ids), now)
    return [row["id"] for row in sorted(rows, key=lambda row: (row["starts_at"], row["offer_id"]))]


async def add_seat(
    conn: asyncpg.Connection,
    seat_id: UUID,
    offer_id: UUID,
    starts_at: datetime,
    *,
    referral_id: UUID,
    expires_at: datetime,
) -> bool:
    """Assign the held seat to the referral; False when the referral already has a seat at this meeting."""
    return await conn.fetchval(_ADD_SEAT, seat_id, offer_id, starts_at, referral_id, expires_at) is not None


async def lock_seat(conn: asyncpg.Connection, seat_id: UUID) -> Seat | None:
    """Lock and return a seat, so that nobody takes it while it is released."""
    row = await conn.fetchrow(_LOCK_SEAT, seat_id)
    return None if row is None else _seat(row)


async def take_seat(conn: asyncpg.Connection, seat: Seat) -> None:
    """Turn a held seat into a taken one."""
    await conn.execute(_SET_SEAT_STATE, seat.id, SeatState.TAKEN)
    await conn.execute(_TAKE, seat.offer_id, seat.starts_at)


async def release_seat(conn: asyncpg.Connection, seat: Seat, state: SeatState) -> None:
    """Release a held or taken seat."""
    await conn.execute(_SET_SEAT_STATE, seat.id, state)
    query = _FREE_TAKEN if seat.state is SeatState.TAKEN else _FREE_HELD
    await conn.execute(query, seat.offer_id, seat.starts_at)


def _was_at(moved: MovedMeeting) -> datetime:
    return moved.was_at


def _occurrence(row: asyncpg.Record) -> Occurrence:
    return Occurrence(row["seats"], row["held"], row["taken"], row["cancelled"], row["facilitators"])


def _seat(row: asyncpg.Record) -> Seat:
    return Seat(
        row["id"],
        row["offer_id"],
        row["starts_at"],
        row["referral_id"],
        SeatState(row["state"]),
        row["expires_at"],
    )


def _group(row: asyncpg.Record) -> Group:
    return Group(
        offer_id=row["offer_id"],
        region=row["region"],
        modes=frozenset(row["modes"]),
        schedule=Schedule(
            zone=row["zone"],
            starts_on=row["starts_on"],
            at=row["at"],
            minutes=row["minutes"],
            every=Every(row["every"]),
            weekdays=tuple(row["weekdays"]),
            nth=tuple(row["nth"]),
            until=row["until"],
            exceptions=frozenset(row["exceptions"]),
        ),
        meeting_state=MeetingState(row["meeting_state"]),
        place_closed=row["place_closed"],
        newcomers=row["newcomers"],
        seats=row["seats"],
        facilitators_min=row["facilitators_min"],
        withdrawn=row["withdrawn"],
    )
