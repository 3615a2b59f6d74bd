"""Reads opening hours as directories publish them: parsed where unambiguous, kept as text otherwise.

A row with a weekday and two clock times, such as `Monday, 8:30am, 5:00pm`, is unambiguous. Rows with the same hours
become one HSDS 3.0 schedule for their days; free text is kept verbatim as its description.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Final

from alongside_directory.listing.model import PublishedSchedule
from alongside_publishers.texts import repair_text

DAYS: Final[Mapping[str, str]] = {
    "monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA",
    "sunday": "SU",
}  # fmt: skip
_ORDER: Final = tuple(DAYS.values())
_TWELVE = re.compile(r"(\d{1,2})(?::(\d\d))?(?::\d\d)? ?([ap])\.?m\.?", re.IGNORECASE)
_TWENTY_FOUR = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?")


def clock_time(text: str) -> time | None:
    """Return a time of day as people write it; None for anything else. `12:00am` is midnight, `24:00` is invalid."""
    text = text.strip()
    if twelve := _TWELVE.fullmatch(text):
        hour, minute, half = int(twelve[1]), int(twelve[2] or 0), twelve[3].lower()
        if not 1 <= hour <= 12 or minute > 59:
            return None
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    if whole := _TWENTY_FOUR.fullmatch(text):
        hour, minute = int(whole[1]), int(whole[2])
        return time(hour, minute) if hour < 24 and minute < 60 else None
    return None


def weekdays(text: str) -> tuple[str, ...]:
    """Return the days of a row in HSDS codes: from a name (1.x) or a list of codes (3.0); empty for anything else."""
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    days = [DAYS.get(part.lower(), part.upper()) for part in parts]
    return tuple(days) if days and all(day in _ORDER for day in days) else ()


def opening_hours(published: Iterable[PublishedSchedule]) -> Iterator[dict[str, str]]:
    """Yield the fields of HSDS 3.0 schedules: one per pair of times with all its days, and one per other text."""
    days_by_hours: dict[tuple[str, str, str], list[str]] = {}
    unread_texts: dict[str, None] = {}
    for row in published:
        opens, closes, days = clock_time(row.opens_at), clock_time(row.closes_at), weekdays(row.weekday)
        if opens is not None and closes is not None and days:
            key = (f"{opens:%H:%M:%S}", f"{closes:%H:%M:%S}", repair_text(row.text).text)
            days_by_hours.setdefault(key, []).extend(days)
        elif unread := _unread_text(row):
            unread_texts[unread] = None
    yield from ({"description": unread} for unread in unread_texts)
    for (opens_at, closes_at, text), open_days in days_by_hours.items():
        byday = ",".join(sorted(dict.fromkeys(open_days), key=_ORDER.index))
        hours = {"freq": "WEEKLY", "byday": byday, "opens_at": opens_at, "closes_at": closes_at}
        yield hours | ({"description": text} if text else {})


def _unread_text(row: PublishedSchedule) -> str:
    """Return the text of a row that is not parsed as hours: its own text, else its parts unchanged."""
    return repair_text(row.text).text or ", ".join(
        part for part in (row.weekday, row.opens_at, row.closes_at) if part
    )
