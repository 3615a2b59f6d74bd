"""Opening hours: parsed where unambiguous, kept verbatim otherwise."""

from datetime import time

import pytest

from alongside_directory.listing.hours import clock_time, opening_hours, weekdays
from alongside_directory.listing.model import PublishedSchedule


@pytest.mark.parametrize(
    ("written", "parsed"),
    [
        ("8:30am", time(8, 30)),
        ("12:00am", time(0, 0)),
        ("12:00pm", time(12, 0)),
        ("6 p.m.", time(18, 0)),
        ("18:00", time(18, 0)),
        ("18:00:00", time(18, 0)),
        ("09:00Z", time(9, 0)),
        ("13:00pm", None),
        ("24:00", None),
        ("noon", None),
        ("", None),
        ("8:75am", None),
    ],
)
def test_a_clock_time_is_parsed_in_the_usual_spellings_or_gives_none(
    written: str, parsed: time | None
) -> None:
    assert clock_time(written) == parsed


@pytest.mark.parametrize(
    ("written", "days"),
    [("Monday", ("MO",)), ("MO,WE", ("MO", "WE")), ("tu; th", ("TU", "TH")), ("Mon-Fri", ()), ("", ())],
)
def test_weekdays_are_names_or_codes(written: str, days: tuple[str, ...]) -> None:
    assert weekdays(written) == days


def test_days_with_the_same_hours_become_one_schedule_in_the_order_of_the_week() -> None:
    rows = [PublishedSchedule(day, "9:00am", "5:00pm", "9-5, Mon and Wed") for day in ("Wednesday", "Monday")]

    assert list(opening_hours(rows)) == [
        {
            "freq": "WEEKLY",
            "byday": "MO,WE",
            "opens_at": "09:00:00",
            "closes_at": "17:00:00",
            "description": "9-5, Mon and Wed",
        }
    ]


def test_unreadable_hours_are_kept_as_written() -> None:
    rows = [
        PublishedSchedule("Monday", "", "", "By appointment"),
        PublishedSchedule("Monday", "", "", "By appointment"),
        PublishedSchedule("Tuesday", "dusk", "dawn", ""),
    ]

    descriptions = [hours["description"] for hours in opening_hours(rows)]
    assert descriptions == ["By appointment", "Tuesday, dusk, dawn"]
