"""Rules for a change of schedule: cancelled meetings and seats belong to the group's local day and move with it.

A group meets at most once a local day, so the day alone says which meeting is meant, at whatever time it begins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from alongside_matching.groups.schedule import Every, Schedule, days_between, meeting_on, recurs_on

REACH_DAYS: Final = {Every.WEEK: 6, Every.FORTNIGHT: 13, Every.MONTH: 30}
"""How far from a cancelled day a new meeting may be the same meeting moved, by the longer recurrence of the two."""


@dataclass(frozen=True, slots=True)
class StoredMeeting:
    """A meeting with a row that has not begun. `occupied`: seats held or taken; `seats` None: unlimited."""

    day: date
    starts_at: datetime
    cancelled: bool
    occupied: int
    seats: int | None


@dataclass(frozen=True, slots=True)
class SeatedSchedule:
    """A schedule with the seats of each meeting, unless a meeting has its own number. `seats` None: unlimited."""

    schedule: Schedule
    seats: int | None


@dataclass(frozen=True, slots=True)
class MovedMeeting:
    """The start and seats of a stored meeting under the new schedule; `was_at` is its start under the old one."""

    was_at: datetime
    starts_at: datetime
    seats: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The change loses nothing."""

    meetings: tuple[MovedMeeting, ...]


@dataclass(frozen=True, slots=True)
class InTheAir:
    """The change would lose something on these local days.

    `cancelled`: it is unclear which new meeting is cancelled. `seated`: the group does not meet, but seats are held or
    taken. `crowded`: more seats are held or taken than there would be.
    """

    cancelled: tuple[date, ...]
    seated: tuple[date, ...]
    crowded: tuple[date, ...]


def move(
    old: SeatedSchedule, new: SeatedSchedule, stored: Sequence[StoredMeeting], today: date
) -> Moved | InTheAir:
    """Decide how stored meetings and exceptions from `today` on are carried from the old schedule to the new one."""
    cancelled = [meeting.day for meeting in stored if meeting.cancelled]
    exceptions = (day for day in old.schedule.exceptions if day >= today)
    in_the_air = InTheAir(
        cancelled=_untold(old.schedule, new.schedule, {*cancelled, *exceptions}),
        seated=tuple(it.day for it in stored if it.occupied and meeting_on(new.schedule, it.day) is None),
        crowded=tuple(it.day for it in stored if _crowded(it, _seats(it, old, new))),
    )
    if in_the_air.cancelled or in_the_air.seated or in_the_air.crowded:
        return in_the_air
    return Moved(tuple(_moved(meeting, old, new) for meeting in stored))


def with_exceptions_of(new: Schedule, old: Schedule) -> Schedule:
    """Return the new schedule with the old one's exceptions, on the days on which it recurs."""
    kept = {day for day in old.exceptions if recurs_on(new, day)}
    return replace(new, exceptions=new.exceptions | kept)


def _untold(old: Schedule, new: Schedule, days: Iterable[date]) -> tuple[date, ...]:
    """Return the cancelled days that may have become another day: a new meeting is near, and none is on the day."""
    lost = sorted(day for day in days if not recurs_on(new, day))
    if not lost:
        return ()
    reach = max(REACH_DAYS[old.every], REACH_DAYS[new.every])
    first, last = _away(lost[0], -reach), _away(lost[-1], reach)
    added = days_between(new, first, last) - days_between(old, first, last) - new.exceptions
    return tuple(day for day in lost if any(abs((other - day).days) <= reach for other in added))


def _away(day: date, days: int) -> date:
    """Return the day so many days away, within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _seats(meeting: StoredMeeting, old: SeatedSchedule, new: SeatedSchedule) -> int | None:
    """Return the seats of a stored meeting: its own number, or the new schedule's where it had the old schedule's."""
    return new.seats if meeting.seats == old.seats else meeting.seats


def _crowded(meeting: StoredMeeting, seats: int | None) -> bool:
    return seats is not None and meeting.occupied > seats


def _moved(meeting: StoredMeeting, old: SeatedSchedule, new: SeatedSchedule) -> MovedMeeting:
    """Return where a meeting moves; where the group does not meet any more, its row stays as it is."""
    found = meeting_on(new.schedule, meeting.day)
    starts_at = meeting.starts_at if found is None else found.starts_at
    return MovedMeeting(meeting.starts_at, starts_at, _seats(meeting, old, new))
