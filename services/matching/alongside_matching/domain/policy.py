"""The numbers a region decides for itself. `policies/regions.json` holds them; no rule does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


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
    referrals one transaction looks at; the rest follow in the next. `directory_capacity`, `directory_language`: what
    is assumed of a listed service, because directories publish no places and not always a language.
    """

    respond_hours: float
    respond_hours_urgent: float
    directory_capacity: int
    directory_language: str
    candidates_max: int
    pages_max: int
    wake_max: int
    weights: Weights

    def answer_due(self, urgency: str, now: datetime) -> datetime:
        """When a proposal made now lapses."""
        hours = self.respond_hours if urgency == "routine" else self.respond_hours_urgent
        return now + timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Policies:
    """Every region's policy."""

    everywhere: Policy
    regions: Mapping[str, Policy]

    def of(self, region: str) -> Policy:
        """The numbers that hold in a region."""
        return self.regions.get(region, self.everywhere)
