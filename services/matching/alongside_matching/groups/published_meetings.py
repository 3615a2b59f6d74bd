"""Reads a published list of online meetings: each entry is accepted, flagged, or quarantined with a reason.

The format is that of the peer fellowships' feeds (Meeting Guide and related ones): `day` 1 is Monday and 7 Sunday,
`time` is wall-clock time in `timezone`. Some feeds also publish `startDateUTC`, which they compute themselves. People
follow the wall clock, so only `time` is used; a UTC start that differs from it is reported.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from alongside_contracts.fields.texts import is_name
from alongside_contracts.vocabulary import Identity
from alongside_matching.engine.week import WEEKDAYS
from alongside_matching.groups.schedule import Every, Impossible, Schedule, check_schedule, is_zone
from alongside_publishers.families import for_families, needs_of_the_person
from alongside_publishers.texts import repair_text

MINUTES_ASSUMED: Final = 60
EPOCH: Final = date(2024, 1, 1)
"""A Monday. Schedules start here, so that the same entry always gives the same schedule."""
NAME_MAX: Final = 300
_IDENTITIES: Final[Mapping[str, Identity]] = {
    "W": Identity.WOMAN,
    "M": Identity.MAN,
    "LGBTQ": Identity.LGBTQ,
    "Y": Identity.YOUNG_ADULT,
    "D-HOH": Identity.DEAF,
}
_RESERVING_CODES: Final = frozenset({"W", "M"})
_WITHDRAWN: Final = frozenset(
    {"archived", "cancelled", "canceled", "closed", "deleted", "defunct", "inactive", "suspended", "trash"}
)
"""States in which feeds list a meeting that does not take place; `temporarily closed` is written in several ways."""
_CLOSED: Final = "C"
"""The code of a meeting that its publisher closes to people without the need."""
_ONLY_FOR_REMEDY: Final = "It is proposed only to people who identify so. Inform others of it yourself."


class RemarkKind(StrEnum):
    """Whether the entry was quarantined (not accepted), or accepted with a remark."""

    QUARANTINED = "quarantined"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark on one entry, by its position in the list (from 1) and its publisher's id."""

    entry: int
    slug: str
    kind: RemarkKind
    code: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """One accepted entry, with its position. `need_only`: its publisher closes it to people without that need."""

    entry: int
    slug: str
    name: str
    schedule: Schedule
    languages: tuple[str, ...]
    identities: tuple[Identity, ...]
    only_for: tuple[Identity, ...]
    need_only: bool


@dataclass(frozen=True, slots=True)
class PublishedMeetings:
    """A checked list. `agree` and `differ` count entries whose UTC start matches their wall-clock time or not.

    `withdrawn` are the slugs that the list itself withdraws, `for_families` those of meetings for families and friends in a list
    for the needs of the person they care about, `listed` all others, those of quarantined entries too.
    """

    groups: tuple[PublishedGroup, ...]
    remarks: tuple[Remark, ...]
    read: int
    agree: int
    differ: int
    listed: frozenset[str]
    withdrawn: frozenset[str]
    for_families: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Report:
    needs_of_the_person: frozenset[str]
    remarks: list[Remark] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    for_families: set[str] = field(default_factory=set)
    agree: int = 0
    differ: int = 0


class _EntryQuarantined(Exception):
    """The entry is quarantined, for the reason in code, detail and remedy."""

    def __init__(self, code: str, detail: str, remedy: str) -> None:
        super().__init__(code)
        self.code, self.detail, self.remedy = code, detail, remedy


def read_meetings(entries: Sequence[Any], needs: Iterable[str]) -> PublishedMeetings:
    """Check a list published for these needs. No entry content raises an error: every quarantined entry is in `remarks`."""
    report = _Report(needs_of_the_person(frozenset(needs)))
    groups = tuple(_read_entries(entries, report))
    return PublishedMeetings(
        groups=groups,
        remarks=tuple(report.remarks),
        read=len(entries),
        agree=report.agree,
        differ=report.differ,
        listed=frozenset(report.seen - report.withdrawn - report.for_families),
        withdrawn=frozenset(report.withdrawn),
        for_families=frozenset(report.for_families),
    )


def _read_entries(entries: Sequence[Any], report: _Report) -> Iterator[PublishedGroup]:
    for number, entry in enumerate(entries, start=1):
        slug = _text(entry, "slug")
        try:
            yield _group(entry, slug, number, report)
        except _EntryQuarantined as problem:
            report.remarks.append(
                Remark(number, slug, RemarkKind.QUARANTINED, problem.code, problem.detail, problem.remedy)
            )


def _group(entry: Any, slug: str, number: int, report: _Report) -> PublishedGroup:
    if not isinstance(entry, Mapping):
        raise _EntryQuarantined("entry-malformed", "", "Make each entry an object.")
    if slug and not is_name(slug):
        raise _EntryQuarantined(
            "id-unreadable", "slug has characters that do not show", "Publish a plain slug."
        )
    if not slug:
        raise _EntryQuarantined("id-missing", "slug is blank", "Publish a slug that stays the same.")
    if slug in report.seen:
        raise _EntryQuarantined("id-repeated", f"{slug} was read before", "Give each entry its own slug.")
    report.seen.add(slug)
    _check_withdrawn(entry, slug, report)
    name = _name(entry)
    _check_for_families(name, slug, report)
    types = [kind for kind in _list(entry, "types") if isinstance(kind, str)]
    schedule = _schedule(entry, slug, number, report)
    only_for = _only_for(types, slug, number, report)
    return PublishedGroup(
        entry=number,
        slug=slug,
        name=name,
        schedule=schedule,
        languages=_languages(entry, slug, number, report),
        identities=tuple(_IDENTITIES[kind] for kind in types if kind in _IDENTITIES),
        only_for=only_for,
        need_only=_CLOSED in types,
    )


def _check_withdrawn(entry: Mapping[str, Any], slug: str, report: _Report) -> None:
    """Quarantine an entry that its publisher lists as one that does not take place."""
    if entry.get("archived") is True:
        report.withdrawn.add(slug)
        raise _EntryQuarantined(
            "archived", "its publisher has archived it", "If it meets again, set archived to false."
        )
    states = {name: _text(entry, name).lower() for name in ("status", "attendance_option")}
    said = [f"{name} is {state}" for name, state in states.items() if _says_withdrawn(state)]
    said += [f"{name} is true" for name in ("deleted", "suspended") if entry.get(name) is True]
    said += ["active is false"] if entry.get("active") is False else []
    if said:
        report.withdrawn.add(slug)
        raise _EntryQuarantined("withdrawn", "; ".join(said), "If it meets again, list it as active.")


def _check_for_families(name: str, slug: str, report: _Report) -> None:
    """Quarantine a meeting for families and friends in a list for the needs of the person they care about."""
    if report.needs_of_the_person and for_families(name):
        report.for_families.add(slug)
        needs = ", ".join(sorted(report.needs_of_the_person))
        remedy = "Import the meetings for families and friends as another list, with need=caregiving."
        raise _EntryQuarantined("for-families", f"the list is for {needs}", remedy)


def _says_withdrawn(state: str) -> bool:
    return state in _WITHDRAWN or state.replace("_", " ").replace("-", " ") == "temporarily closed"


def _name(entry: Mapping[str, Any]) -> str:
    name = repair_text(_text(entry, "name")).text[:NAME_MAX]
    if not name:
        raise _EntryQuarantined("name-missing", "name is blank", "Publish the name by which people know it.")
    if not is_name(name):
        raise _EntryQuarantined(
            "name-unreadable",
            "name has control, invisible or direction characters",
            "Publish the name as one line of plain text.",
        )
    return name


def _only_for(types: Sequence[str], slug: str, number: int, report: _Report) -> tuple[Identity, ...]:
    only_for = tuple(_IDENTITIES[kind] for kind in types if kind in _RESERVING_CODES)
    if only_for:
        detail = ", ".join(only_for)
        report.remarks.append(
            Remark(number, slug, RemarkKind.FLAGGED, "only-for-some", detail, _ONLY_FOR_REMEDY)
        )
    return only_for


def _schedule(entry: Mapping[str, Any], slug: str, number: int, report: _Report) -> Schedule:
    weekday, zone, at = _weekday(entry), _zone(entry), _time(entry)
    minutes = entry.get("duration")
    if minutes is None:
        minutes = MINUTES_ASSUMED
        detail, remedy = f"{MINUTES_ASSUMED} minutes are assumed", "Publish the duration."
        report.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "duration-missing", detail, remedy))
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        raise _EntryQuarantined("duration-impossible", str(minutes)[:40], "Give the duration in minutes.")
    schedule = Schedule(
        zone=zone,
        starts_on=EPOCH + timedelta(days=weekday),
        at=at,
        minutes=minutes,
        every=Every.WEEK,
        weekdays=(WEEKDAYS[weekday],),
    )
    decision = check_schedule(schedule)
    if isinstance(decision, Impossible):
        raise _EntryQuarantined(decision.code, decision.field, decision.remedy)
    _compare_utc_start(entry, schedule, slug, number, report)
    return schedule


def _compare_utc_start(
    entry: Mapping[str, Any], schedule: Schedule, slug: str, number: int, report: _Report
) -> None:
    """Add a remark unless the published UTC start has the schedule's weekday and wall-clock time in its zone."""
    published = entry.get("startDateUTC")
    if published is None:
        return
    try:
        moment = datetime.fromisoformat(str(published))
        local = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(ZoneInfo(schedule.zone))
    except (ValueError, OverflowError):
        detail, remedy = str(published)[:40], "Publish startDateUTC in ISO 8601, or leave it out."
        report.remarks.append(
            Remark(number, slug, RemarkKind.FLAGGED, "utc-start-unreadable", detail, remedy)
        )
        return
    if (WEEKDAYS[local.weekday()], local.time()) == (schedule.weekdays[0], schedule.at):
        report.agree += 1
        return
    report.differ += 1
    detail = f"published {local:%a %H:%M} in {schedule.zone}, its own time says {schedule.weekdays[0]} {schedule.at:%H:%M}"
    remedy = "Correct startDateUTC, or day, time and timezone, which are the ones used."
    report.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "utc-start-differs", detail, remedy))


def _weekday(entry: Mapping[str, Any]) -> int:
    day = entry.get("day")
    if day is None:
        raise _EntryQuarantined("day-missing", "day is missing", "Publish the day: 1 (Monday) to 7 (Sunday).")
    if not isinstance(day, int) or isinstance(day, bool) or not 1 <= day <= len(WEEKDAYS):
        raise _EntryQuarantined("day-impossible", str(day)[:40], "Use 1 (Monday) to 7 (Sunday).")
    return day - 1


def _zone(entry: Mapping[str, Any]) -> str:
    zone = _text(entry, "timezone")
    if not zone:
        raise _EntryQuarantined(
            "zone-missing", "timezone is blank", "Publish the IANA name of its time zone."
        )
    if not is_zone(zone):
        raise _EntryQuarantined("zone-unknown", zone[:64], "Use a name of the IANA database.")
    return zone


def _time(entry: Mapping[str, Any]) -> time:
    written = _text(entry, "time")
    if not written:
        raise _EntryQuarantined("time-missing", "time is blank", "Publish the wall-clock time, as 18:30.")
    try:
        return datetime.strptime(written, "%H:%M").time()  # noqa: DTZ007  (a wall clock has no zone)
    except ValueError:
        raise _EntryQuarantined("time-impossible", written[:40], "Write the time as 18:30.") from None


def _languages(entry: Mapping[str, Any], slug: str, number: int, report: _Report) -> tuple[str, ...]:
    lowercase_tags = [
        tag for tag in _list(entry, "languages") if isinstance(tag, str) and tag.isalpha() and tag.islower()
    ]
    tags = tuple(dict.fromkeys(tag for tag in lowercase_tags if 2 <= len(tag) <= 3))
    if not tags:
        remedy = "Publish its languages as ISO 639-1 codes."
        report.remarks.append(Remark(number, slug, RemarkKind.FLAGGED, "language-missing", "", remedy))
    return tags


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name)
    return value if isinstance(value, list) else []


def _text(entry: Any, name: str) -> str:
    value = entry.get(name) if isinstance(entry, Mapping) else None
    return value.strip() if isinstance(value, str) else ""
