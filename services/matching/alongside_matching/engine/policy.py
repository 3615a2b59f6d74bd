"""The numbers a region decides for itself. `policies/regions.json` holds them; no rule does."""

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
    """How much each factor of the score counts (see `score`). Only their proportions matter."""

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
    """What quantities are worth, 0 to 1: common minutes a week, kilometres apart, the share of an offer's places that
    is held or taken, and hours of waiting."""

    common_minutes: Curve
    distance_km: Curve
    load: Curve
    waiting_hours: Curve


@dataclass(frozen=True, slots=True)
class Sharing:
    """How those who arrive together share the offers (see `assign`).

    `waits_cost`: what leaving somebody waiting costs, where the worst match costs 1. `claim_*`: how much more it costs
    when they are urgent, have waited long, or come back from a match that did not hold. `crowding`: what a further
    person of the same window costs at one offer, times the part of its places that the window has taken there. `edges_max`: above
    that many pairs of an arrival and a seat, arrivals are served one after another.
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

    `respond_hours`, `respond_hours_urgent`: how long a target may take to answer. `wake_max`: how many waiting
    referrals one transaction looks at; the rest follow in the next. `look_soon_seconds`, `look_again_seconds`: when the
    waitlist is looked at after somebody went onto it, and while anybody waits. `directory_capacity`,
    `directory_language`: what is assumed of a listed service, because directories publish no places and not always a
    language. `ranked_max`: how many offers a ranking names. `zone`: the IANA time zone in which the region's week and
    days are counted. `seat_hold_minutes`: how long a seat at one meeting is kept for somebody who has not said yes.
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
        """When a proposal made now lapses."""
        hours = self.respond_hours if urgency == "routine" else self.respond_hours_urgent
        return now + timedelta(hours=hours)

    def day(self, now: datetime) -> date:
        """Which day it is in the region."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def half_hour(self, moment: datetime) -> int:
        """Which half hour of the region's week a moment lies in."""
        return slot_of(moment.astimezone(ZoneInfo(self.zone)))

    def start_of_day(self, day: date) -> datetime:
        """When a day begins in the region."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    @property
    def version(self) -> str:
        """What a decision names its policy by: a hash of every number, the same wherever the numbers are the same."""
        return _version(self)


@dataclass(frozen=True, slots=True)
class Policies:
    """Every region's policy."""

    everywhere: Policy
    regions: Mapping[str, Policy]

    def of(self, region: str) -> Policy:
        """The numbers that hold in a region."""
        return self.regions.get(region, self.everywhere)


def numbers(policy: Policy) -> dict[str, Any]:
    """Every number of a policy in the shape of the policy file, so that it can be kept beside its decisions."""
    plain = asdict(policy)
    return plain | {"curves": {name: curve["points"] for name, curve in plain["curves"].items()}}


@lru_cache(maxsize=1024)
def _version(policy: Policy) -> str:
    canonical = json.dumps(numbers(policy), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:16]
