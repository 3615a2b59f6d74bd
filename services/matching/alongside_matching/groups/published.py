"""A published list of online meetings, read entry by entry: taken in, doubted, or set aside with a reason.

The shape is that of the peer fellowships' feeds (Meeting Guide and its relatives): `day` 1 is Monday and 7 Sunday,
`time` is wall-clock time in `timezone`. Some also publish `startDateUTC`, a moment they computed themselves. The wall
clock is what people go by, so it decides; a moment that says otherwise is reported, never followed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from alongside_contracts.vocabulary import Identity
from alongside_matching.engine.week import WEEKDAYS
from alongside_matching.groups.schedule import Every, Impossible, Schedule, is_zone, judged
from alongside_matching.text import repaired

MINUTES_ASSUMED: Final = 60
EPOCH: Final = date(2024, 1, 1)
"""A Monday: entries without a published moment count their weeks from here, so that they read the same every time."""
TEXT_MAX: Final = 300
_FOR: Final[Mapping[str, Identity]] = {
    "W": Identity.WOMAN,
    "M": Identity.MAN,
    "LGBTQ": Identity.LGBTQ,
    "Y": Identity.YOUNG_ADULT,
    "D-HOH": Identity.DEAF,
}
_ONLY_FOR: Final = frozenset({"W", "M"})
_NEED_ONLY: Final = "C"
_SAID_ONLY: Final = "It is proposed only to who says that they are one of them. Tell others of it yourself."


class RemarkKind(StrEnum):
    """What became of an entry there is something to say about: set aside, or kept with a remark."""

    QUARANTINED = "quarantined"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say about one entry, by its place in the list (from 1) and its publisher's id."""

    entry: int
    slug: str
    kind: RemarkKind
    code: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """One entry that can be taken in. `need_only`: its publisher closes it to who has no such need."""

    slug: str
    name: str
    schedule: Schedule
    languages: tuple[str, ...]
    identities: tuple[Identity, ...]
    only_for: tuple[Identity, ...]
    need_only: bool


@dataclass(frozen=True, slots=True)
class Published:
    """A list, judged. `agree` and `differ` count entries whose published moment does or does not fit their time."""

    groups: tuple[PublishedGroup, ...]
    remarks: tuple[Remark, ...]
    read: int
    agree: int
    differ: int


@dataclass(slots=True)
class _Account:
    remarks: list[Remark] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    agree: int = 0
    differ: int = 0


class _SetAside(Exception):
    """This entry cannot be taken in; the code and what to do."""

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        super().__init__(code)
        self.code, self.detail, self.remedy = code, detail, remedy


def read_meetings(entries: Sequence[Any]) -> Published:
    """Judge a published list; whatever an entry holds, nothing is raised and nothing dropped silently."""
    account = _Account()
    groups = tuple(_readable(entries, account))
    return Published(groups, tuple(account.remarks), len(entries), account.agree, account.differ)


def _readable(entries: Sequence[Any], account: _Account) -> Iterator[PublishedGroup]:
    for number, entry in enumerate(entries, start=1):
        slug = _text(entry, "slug")
        try:
            yield _group(entry, slug, number, account)
        except _SetAside as why:
            account.remarks.append(
                Remark(number, slug, RemarkKind.QUARANTINED, why.code, why.detail, why.remedy)
            )


def _group(entry: Any, slug: str, number: int, account: _Account) -> PublishedGroup:
    if not isinstance(entry, Mapping):
        raise _SetAside("entry-malformed", "", "Make each entry an object.")
    if not slug:
        raise _SetAside("id-missing", "slug is blank", "Give it a slug that stays the same.")
    if slug in account.seen:
        raise _SetAside("id-repeated", f"{slug} was read before", "Give each entry a slug of its own.")
    account.seen.add(slug)
    name = repaired(_text(entry, "name")).text[:TEXT_MAX]
    if not name:
        raise _SetAside("name-missing", "name is blank", "Give it the name under which people know it.")
    if entry.get("archived") is True:
        raise _SetAside("archived", "its publisher has archived it", "Nothing, unless it meets again.")
    types = [kind for kind in _list(entry, "types") if isinstance(kind, str)]
    schedule = _schedule(entry, slug, number, account)
    only_for = tuple(_FOR[kind] for kind in types if kind in _ONLY_FOR)
    if only_for:
        detail = ", ".join(only_for)
        account.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "only-for-some", detail, _SAID_ONLY))
    return PublishedGroup(
        slug=slug,
        name=name,
        schedule=schedule,
        languages=_languages(entry, slug, number, account),
        identities=tuple(_FOR[kind] for kind in types if kind in _FOR),
        only_for=only_for,
        need_only=_NEED_ONLY in types,
    )


def _schedule(entry: Mapping[str, Any], slug: str, number: int, account: _Account) -> Schedule:
    weekday, zone, at = _weekday(entry), _zone(entry), _time(entry)
    minutes = entry.get("duration")
    if minutes is None:
        minutes = MINUTES_ASSUMED
        detail, remedy = f"{MINUTES_ASSUMED} minutes are assumed", "Publish the duration."
        account.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "duration-missing", detail, remedy))
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        raise _SetAside("duration-impossible", str(minutes)[:40], "Give the duration in minutes.")
    schedule = Schedule(
        zone=zone,
        starts_on=EPOCH + timedelta(days=weekday),
        at=at,
        minutes=minutes,
        every=Every.WEEK,
        weekdays=(WEEKDAYS[weekday],),
    )
    decision = judged(schedule)
    if isinstance(decision, Impossible):
        raise _SetAside(decision.code, decision.field, decision.remedy)
    _compare(entry, schedule, slug, number, account)
    return schedule


def _compare(entry: Mapping[str, Any], schedule: Schedule, slug: str, number: int, account: _Account) -> None:
    """Hold the published moment against the wall clock: the same weekday and time there, or a remark."""
    published = entry.get("startDateUTC")
    if published is None:
        return
    try:
        moment = datetime.fromisoformat(str(published))
        local = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(ZoneInfo(schedule.zone))
    except (ValueError, OverflowError):
        detail, remedy = str(published)[:40], "Publish startDateUTC in ISO 8601, or leave it out."
        account.remarks.append(
            Remark(number, slug, RemarkKind.FLAGGED, "utc-start-unreadable", detail, remedy)
        )
        return
    if (WEEKDAYS[local.weekday()], local.time()) == (schedule.weekdays[0], schedule.at):
        account.agree += 1
        return
    account.differ += 1
    detail = f"published {local:%a %H:%M} in {schedule.zone}, its own time says {schedule.weekdays[0]} {schedule.at:%H:%M}"
    remedy = "Correct startDateUTC, or day, time and timezone; people are told the latter."
    account.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "utc-start-differs", detail, remedy))


def _weekday(entry: Mapping[str, Any]) -> int:
    day = entry.get("day")
    if day is None:
        raise _SetAside("day-missing", "it names no day", "Publish the day: 1 (Monday) to 7 (Sunday).")
    if not isinstance(day, int) or isinstance(day, bool) or not 1 <= day <= len(WEEKDAYS):
        raise _SetAside("day-impossible", str(day)[:40], "Use 1 (Monday) to 7 (Sunday).")
    return day - 1


def _zone(entry: Mapping[str, Any]) -> str:
    zone = _text(entry, "timezone")
    if not zone:
        raise _SetAside("zone-missing", "it names no time zone", "Publish the IANA name of its time zone.")
    if not is_zone(zone):
        raise _SetAside("zone-unknown", zone[:64], "Use a name of the IANA database.")
    return zone


def _time(entry: Mapping[str, Any]) -> time:
    written = _text(entry, "time")
    if not written:
        raise _SetAside("time-missing", "it names no time", "Publish the wall-clock time, as 18:30.")
    try:
        return datetime.strptime(written, "%H:%M").time()  # noqa: DTZ007  (a wall clock has no zone)
    except ValueError:
        raise _SetAside("time-impossible", written[:40], "Write the time as 18:30.") from None


def _languages(entry: Mapping[str, Any], slug: str, number: int, account: _Account) -> tuple[str, ...]:
    said = [
        tag for tag in _list(entry, "languages") if isinstance(tag, str) and tag.isalpha() and tag.islower()
    ]
    tags = tuple(dict.fromkeys(tag for tag in said if 2 <= len(tag) <= 3))
    if not tags:
        remedy = "Publish its languages as ISO 639-1 codes."
        account.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "language-missing", "", remedy))
    return tags


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    found = entry.get(name)
    return found if isinstance(found, list) else []


def _text(entry: Any, name: str) -> str:
    found = entry.get(name) if isinstance(entry, Mapping) else None
    return found.strip() if isinstance(found, str) else ""
