"""The numbers a region decides for itself. They are stored in `policies/regions.json`, never in a rule."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from alongside_matching.engine.curve import Curve
from alongside_matching.engine.week import slot_of
from alongside_matching.engine.wellbeing import Norms


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the factors of the score (see `score`). Only their proportions matter."""

    shared_need: float
    hopes: float
    preferred_format: float
    preferred_mode: float
    availability: float
    distance: float
    interests: float
    identities: float
    continuity: float
    free_places: float


@dataclass(frozen=True, slots=True)
class Curves:
    """Worth of quantities, 0 to 1.

    Common minutes a week, kilometres of distance, the share of an offer's places held or taken, and hours of waiting.
    """

    common_minutes: Curve
    distance_km: Curve
    load: Curve
    waiting_hours: Curve


@dataclass(frozen=True, slots=True)
class Sharing:
    """How requests that arrive together share the offers (see `assign`).

    `waits_cost`: cost of leaving a request waiting, where the worst match costs 1. `claim_*`: how much more it costs
    when the request is urgent, has waited long, or replaces a match that ended. `crowding`: cost of a further request
    of the same window at one offer, times the share of its places that the window has taken there. `edges_max`: above
    that many pairs of an arrival and a seat, arrivals are assigned one after another.
    """

    waits_cost: float
    claim_urgent: float
    claim_waiting: float
    claim_priority: float
    crowding: float
    edges_max: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One region's numbers.

    `respond_hours`, `respond_hours_urgent`: hours a target has to answer. `wake_max`: waiting referrals that one
    transaction reads; the rest follow in the next. `look_soon_seconds`, `look_again_seconds`: seconds until the
    waitlist sweep after a referral joined, and while any waits. `directory_capacity`, `directory_language`: assumed
    for a listed service, because directories publish no places and not always a language. `ranked_max`: offers that a
    ranking names. `zone`: IANA time zone of the region's week and days. `seat_hold_minutes`: minutes a seat is held
    before it is released.
    """

    respond_hours: float
    respond_hours_urgent: float
    directory_capacity: int
    directory_language: str
    wake_max: int
    look_soon_seconds: float
    look_again_seconds: float
    ranked_max: int
    weights: Weights
    curves: Curves
    sharing: Sharing
    norms: Norms
    zone: str
    seat_hold_minutes: float

    def answer_due(self, urgency: str, now: datetime) -> datetime:
        """Return when a proposal made now lapses."""
        hours = self.respond_hours if urgency == "routine" else self.respond_hours_urgent
        return now + timedelta(hours=hours)

    def day(self, now: datetime) -> date:
        """Return the current day in the region."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def half_hour(self, moment: datetime) -> int:
        """Return the half hour of the region's week that contains this time."""
        return slot_of(moment.astimezone(ZoneInfo(self.zone)))

    def start_of_day(self, day: date) -> datetime:
        """Return when a day begins in the region."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    @property
    def version(self) -> str:
        """Return the policy's version: a hash of all its numbers, equal wherever the numbers are equal."""
        return _version(self)


@dataclass(frozen=True, slots=True)
class Policies:
    """Every region's policy."""

    everywhere: Policy
    regions: Mapping[str, Policy]

    def of(self, region: str) -> Policy:
        """Return the policy of a region."""
        return self.regions.get(region, self.everywhere)


def numbers(policy: Policy) -> dict[str, Any]:
    """Return every number of a policy in the shape of the policy file, to be stored with its decisions."""
    plain = asdict(policy)
    return plain | {"curves": {name: curve["points"] for name, curve in plain["curves"].items()}}


@lru_cache(maxsize=1024)
def _version(policy: Policy) -> str:
    canonical = json.dumps(numbers(policy), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:16]
