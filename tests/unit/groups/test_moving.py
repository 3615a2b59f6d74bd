"""A change of schedule: what was cancelled stays cancelled, and no day has more seats taken than it has."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alongside_matching.engine.week import WEEKDAYS
from alongside_matching.groups.moving import (
    InTheAir,
    Moved,
    SeatedSchedule,
    StoredMeeting,
    move,
    with_exceptions_of,
)
from alongside_matching.groups.schedule import (
    Every,
    Possible,
    Schedule,
    check_schedule,
    meeting_on,
    meetings,
    upcoming,
)
from tests.unit.groups.test_schedule import TUESDAYS

TODAY = date(2026, 3, 1)
NOW = datetime.combine(TODAY, time(), UTC)
CANCELLED = date(2026, 3, 10)
ZONES = (
    "America/New_York",
    "Europe/London",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Honolulu",
)


def stored(
    schedule: Schedule, day: date, *, cancelled: bool = False, occupied: int = 0, seats: int | None = 2
) -> StoredMeeting:
    """Return the row of the meeting on a day."""
    meeting = meeting_on(schedule, day)
    assert meeting is not None
    return StoredMeeting(day, meeting.starts_at, cancelled, occupied, seats)


def moved(new: Schedule, *rows: StoredMeeting, seats: int | None = 2) -> Moved | InTheAir:
    """Move the Tuesday group with two seats to another schedule."""
    return move(SeatedSchedule(TUESDAYS, 2), SeatedSchedule(new, seats), rows, TODAY)


@pytest.mark.parametrize(
    ("change", "starts_at"),
    [
        ({"at": time(18, 30)}, "2026-03-10 22:30"),
        ({"at": time(23, 30)}, "2026-03-11 03:30"),  # the next day in UTC, the same local day
        ({"at": time(0, 30)}, "2026-03-10 04:30"),
        ({"zone": "America/Los_Angeles"}, "2026-03-11 01:00"),
        ({"minutes": 1440}, "2026-03-10 22:00"),
        ({"weekdays": ("tu", "th")}, "2026-03-10 22:00"),
    ],
)
def test_a_cancelled_meeting_moves_with_its_local_day(change: dict[str, Any], starts_at: str) -> None:
    new = replace(TUESDAYS, **change)

    decision = moved(new, stored(TUESDAYS, CANCELLED, cancelled=True))

    assert isinstance(decision, Moved)
    assert [f"{it.starts_at:%Y-%m-%d %H:%M}" for it in decision.meetings] == [starts_at]


@pytest.mark.parametrize(
    ("day", "at", "starts_at"),
    [
        (date(2026, 3, 8), time(2, 30), "2026-03-08 07:30"),  # skipped: read as 03:30 that day
        (date(2026, 11, 1), time(1, 30), "2026-11-01 05:30"),  # occurs twice: the first
    ],
)
def test_a_meeting_at_a_clock_change_keeps_its_day(day: date, at: time, starts_at: str) -> None:
    sundays = replace(TUESDAYS, weekdays=("su",), at=time(12))
    row = stored(sundays, day, cancelled=True)

    decision = move(SeatedSchedule(sundays, 2), SeatedSchedule(replace(sundays, at=at), 2), [row], TODAY)

    assert isinstance(decision, Moved)
    assert [f"{it.starts_at:%Y-%m-%d %H:%M}" for it in decision.meetings] == [starts_at]


@pytest.mark.parametrize(
    "change",
    [
        {"weekdays": ("we",)},
        {"every": Every.MONTH, "nth": (3,), "weekdays": ("we",)},
        {"every": Every.FORTNIGHT, "starts_on": date(2026, 1, 13), "weekdays": ("mo", "we")},
    ],
)
def test_it_cannot_be_told_which_meeting_is_cancelled_when_the_weekday_changes(
    change: dict[str, Any],
) -> None:
    new = replace(TUESDAYS, **change)

    decision = moved(new, stored(TUESDAYS, CANCELLED, cancelled=True))

    assert decision == InTheAir(cancelled=(CANCELLED,), seated=(), crowded=())


def test_a_day_that_was_an_exception_counts_as_cancelled() -> None:
    old = replace(TUESDAYS, exceptions=frozenset({CANCELLED, date(2026, 1, 13)}))

    decision = move(SeatedSchedule(old, 2), SeatedSchedule(replace(TUESDAYS, weekdays=("we",)), 2), [], TODAY)

    assert decision == InTheAir(cancelled=(CANCELLED,), seated=(), crowded=())


def test_a_cancelled_day_that_only_ceases_needs_no_answer() -> None:
    both = replace(TUESDAYS, weekdays=("tu", "th"))
    row = stored(both, date(2026, 3, 12), cancelled=True)

    assert isinstance(move(SeatedSchedule(both, 2), SeatedSchedule(TUESDAYS, 2), [row], TODAY), Moved)


@pytest.mark.parametrize(
    "change",
    [{"weekdays": ("we",)}, {"until": date(2026, 3, 9)}, {"exceptions": frozenset({CANCELLED})}],
)
def test_seats_on_a_day_without_a_meeting_are_left_in_the_air(change: dict[str, Any]) -> None:
    new = replace(TUESDAYS, **change)

    decision = moved(new, stored(TUESDAYS, CANCELLED, occupied=1))

    assert decision == InTheAir(cancelled=(), seated=(CANCELLED,), crowded=())


def test_the_seats_of_a_group_are_those_of_its_stored_meetings_unless_they_have_their_own_number() -> None:
    rows = stored(TUESDAYS, CANCELLED), stored(TUESDAYS, date(2026, 3, 17), seats=9)

    more, fewer = moved(TUESDAYS, *rows, seats=5), moved(TUESDAYS, *rows, seats=None)

    assert [[it.seats for it in each.meetings] for each in (more, fewer) if isinstance(each, Moved)] == [
        [5, 9],
        [None, 9],
    ]


def test_fewer_seats_than_are_held_or_taken_are_refused() -> None:
    decision = moved(TUESDAYS, stored(TUESDAYS, CANCELLED, occupied=2), seats=1)

    assert decision == InTheAir(cancelled=(), seated=(), crowded=(CANCELLED,))


schedules = st.builds(
    Schedule,
    zone=st.sampled_from(ZONES),
    starts_on=st.dates(date(2026, 1, 1), date(2026, 1, 31)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    minutes=st.integers(1, 1440),
    every=st.sampled_from((Every.WEEK, Every.FORTNIGHT)),
    weekdays=st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True).map(tuple),
)


@given(old=schedules, new=schedules, given_days=st.data())
def test_no_cancelled_day_is_open_and_none_has_more_seats_taken_than_it_has_after_any_change(
    old: Schedule, new: Schedule, given_days: st.DataObject
) -> None:
    days = [meeting.day for meeting in upcoming(old, NOW, 6)]
    closed = given_days.draw(st.sets(st.sampled_from(days)))
    excepted = given_days.draw(st.sets(st.sampled_from(days)))
    occupied = {day: given_days.draw(st.integers(0, 3)) for day in days if day not in excepted}
    old = replace(old, exceptions=frozenset(excepted))
    seats = given_days.draw(st.none() | st.integers(0, 4))
    rows = [
        stored(old, day, cancelled=day in closed, occupied=taken, seats=3) for day, taken in occupied.items()
    ]
    new = with_exceptions_of(new, old)
    assume(isinstance(check_schedule(new), Possible))

    decision = move(SeatedSchedule(old, 3), SeatedSchedule(new, seats), rows, TODAY)

    if isinstance(decision, InTheAir):
        assert {*decision.cancelled, *decision.seated, *decision.crowded} <= set(days)
        return
    by_start = {it.starts_at: row for it, row in zip(decision.meetings, rows, strict=True)}
    end = NOW + timedelta(weeks=12)
    for meeting in takewhile(lambda it: it.starts_at < end, meetings(new, NOW)):
        row = by_start.get(meeting.starts_at)
        assert meeting.day not in excepted
        assert meeting.day not in closed or (row is not None and row.cancelled)
        assert not occupied.get(meeting.day) or (row is not None and row.day == meeting.day)
    for it, row in zip(decision.meetings, rows, strict=True):
        assert it.seats is None or row.occupied <= it.seats
        assert not row.occupied or meeting_on(new, row.day) is not None
