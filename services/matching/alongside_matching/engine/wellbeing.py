"""The places a supporter can fill now: what is agreed, reduced by signs of strain.

The network sees only the resulting number, never its causes. Every number is policy (`Norms`). Signs are not summed:
only the strongest counts, so that nobody can tell from the number which signs there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Norms:
    """A region's numbers for the well-being of its supporters. Shares are of the places agreed, 0 to 1.

    A self-check sums three answers of 0 to 4; at `self_check_low` or less it counts for `self_check_days`.
    """

    caseload_max: int
    supporters_per_supervisor_max: int
    supervision_days_max: int
    supervision_overdue_share: float
    self_check_days: int
    self_check_low: int
    self_check_low_share: float
    self_check_exhausted: int
    self_check_exhausted_share: float
    crisis_days: int
    crisis_share: float


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The sum of three answers, 0 to 12, and the day they were given."""

    taken_on: date
    total: int


@dataclass(frozen=True, slots=True)
class Strain:
    """Facts about a supporter's strain. `agreed` is the agreed number of places.

    `supervised_on` is the day of the latest supervision, or the day the supporter joined.
    `support_minutes` are the minutes spent supporting, by day; `hours_per_week_max` None means no agreed hours.
    """

    agreed: int
    supervised_on: date
    self_check: SelfCheck | None = None
    crises_on: tuple[date, ...] = ()
    support_minutes: Mapping[date, int] = field(default_factory=dict)
    hours_per_week_max: float | None = None


@dataclass(frozen=True, slots=True)
class EffectivePlaces:
    """The number of places now, and the first day on which time alone may change it (None: never)."""

    places: int
    review_on: date | None


def effective_places(strain: Strain, norms: Norms, on: date) -> EffectivePlaces:
    """Return the places of a supporter on a day. Fractions are rounded down: half of one place is none."""
    signs = tuple(_signs(strain, norms, on))
    share = min((share for share, _ in signs), default=1.0)
    places = int(min(strain.agreed, norms.caseload_max) * share)
    change_days = [ends for _, ends in signs if ends is not None]
    overdue_on = strain.supervised_on + timedelta(days=norms.supervision_days_max + 1)
    if overdue_on > on:
        change_days.append(overdue_on)
    return EffectivePlaces(places, min(change_days, default=None))


def _signs(strain: Strain, norms: Norms, on: date) -> Iterable[tuple[float, date | None]]:
    """Yield each sign of strain on a day: the share of places it leaves, and the day time alone ends it (None: never)."""
    if (on - strain.supervised_on).days > norms.supervision_days_max:
        yield norms.supervision_overdue_share, None
    if strain.self_check is not None:
        yield from _self_check(strain.self_check, norms, on)
    for crisis in strain.crises_on:
        ends = crisis + timedelta(days=norms.crisis_days)
        if crisis <= on < ends:
            yield norms.crisis_share, ends
    if strain.hours_per_week_max is not None:
        yield from _hours(strain.support_minutes, strain.hours_per_week_max, on)


def _self_check(check: SelfCheck, norms: Norms, on: date) -> Iterable[tuple[float, date | None]]:
    ends = check.taken_on + timedelta(days=norms.self_check_days)
    if on >= ends:
        return
    if check.total <= norms.self_check_exhausted:
        yield norms.self_check_exhausted_share, ends
    elif check.total <= norms.self_check_low:
        yield norms.self_check_low_share, ends


def _hours(minutes: Mapping[date, int], hours_max: float, on: date) -> Iterable[tuple[float, date | None]]:
    """Yield a share of 0 when all agreed hours were spent within seven days, until the earliest of them is a week ago."""
    recent = {day: spent for day, spent in minutes.items() if on - WEEK < day <= on}
    if recent and sum(recent.values()) >= hours_max * 60:
        yield 0.0, min(recent) + WEEK
