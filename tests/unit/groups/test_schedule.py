"""When a group meets: every meeting at its wall-clock time, also when the clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies

from alongside_matching.engine.week import WEEKDAYS, Window, windows_of
from alongside_matching.groups.schedule import (
    ClockChange,
    Every,
    Impossible,
    Possible,
    Schedule,
    check_schedule,
    free_mask,
    meeting_at,
    meetings,
    upcoming,
)

TUESDAYS = Schedule(
    zone="America/New_York",
    starts_on=date(2026, 1, 6),
    at=time(18, 0),
    minutes=90,
    every=Every.WEEK,
    weekdays=("tu",),
)


def start_of_day(day: date) -> datetime:
    """Return a time before anything happens on that day."""
    return datetime.combine(day, time(), UTC)


def next_three(schedule: Schedule, day: date) -> list[str]:
    """Return the next three meetings in UTC."""
    return [f"{it.starts_at:%Y-%m-%d %H:%M}" for it in upcoming(schedule, start_of_day(day), 3)]


def test_a_weekly_group_meets_at_the_same_wall_clock_time_in_winter_and_summer() -> None:
    assert next_three(TUESDAYS, date(2026, 3, 3)) == [
        "2026-03-03 23:00",  # standard time, UTC-5
        "2026-03-10 22:00",  # the clocks went forward on the 8th
        "2026-03-17 22:00",
    ]


def test_a_fortnightly_group_counts_weeks_from_its_start() -> None:
    fortnightly = replace(TUESDAYS, every=Every.FORTNIGHT)

    days = [meeting.day for meeting in upcoming(fortnightly, start_of_day(date(2026, 1, 7)), 3)]
    assert days == [date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 17)]


def test_a_monthly_group_meets_on_the_first_and_the_last_of_a_weekday() -> None:
    monthly = replace(TUESDAYS, every=Every.MONTH, nth=(1, -1))

    days = [meeting.day for meeting in upcoming(monthly, start_of_day(date(2026, 2, 1)), 4)]
    assert days == [date(2026, 2, 3), date(2026, 2, 24), date(2026, 3, 3), date(2026, 3, 31)]


def test_a_fifth_weekday_is_there_only_in_the_months_that_have_one() -> None:
    fifth = replace(TUESDAYS, every=Every.MONTH, nth=(5,))

    days = [meeting.day for meeting in upcoming(fifth, start_of_day(date(2026, 1, 1)), 3)]
    assert days == [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 29)]


def test_an_exception_leaves_one_meeting_out() -> None:
    without = replace(TUESDAYS, exceptions=frozenset({date(2026, 3, 10)}))

    days = [meeting.day for meeting in upcoming(without, start_of_day(date(2026, 3, 3)), 2)]
    assert days == [date(2026, 3, 3), date(2026, 3, 17)]


@pytest.mark.parametrize(
    ("zone", "day", "utc", "change"),
    [
        # The clocks skip 02:00 to 03:00: 02:30 is read with the offset before, and is 03:30 on the wall.
        ("America/New_York", date(2026, 3, 8), "07:30", ClockChange.SKIPPED),
        ("Europe/London", date(2026, 3, 29), "01:30", None),  # its gap is from 01:00 to 02:00: 02:30 is there
        ("Europe/Berlin", date(2026, 3, 29), "01:30", ClockChange.SKIPPED),
        # The clocks show 01:00 to 02:00 twice; 02:30 in New York is there once, 02:30 in Berlin twice.
        ("America/New_York", date(2026, 11, 1), "07:30", None),
        ("Europe/Berlin", date(2026, 10, 25), "00:30", ClockChange.TWICE),
        # Lord Howe moves by half an hour only: 02:00 to 02:30 is skipped.
        ("Australia/Lord_Howe", date(2026, 10, 4), "15:30", None),
    ],
)
def test_a_meeting_in_the_hour_of_a_clock_change_takes_place_once(
    zone: str, day: date, utc: str, change: ClockChange | None
) -> None:
    nightly = replace(TUESDAYS, zone=zone, at=time(2, 30), weekdays=("su",), starts_on=date(2026, 1, 4))

    found = [it for it in upcoming(nightly, start_of_day(day) - timedelta(days=2), 2) if it.day == day]

    assert [(f"{it.starts_at:%H:%M}", it.clock_change) for it in found] == [(utc, change)]


def test_a_zone_that_gave_up_daylight_saving_has_none() -> None:
    tehran = replace(TUESDAYS, zone="Asia/Tehran")

    hours = {meeting.starts_at.hour for meeting in upcoming(tehran, start_of_day(date(2026, 1, 1)), 52)}
    assert hours == {14}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"zone": "Eastern"}, "zone", "unknown-zone"),
        ({"minutes": 0}, "minutes", "impossible-length"),
        ({"minutes": 1441}, "minutes", "impossible-length"),
        ({"weekdays": ()}, "weekdays", "unknown-weekday"),
        ({"weekdays": ("tu", "tu")}, "weekdays", "unknown-weekday"),
        ({"every": Every.MONTH}, "nth", "nth-missing"),
        ({"nth": (1,)}, "nth", "nth-without-month"),
        ({"every": Every.MONTH, "nth": (6,)}, "nth", "impossible-nth"),
        ({"until": date(2026, 1, 5)}, "until", "ends-before-it-starts"),
        ({"starts_on": date(2026, 1, 7), "until": date(2026, 1, 12)}, "until", "never-meets"),
        (
            {"until": date(2026, 1, 6), "exceptions": frozenset({date(2026, 1, 6)})},
            "until",
            "never-meets",
        ),
        ({"exceptions": frozenset({date(2026, 1, 7)})}, "exceptions", "exception-without-meeting"),
    ],
)
def test_an_impossible_recurrence_is_refused_naming_the_field(
    changes: dict[str, object], field: str, code: str
) -> None:
    refused = check_schedule(replace(TUESDAYS, **changes))  # type: ignore[arg-type]  # each case changes what it names

    assert isinstance(refused, Impossible)
    assert (refused.field, refused.code) == (field, code)
    assert refused.remedy


def test_a_meeting_is_found_by_its_moment_and_by_no_other() -> None:
    starts_at = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)

    assert meeting_at(TUESDAYS, starts_at) is not None
    assert meeting_at(TUESDAYS, starts_at + timedelta(hours=1)) is None


def test_a_group_elsewhere_is_free_at_the_hours_of_the_region() -> None:
    paris = replace(TUESDAYS, zone="Europe/Paris", at=time(1, 0))

    mask = free_mask(paris, "America/New_York", start_of_day(date(2026, 6, 1)))

    assert windows_of(mask) == (Window("mo", "19:00", "20:30"),)


SCHEDULES = strategies.builds(
    Schedule,
    zone=strategies.sampled_from(
        ["America/New_York", "Europe/London", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
    ),
    starts_on=strategies.dates(date(2024, 1, 1), date(2027, 12, 31)),
    at=strategies.times().map(lambda it: it.replace(second=0, microsecond=0)),
    minutes=strategies.integers(1, 600),
    every=strategies.sampled_from([Every.WEEK, Every.FORTNIGHT]),
    weekdays=strategies.lists(strategies.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
)


@given(SCHEDULES)
def test_every_meeting_is_on_its_weekday_at_its_time_unless_the_clocks_skip_it(schedule: Schedule) -> None:
    assert isinstance(check_schedule(schedule), Possible)

    for meeting in upcoming(schedule, start_of_day(schedule.starts_on), 30):
        local = meeting.starts_at.astimezone(ZoneInfo(schedule.zone))
        assert WEEKDAYS[meeting.day.weekday()] in schedule.weekdays
        if meeting.clock_change is not ClockChange.SKIPPED:
            assert (local.date(), local.time()) == (meeting.day, schedule.at)


@given(
    SCHEDULES,
    strategies.integers(0, 4 * 365 * 24 * 60).map(
        lambda it: start_of_day(date(2024, 1, 1)) + timedelta(minutes=it)
    ),
)
def test_the_next_meetings_are_in_order_and_complete(schedule: Schedule, after: datetime) -> None:
    three = upcoming(schedule, after, 3)

    assert [meeting.starts_at for meeting in three] == sorted({meeting.starts_at for meeting in three})
    assert all(meeting.starts_at > after for meeting in three)
    assert upcoming(schedule, three[0].starts_at, 2) == three[1:]


@pytest.mark.parametrize("every", [Every.WEEK, Every.FORTNIGHT])
@pytest.mark.parametrize("weekdays", [("tu",), ("mo", "su"), ("we", "fr")])
def test_skipping_past_years_gives_the_same_meetings(every: Every, weekdays: tuple[str, ...]) -> None:
    group = replace(TUESDAYS, starts_on=date(2024, 1, 4), every=every, weekdays=weekdays)
    from_the_start = list(islice(meetings(group, datetime(2024, 1, 1, tzinfo=UTC)), 200))

    for meeting in from_the_start[100:120]:
        just_before = meeting.starts_at - timedelta(minutes=1)
        assert next(meetings(group, just_before)) == meeting
