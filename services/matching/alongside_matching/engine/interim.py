"""What somebody may go to while they wait: something open to everyone, or the reasons why there is nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Final, NamedTuple
from uuid import UUID

from alongside_matching.engine.eligibility import unprotected_by
from alongside_matching.engine.facts import GROUP, SLOT_MINUTES, Offer, Request
from alongside_matching.engine.week import slots_until

JOINABLE_MAX: Final = 8
"""How many groups are worth a look at their calendars: those whose weekly hours come soonest."""
_ALWAYS_THERE: Final = frozenset({"online-community", "chat"})
_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Interim:
    """The offer; or None, with how many each rule that protects the person kept out."""

    offer_id: UUID | None
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Joinable:
    """Groups somebody may join, the likeliest first and no more than `JOINABLE_MAX`; how many each rule kept out."""

    groups: tuple[Offer, ...]
    excluded: Mapping[str, int]


class UpcomingMeeting(NamedTuple):
    """A meeting to come: in how many hours, and in which half hour of the region's week it begins."""

    hours: float
    slot: int


def find_joinable(request: Request, open_to_all: Iterable[Offer], on: date, slot: int) -> Joinable:
    """The groups anyone may join that no rule keeps from this person; `slot` is the half hour of the week it is now."""
    excluded: Counter[str] = Counter()
    fitting = []
    for offer in open_to_all:
        if offer.kind != GROUP:
            continue
        rule = unprotected_by(offer, request, on)
        if rule is None:
            fitting.append(offer)
        else:
            excluded[rule] += 1
    fitting.sort(key=lambda offer: _sort_key(offer, request, _hours_until_weekly_slot(offer, request, slot)))
    return Joinable(tuple(fitting[:JOINABLE_MAX]), dict(excluded))


def choose_interim(
    request: Request, found: Joinable, upcoming: Mapping[UUID, Sequence[UpcomingMeeting]], slot: int
) -> Interim:
    """The one to go to: company tonight is better than in a week, and where a need is shared better than where none is.

    `upcoming` holds the next meetings of those groups that keep a calendar; of the others their weekly hours are taken.
    """

    def hours(offer: Offer) -> float | None:
        meetings = upcoming.get(offer.id)
        if meetings is None:
            return _hours_until_weekly_slot(offer, request, slot)
        return next((meeting.hours for meeting in meetings if _has_time(request, meeting)), None)

    best = min(found.groups, key=lambda offer: _sort_key(offer, request, hours(offer)), default=None)
    return Interim(None if best is None else best.id, found.excluded)


def _sort_key(offer: Offer, request: Request, hours: float | None) -> tuple[float, bool, float, UUID]:
    """The day first, then the need, then the hour. Who does not say when, or has no hour in common, comes last."""
    day = inf if hours is None else hours // _HOURS_A_DAY
    return day, offer.needs.isdisjoint(request.needs), hours or 0.0, offer.id


def _hours_until_weekly_slot(offer: Offer, request: Request, slot: int) -> float | None:
    """Hours until the next half hour of its week that suits the person; a community online is there at any hour."""
    if not offer.availability:
        return None if offer.formats.isdisjoint(_ALWAYS_THERE) else 0.0
    common = offer.availability & request.availability if request.availability else offer.availability
    return slots_until(common, slot) * SLOT_MINUTES / 60 if common else None


def _has_time(request: Request, meeting: UpcomingMeeting) -> bool:
    return not request.availability or bool(request.availability >> meeting.slot & 1)
