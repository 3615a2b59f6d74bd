"""Groups: their schedules, next meetings and seats."""

from datetime import UTC, datetime, time
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from fastapi import Query, Response
from pydantic import BaseModel, Field, model_validator

from alongside_chassis.announce import Tx
from alongside_chassis.http import APIRouter, Command, Read, refuses_with
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.fields.texts import Name
from alongside_contracts.fields.times import Day, Moment
from alongside_contracts.vocabulary import Mode, OfferKind, Weekday
from alongside_matching.catalogue import offer_updates
from alongside_matching.catalogue.api import refusals
from alongside_matching.catalogue.api.offer_fields import Places, Strict
from alongside_matching.catalogue.store import offers
from alongside_matching.catalogue.store.offers import StoredOffer
from alongside_matching.engine.policy import Policies
from alongside_matching.groups import meetings
from alongside_matching.groups import store as groups
from alongside_matching.groups.api import refusals as group_refusals
from alongside_matching.groups.rules import GiveBack, MeetingState, NoSeat, Occurrence, SeatOver, Take
from alongside_matching.groups.schedule import (
    MINUTES_MAX,
    Every,
    Impossible,
    Meeting,
    Possible,
    Schedule,
    is_zone,
    upcoming,
)
from alongside_matching.groups.store import Group, OccurrenceChange

EXCEPTIONS_MAX: Final = 400
MEETINGS_MAX: Final = 50
ZoneName: TypeAlias = Annotated[str, Name(64)]


class ScheduleForm(Strict):
    """When a group meets: `at` is wall-clock time in `zone` (IANA), repeated by week, fortnight or month.

    With `every` month, `nth` selects the weekdays of the month: 1 to 5, or -1 for the last. On the local days in
    `exceptions` the group does not meet; without that field, a group keeps those it has. `place_state` and `meeting_state` are independent: a group whose place is
    closed may continue by video. A group that is not open to `newcomers` is not proposed. `seats` null means
    unlimited.
    """

    zone: ZoneName
    starts_on: Day
    at: time
    minutes: int = Field(ge=1, le=MINUTES_MAX)
    every: Every
    weekdays: Annotated[tuple[Weekday, ...], AtMost(7, least=1)]
    nth: Annotated[tuple[int, ...], AtMost(6)] = ()
    until: Day | None = None
    exceptions: Annotated[tuple[Day, ...], AtMost(EXCEPTIONS_MAX)] = ()
    place_state: Literal["open", "closed"] = "open"
    meeting_state: Literal["meeting", "suspended", "ended"] = "meeting"
    newcomers: bool = True
    seats: Places | None = None
    facilitators_min: int = Field(default=0, ge=0, le=20)

    @model_validator(mode="after")
    def _plain_time(self) -> "ScheduleForm":
        if self.at.tzinfo is not None or self.at.second or self.at.microsecond:
            raise ValueError("send at as HH:MM wall-clock time; the zone is a separate field")
        return self

    def group(self, offer: StoredOffer) -> Group:
        """Return the group in the form the store takes."""
        schedule = Schedule(
            zone=self.zone,
            starts_on=self.starts_on,
            at=self.at,
            minutes=self.minutes,
            every=self.every,
            weekdays=self.weekdays,
            nth=self.nth,
            until=self.until,
            exceptions=frozenset(self.exceptions),
        )
        return Group(
            offer_id=offer.id,
            region=offer.region,
            modes=frozenset(offer.profile.modes),
            schedule=schedule,
            meeting_state=MeetingState(self.meeting_state),
            place_closed=self.place_state == "closed",
            newcomers=self.newcomers,
            seats=self.seats,
            facilitators_min=self.facilitators_min,
        )


class ScheduleView(ScheduleForm):
    """A group's schedule, as it was sent."""

    offer_id: UUID


class OccurrenceForm(Strict):
    """Changes of one meeting: cancelled, another number of seats, the number of facilitators."""

    cancelled: bool | None = None
    seats: Places | None = None
    facilitators: int | None = Field(default=None, ge=0, le=20)

    @model_validator(mode="after")
    def _changes_something(self) -> "OccurrenceForm":
        if not self.model_fields_set:
            raise ValueError("send at least one field to change")
        return self

    def change(self) -> OccurrenceChange:
        """Return the change in the form the store takes."""
        seats_given = "seats" in self.model_fields_set
        return OccurrenceChange(self.cancelled, self.facilitators, self.seats, seats_given=seats_given)


class OccurrenceView(BaseModel):
    """One meeting. `starts_at` and `ends_at` have the offset of the requested zone.

    `covered` null: it is not known whether enough facilitators come. `modes` are the ways to attend this meeting.
    `clock_change`: the clocks skipped its wall-clock time that day, or showed it twice.
    """

    starts_at: datetime
    ends_at: datetime
    zone: str
    local_start: str
    """Day and time on the group's wall clock."""
    cancelled: bool
    modes: tuple[str, ...]
    seats: int | None
    held: int
    taken: int
    covered: bool | None
    clock_change: Literal["skipped", "twice"] | None


class Occurrences(BaseModel):
    """The next meetings of a group, soonest first."""

    offer_id: UUID
    items: tuple[OccurrenceView, ...]


class SeatForm(Strict):
    """The referral the seat is for."""

    referral_id: UUID


class SeatView(BaseModel):
    """A seat at one meeting. A held seat is released at `expires_at`."""

    id: UUID
    offer_id: UUID
    starts_at: datetime
    state: Literal["held", "taken", "released", "expired"]
    expires_at: datetime | None


def router(policies: Policies) -> APIRouter:
    """Return the routes below `/groups` and `/seats`."""
    routes = APIRouter(tags=["groups"])
    _add_schedule(routes, policies)
    _add_occurrences(routes)
    _add_occurrence_changes(routes)
    _add_holding(routes, policies)
    _add_answers(routes)
    return routes


def _add_schedule(routes: APIRouter, policies: Policies) -> None:
    @routes.put("/groups/{offer_id}/schedule", response_model=ScheduleView, responses=refuses_with(409))
    async def set_schedule(offer_id: UUID, form: ScheduleForm, command: Command) -> Response:
        """Replace a group's schedule. Cancelled meetings and seats stay with their local day.

        Refused: an impossible recurrence, and one that would lose cancelled meetings or seats.
        """

        async def work(tx: Tx) -> ScheduleView:
            offer = _group_offer(offer_id, await offer_updates.lock_offer(tx, offer_id))
            given = "exceptions" in form.model_fields_set
            match await meetings.set_schedule(tx, form.group(offer), policies, exceptions_given=given):
                case Impossible() as refused:
                    raise group_refusals.impossible(refused)
                case meetings.LeftInTheAir() as refused:
                    raise group_refusals.left_in_the_air(refused)
                case Possible():
                    return _schedule_view(await _group(tx.conn, offer_id))

        return await command.run(work)

    @routes.get("/groups/{offer_id}/schedule", responses=refuses_with(409))
    async def get_schedule(offer_id: UUID, read: Read) -> ScheduleView:
        """Return a group's schedule."""
        return _schedule_view(await _group(read.conn, offer_id))


def _add_occurrences(routes: APIRouter) -> None:
    @routes.get("/groups/{offer_id}/occurrences", responses=refuses_with(409))
    async def list_occurrences(
        offer_id: UUID,
        read: Read,
        zone: ZoneName | None = None,
        after: Moment | None = None,
        limit: Annotated[int, Query(ge=1, le=MEETINGS_MAX)] = 3,
    ) -> Occurrences:
        """List the next meetings, in the requested zone (default: the group's zone)."""
        group = await _group(read.conn, offer_id)
        zone_name = zone or group.schedule.zone
        if not is_zone(zone_name):
            raise group_refusals.unknown_zone()
        since = (after or read.runtime.clock.now()).astimezone(UTC)
        items = await _next_occurrences(read.conn, group, since, limit, zone_name)
        return Occurrences(offer_id=offer_id, items=items)


def _add_occurrence_changes(routes: APIRouter) -> None:
    @routes.patch("/groups/{offer_id}/occurrences/{starts_at}", status_code=204, responses=refuses_with(409))
    async def change_occurrence(
        offer_id: UUID, starts_at: Moment, form: OccurrenceForm, command: Command
    ) -> Response:
        """Change one meeting, so that it differs from the schedule."""

        async def work(tx: Tx) -> None:
            await _group(tx.conn, offer_id)
            match await meetings.change_meeting(tx, offer_id, starts_at.astimezone(UTC), form.change()):
                case meetings.NotFound():
                    raise group_refusals.no_meeting()
                case meetings.BelowSeated():
                    raise group_refusals.below_seated()
                case meetings.MeetingChanged():
                    pass

        return await command.run(work)


def _add_holding(routes: APIRouter, policies: Policies) -> None:
    @routes.post(
        "/groups/{offer_id}/occurrences/{starts_at}/seats",
        status_code=201,
        response_model=SeatView,
        responses=refuses_with(409, may_succeed_later=True),
    )
    async def hold_seat(offer_id: UUID, starts_at: Moment, form: SeatForm, command: Command) -> Response:
        """Hold a seat at one meeting for a referral until it is taken or the hold expires."""

        async def work(tx: Tx) -> SeatView:
            await _group(tx.conn, offer_id)
            start = starts_at.astimezone(UTC)
            match await meetings.hold_seat(
                tx, offer_id, start, referral_id=form.referral_id, policies=policies
            ):
                case meetings.SeatHeld(seat_id=seat_id):
                    return await _seat(tx, seat_id)
                case meetings.NotFound():
                    raise group_refusals.no_meeting()
                case NoSeat():
                    raise group_refusals.no_seat()
                case meetings.AlreadyHasSeat():
                    raise group_refusals.already_has_seat()
                case meetings.ReferralNotYetKnown():
                    raise group_refusals.not_yet_known()
                case meetings.ReferralEnded():
                    raise group_refusals.referral_ended()

        return await command.run(work, status=201)


def _add_answers(routes: APIRouter) -> None:
    @routes.post("/seats/{seat_id}/take", response_model=SeatView, responses=refuses_with(409))
    async def take_seat(seat_id: UUID, command: Command) -> Response:
        """Take the seat: the person will come."""

        async def work(tx: Tx) -> SeatView:
            return await _view_or_refuse(tx, seat_id, await meetings.take_seat(tx, seat_id))

        return await command.run(work)

    @routes.post("/seats/{seat_id}/release", response_model=SeatView, responses=refuses_with(409))
    async def release_seat(seat_id: UUID, command: Command) -> Response:
        """Release the seat: the person will not come."""

        async def work(tx: Tx) -> SeatView:
            return await _view_or_refuse(tx, seat_id, await meetings.release_seat(tx, seat_id))

        return await command.run(work)


async def _view_or_refuse(
    tx: Tx, seat_id: UUID, decision: Take | GiveBack | SeatOver | meetings.NotFound
) -> SeatView:
    match decision:
        case meetings.NotFound():
            raise group_refusals.no_such_seat()
        case SeatOver(state=state):
            raise group_refusals.seat_is_over(state)
        case Take() | GiveBack():
            return await _seat(tx, seat_id)


def _group_offer(offer_id: UUID, offer: StoredOffer | None) -> StoredOffer:
    if offer is None:
        raise refusals.no_offer(offer_id)
    if offer.kind is not OfferKind.GROUP:
        raise group_refusals.no_group()
    return offer


async def _group(conn: asyncpg.Connection, offer_id: UUID) -> Group:
    group = (await groups.load_groups(conn, [offer_id])).get(offer_id)
    if group is None:
        _group_offer(offer_id, await offers.view(conn, offer_id))
        raise group_refusals.no_schedule()
    return group


async def _seat(tx: Tx, seat_id: UUID) -> SeatView:
    seat = await groups.lock_seat(tx.conn, seat_id)
    if seat is None:
        raise group_refusals.no_such_seat()
    return SeatView.model_validate(seat, from_attributes=True)


def _schedule_view(group: Group) -> ScheduleView:
    schedule = group.schedule
    as_sent = ("zone", "starts_on", "at", "minutes", "every", "weekdays", "nth", "until")
    fields: dict[str, Any] = {
        **{name: getattr(schedule, name) for name in as_sent},
        "exceptions": tuple(sorted(schedule.exceptions)),
        "meeting_state": group.meeting_state,
        "newcomers": group.newcomers,
        "seats": group.seats,
        "place_state": "closed" if group.place_closed else "open",
        "facilitators_min": group.facilitators_min,
    }
    return ScheduleView(offer_id=group.offer_id, **fields)


async def _next_occurrences(
    conn: asyncpg.Connection, group: Group, since: datetime, limit: int, zone: str
) -> tuple[OccurrenceView, ...]:
    if group.meeting_state is not MeetingState.MEETING:
        return ()
    next_meetings = upcoming(group.schedule, since, limit)
    days = [meeting.day for meeting in next_meetings]
    occurrences = await groups.load_occurrences(conn, group.offer_id, days)
    return tuple(_occurrence(group, meeting, occurrences.get(meeting.day), zone) for meeting in next_meetings)


def _occurrence(group: Group, meeting: Meeting, occurrence: Occurrence | None, zone: str) -> OccurrenceView:
    modes = group.modes - {Mode.IN_PERSON} if group.place_closed else group.modes
    facilitators = occurrence.facilitators if occurrence else None
    return OccurrenceView(
        starts_at=meeting.starts_at.astimezone(ZoneInfo(zone)),
        ends_at=meeting.ends_at.astimezone(ZoneInfo(zone)),
        zone=zone,
        local_start=f"{meeting.starts_at.astimezone(ZoneInfo(group.schedule.zone)):%Y-%m-%d %H:%M}",
        cancelled=bool(occurrence and occurrence.cancelled),
        modes=tuple(sorted(modes)),
        seats=occurrence.seats if occurrence else group.seats,
        held=occurrence.held if occurrence else 0,
        taken=occurrence.taken if occurrence else 0,
        covered=None if facilitators is None else facilitators >= group.facilitators_min,
        clock_change=meeting.clock_change.value if meeting.clock_change else None,
    )
