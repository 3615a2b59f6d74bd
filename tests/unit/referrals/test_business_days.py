"""Business days are the region's: its zone, its weekend, its holidays, its clock changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from alongside_referrals.domain.business_days import Calendar, Span

NEW_YORK = ZoneInfo("America/New_York")
MIAMI = Calendar(NEW_YORK, holidays=frozenset({date(2026, 11, 26)}))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2026-03-02 10:00", 2, "2026-03-04 10:00", id="Monday to Wednesday"),
        pytest.param("2026-03-05 10:00", 2, "2026-03-09 10:00", id="over a weekend"),
        pytest.param("2026-03-07 10:00", 2, "2026-03-10 10:00", id="begun on a Saturday"),
        pytest.param("2026-11-25 10:00", 2, "2026-11-30 10:00", id="over Thanksgiving and a weekend"),
        pytest.param("2026-10-30 10:00", 1, "2026-11-02 10:00", id="clocks go back: the wall clock counts"),
        pytest.param(
            "2026-03-06 23:30", 1, "2026-03-09 23:30", id="late in the evening, already tomorrow in UTC"
        ),
    ],
)
def test_business_days_are_counted_in_the_regions_time_zone(start: str, days: int, due: str) -> None:
    assert MIAMI.after(at(start), Span(business_days=days)) == at(due)


def test_a_due_time_skipped_by_a_clock_change_is_still_valid() -> None:
    due = MIAMI.after(at("2026-03-07 02:30"), Span(days=1))

    assert due == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_minutes_are_counted_without_regard_to_business_hours() -> None:
    assert MIAMI.after(at("2026-03-07 10:00"), Span(minutes=90)) == at("2026-03-07 11:30")


def test_a_friday_and_saturday_weekend_is_honoured() -> None:
    calendar = Calendar(NEW_YORK, weekend=frozenset({5, 6}))

    assert calendar.after(at("2026-03-05 10:00"), Span(business_days=1)) == at("2026-03-08 10:00")


def test_due_times_are_returned_in_utc() -> None:
    assert MIAMI.after(at("2026-03-02 10:00"), Span(days=1)).tzinfo is UTC


@pytest.mark.parametrize("parts", [{}, {"days": -1}, {"days": 400}, {"business_days": 367}])
def test_a_span_is_longer_than_nothing_and_at_most_a_year(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a span must be longer than nothing"):
        Span(**parts)


@pytest.mark.parametrize("weekend", [frozenset(range(1, 8)), frozenset({0, 7})])
def test_a_week_without_working_days_is_refused(weekend: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekend"):
        Calendar(NEW_YORK, weekend=weekend)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)
