"""Interim offers for a waiting referral: an offer open to everyone, or the reasons why there is none."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Final, NamedTuple
from uuid import UUID

from alongside_matching.engine.eligibility import excluded_by_protecting_rule
from alongside_matching.engine.facts import GROUP, SLOT_MINUTES, Offer, Request
from alongside_matching.engine.week import slots_until

JOINABLE_MAX: Final = 8
"""Groups whose calendars are read: those that meet soonest by their weekly hours."""
_ALWAYS_OPEN: Final = frozenset({"online-community", "chat"})
_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Interim:
    """The offer, or None; and how many offers each protecting rule excluded."""

    offer_id: UUID | None
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Joinable:
    """Groups the person may join, most suitable first, at most `JOINABLE_MAX`; and how many each rule excluded."""

    groups: tuple[Offer, ...]
    excluded: Mapping[str, int]


class UpcomingMeeting(NamedTuple):
    """An upcoming meeting: hours until it begins, and its half hour of the region's week."""

    hours: float
    slot: int


def find_joinable(request: Request, open_to_all: Iterable[Offer], on: date, slot: int) -> Joinable:
    """Return the groups open to everyone that no protecting rule excludes; `slot` is the current half hour of the week."""
    excluded: Counter[str] = Counter()
    allowed = []
    for offer in open_to_all:
        if offer.kind != GROUP:
            continue
        rule = excluded_by_protecting_rule(offer, request, on)
        if rule is None:
            allowed.append(offer)
        else:
            excluded[rule] += 1
    allowed.sort(key=lambda offer: _sort_key(offer, request, _hours_until_weekly_slot(offer, request, slot)))
    return Joinable(tuple(allowed[:JOINABLE_MAX]), dict(excluded))


def choose_interim(
    request: Request, joinable: Joinable, upcoming: Mapping[UUID, Sequence[UpcomingMeeting]], slot: int
) -> Interim:
    """Return the interim offer: the earliest day first, then a shared need, then the earliest hour.

    `upcoming` has the next meetings of groups with a schedule; for the others their weekly hours are used.
    """

    def hours(offer: Offer) -> float | None:
        meetings = upcoming.get(offer.id)
        if meetings is None:
            return _hours_until_weekly_slot(offer, request, slot)
        return next((meeting.hours for meeting in meetings if _has_time(request, meeting)), None)

    best = min(joinable.groups, key=lambda offer: _sort_key(offer, request, hours(offer)), default=None)
    return Interim(None if best is None else best.id, joinable.excluded)


def _sort_key(offer: Offer, request: Request, hours: float | None) -> tuple[float, bool, float, UUID]:
    """Sort by day, then shared need, then hour. Groups with unknown or no common hours come last."""
    day = inf if hours is None else hours // _HOURS_A_DAY
    return day, offer.needs.isdisjoint(request.needs), hours or 0.0, offer.id


def _hours_until_weekly_slot(offer: Offer, request: Request, slot: int) -> float | None:
    """Return hours until the offer's next weekly half hour that suits the person; 0 for an online community."""
    if not offer.availability:
        return None if offer.formats.isdisjoint(_ALWAYS_OPEN) else 0.0
    common = offer.availability & request.availability if request.availability else offer.availability
    return slots_until(common, slot) * SLOT_MINUTES / 60 if common else None


def _has_time(request: Request, meeting: UpcomingMeeting) -> bool:
    return not request.availability or bool(request.availability >> meeting.slot & 1)
