"""A recurring meeting: wall-clock time in an IANA zone, repeated, with exceptions.

The recurrence is computed on the wall clock and then converted to UTC, so that a meeting at 18:00 stays at 18:00 when
the clocks change. At a change (RFC 5545, 3.3.5), a skipped time is read with the offset before the gap, so 02:30
becomes 03:30; of a time that occurs twice, the first is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import takewhile
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from alongside_matching.engine.week import WEEKDAYS, slots_covered_by

MINUTES_MAX: Final = 24 * 60
NTH: Final = frozenset({1, 2, 3, 4, 5, -1})
RECURRENCES_MAX: Final = 5_000
"""Recurrences that a search checks before it gives up: a weekly group finds one in the next 96 years."""
WEEKS_OF_AVAILABILITY: Final = 5
_DATEUTIL: Final = dict(zip(WEEKDAYS, (MO, TU, WE, TH, FR, SA, SU), strict=True))


class Every(StrEnum):
    """How often a group meets: on its weekdays each week or each second week, or on its nth weekdays of each month."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


class ClockChange(StrEnum):
    """Effect of a clock change on one meeting: its wall-clock time was skipped, or occurred twice."""

    SKIPPED = "skipped"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`nth` counts weekdays within a month: 1 to 5, or -1 for the last. `exceptions` are local days without a meeting."""

    zone: str
    starts_on: date
    at: time
    minutes: int
    every: Every
    weekdays: tuple[str, ...]
    nth: tuple[int, ...] = ()
    until: date | None = None
    exceptions: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting. `starts_at` and `ends_at` are in UTC; `day` is the group's local calendar day."""

    day: date
    starts_at: datetime
    ends_at: datetime
    clock_change: ClockChange | None = None


@dataclass(frozen=True, slots=True)
class Possible:
    """The schedule is valid; `first` is its first meeting."""

    first: Meeting


@dataclass(frozen=True, slots=True)
class Impossible:
    """The schedule is invalid; `field` names the wrong field."""

    field: str
    code: str
    remedy: str


def check_schedule(schedule: Schedule) -> Possible | Impossible:
    """Decide whether a schedule is valid."""
    if impossible := _malformed(schedule) or _unmatched_exception(schedule):
        return impossible
    first = next(meetings(schedule, datetime.min.replace(tzinfo=UTC)), None)
    if first is None:
        return Impossible(
            "until", "never-meets", "Set starts_on and until so that at least one meeting lies between them."
        )
    return Possible(first)


def meetings(schedule: Schedule, after: datetime) -> Iterator[Meeting]:
    """Yield the meetings that end after a time, in order; endless when the schedule has no end."""
    zone = ZoneInfo(schedule.zone)
    begin = schedule.starts_on
    if after.year > 1:
        begin = max(begin, after.astimezone(zone).date() - timedelta(days=2))
    for wall in _wall_clock_starts(schedule, begin):
        if wall.date() not in schedule.exceptions:
            meeting = _meeting(wall, zone, schedule.minutes)
            if meeting.ends_at > after:
                yield meeting


def upcoming(schedule: Schedule, after: datetime, limit: int) -> list[Meeting]:
    """Return the next meetings that have not begun at `after`."""
    next_meetings: list[Meeting] = []
    for meeting in meetings(schedule, after):
        if len(next_meetings) == limit:
            break
        if meeting.starts_at > after:
            next_meetings.append(meeting)
    return next_meetings


def meeting_at(schedule: Schedule, starts_at: datetime) -> Meeting | None:
    """Return the meeting that begins at exactly this time; None when there is none."""
    meeting = next(meetings(schedule, starts_at), None)
    return meeting if meeting is not None and meeting.starts_at == starts_at else None


def meeting_on(schedule: Schedule, day: date) -> Meeting | None:
    """Return the meeting of a local day; None when there is none. A group meets at most once a day."""
    if day in schedule.exceptions or not recurs_on(schedule, day):
        return None
    return _meeting(datetime.combine(day, schedule.at), ZoneInfo(schedule.zone), schedule.minutes)


def recurs_on(schedule: Schedule, day: date) -> bool:
    """Return whether the recurrence has a meeting on a local day, even if it is an exception."""
    wall = next(_wall_clock_starts(schedule, day), None)
    return wall is not None and wall.date() == day


def days_between(schedule: Schedule, first: date, last: date) -> set[date]:
    """Return the local days from `first` to `last` on which the recurrence has a meeting, exceptions included."""
    days = (wall.date() for wall in _wall_clock_starts(schedule, first))
    return set(takewhile(lambda day: day <= last, days))


def free_mask(schedule: Schedule, zone: str, after: datetime) -> int:
    """Return the half hours of the region's week, in the wall time of `zone`, that the next weeks' meetings cover."""
    region_zone = ZoneInfo(zone)
    end = after + timedelta(weeks=WEEKS_OF_AVAILABILITY)
    local_meetings = []
    for meeting in meetings(schedule, after):
        if meeting.starts_at >= end:
            break
        local = meeting.starts_at.astimezone(region_zone)
        local_meetings.append((local.weekday(), local.time(), schedule.minutes))
    return slots_covered_by(local_meetings)


def is_zone(name: str) -> bool:
    """Return whether this is a time zone of the IANA database."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read the zone names from disk once: reading them takes longer than everything else about a schedule."""
    return frozenset(available_timezones())


def _malformed(schedule: Schedule) -> Impossible | None:
    if not is_zone(schedule.zone):
        return Impossible(
            "zone", "unknown-zone", "Use a name of the IANA database, such as America/New_York."
        )
    if not 1 <= schedule.minutes <= MINUTES_MAX:
        return Impossible("minutes", "impossible-length", f"Send 1 to {MINUTES_MAX} minutes.")
    days = schedule.weekdays
    if not days or len(set(days)) < len(days) or not set(days) <= set(WEEKDAYS):
        return Impossible("weekdays", "unknown-weekday", f"Name each weekday once: {', '.join(WEEKDAYS)}.")
    monthly = schedule.every is Every.MONTH
    if monthly and not schedule.nth:
        return Impossible(
            "nth", "nth-missing", "Send nth, the weekday of the month: 1 to 5, or -1 for the last."
        )
    if not monthly and schedule.nth:
        return Impossible("nth", "nth-without-month", "Remove nth unless every is month.")
    if not set(schedule.nth) <= NTH or len(set(schedule.nth)) < len(schedule.nth):
        return Impossible("nth", "impossible-nth", "Send each number once: 1 to 5, or -1 for the last.")
    if schedule.until is not None and schedule.until < schedule.starts_on:
        return Impossible("until", "ends-before-it-starts", "Set until to starts_on or later.")
    return None


def _unmatched_exception(schedule: Schedule) -> Impossible | None:
    """Refuse an exception on a day without a meeting: it is probably a typing error."""
    for day in sorted(schedule.exceptions):
        if not recurs_on(schedule, day):
            remedy = f"The group does not meet on {day}: correct or remove it."
            return Impossible("exceptions", "exception-without-meeting", remedy)
    return None


def _wall_clock_starts(schedule: Schedule, begin: date) -> Iterator[datetime]:
    """Yield wall-clock starts from a day on, exceptions included.

    Past weeks are skipped two at a time, so that the parity of fortnightly meetings is preserved.
    """
    fortnights_skipped = (
        max(0, (begin - schedule.starts_on).days) // 14 if schedule.every is not Every.MONTH else 0
    )
    last = None if schedule.until is None else datetime.combine(schedule.until, time.max)
    weekdays = [_DATEUTIL[day] for day in schedule.weekdays]
    if schedule.nth:
        weekdays = [day(nth) for day in weekdays for nth in schedule.nth]
    rule = rrule(
        MONTHLY if schedule.every is Every.MONTH else WEEKLY,
        dtstart=datetime.combine(schedule.starts_on + timedelta(weeks=2 * fortnights_skipped), schedule.at),
        interval=2 if schedule.every is Every.FORTNIGHT else 1,
        byweekday=weekdays,
        wkst=MO,
        until=last,
    )
    for recurrences, wall in enumerate(rule):
        if recurrences >= RECURRENCES_MAX:
            return
        if wall.date() >= begin:
            yield wall


def _meeting(wall: datetime, zone: ZoneInfo, minutes: int) -> Meeting:
    local = wall.replace(tzinfo=zone)
    starts_at = local.astimezone(UTC)
    change = None
    if starts_at.astimezone(zone).replace(tzinfo=None) != wall:
        change = ClockChange.SKIPPED
    elif local.utcoffset() != local.replace(fold=1).utcoffset():
        change = ClockChange.TWICE
    return Meeting(wall.date(), starts_at, starts_at + timedelta(minutes=minutes), change)
