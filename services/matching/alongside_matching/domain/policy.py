"""The numbers a region decides for itself. `policies/regions.json` holds them; no rule does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alongside_matching.domain.wellbeing import Norms


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each factor of the score counts. Only their proportions matter."""

    shared_need: float
    preferred_format: float
    preferred_mode: float
    free_places: float


@dataclass(frozen=True, slots=True)
class Policy:
    """One region's numbers.

    `respond_hours`, `respond_hours_urgent`: how long a target may take to answer. `candidates_max`: how many offers
    one search looks at closely, up to `pages_max` times while none of them is eligible. `wake_max`: how many waiting
    referrals one transaction looks at; the rest follow in the next. `look_soon_seconds`, `look_again_seconds`: when the
    waitlist is looked at after somebody went onto it, and while anybody waits. `directory_capacity`,
    `directory_language`: what is assumed of a listed service, because directories publish no places and not always a
    language. `zone`: the IANA time zone in which the region's week and days are counted. `seat_hold_minutes`: how long
    a seat at one meeting is kept for somebody who has not said yes.
    """

    respond_hours: float
    respond_hours_urgent: float
    directory_capacity: int
    directory_language: str
    candidates_max: int
    pages_max: int
    wake_max: int
    look_soon_seconds: float
    look_again_seconds: float
    weights: Weights
    norms: Norms
    zone: str
    seat_hold_minutes: float

    def answer_due(self, urgency: str, now: datetime) -> datetime:
        """When a proposal made now lapses."""
        hours = self.respond_hours if urgency == "routine" else self.respond_hours_urgent
        return now + timedelta(hours=hours)

    def day(self, now: datetime) -> date:
        """Which day it is in the region."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def begin_of(self, day: date) -> datetime:
        """When a day begins in the region."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True)
class Policies:
    """Every region's policy."""

    everywhere: Policy
    regions: Mapping[str, Policy]

    def of(self, region: str) -> Policy:
        """The numbers that hold in a region."""
        return self.regions.get(region, self.everywhere)
