"""The order in which offers would be asked for one request, with everything needed to explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from alongside_matching.engine.eligibility import sift
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.score import (
    POINTS,
    Rarity,
    ScoreContext,
    factors_of,
    points_of,
    rarity_of,
    shares_of,
)


class Candidate(NamedTuple):
    """An offer that may be asked.

    `factors` are values in the order of its ranking's `shares`; `points` are the score in millionths; `capacity` None
    means open to everyone. A named tuple, because a search makes dozens, at a quarter of a frozen dataclass's cost.
    """

    offer_id: UUID
    kind: str
    points: int
    load: float
    capacity: int | None
    occupied: int
    factors: tuple[float, ...]

    @property
    def score(self) -> float:
        """Return the score, 0 to 1."""
        return self.points / POINTS

    @property
    def places(self) -> int | None:
        """Return the number of free places; None when the offer is open to everyone."""
        return None if self.capacity is None else self.capacity - self.occupied


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of an explanation: a factor, its value, its share of the weights that count."""

    factor: str
    value: float
    share: float

    @property
    def contribution(self) -> float:
        """Return what the factor adds to the score."""
        return self.share * self.value


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates for a request, best first: by score, then lower load, then the older offer (lower id).

    `eligible` counts all that may be asked, `excluded` the others by the first hard rule that excludes them.
    """

    request: Request
    policy: Policy
    on: date
    shares: Mapping[str, float]
    rarity: Rarity
    candidates: tuple[Candidate, ...]
    eligible: int
    excluded: Mapping[str, int]

    @property
    def considered(self) -> int:
        """Return how many offers were checked."""
        return self.eligible + sum(self.excluded.values())

    def explained(self, candidate: Candidate) -> tuple[Contribution, ...]:
        """Return the score of a candidate, factor by factor."""
        return tuple(
            Contribution(factor, value, share)
            for (factor, share), value in zip(self.shares.items(), candidate.factors, strict=True)
        )


def rank(
    offers: Sequence[Offer],
    request: Request,
    policy: Policy,
    on: date,
    *,
    top: int,
    rarity: Rarity | None = None,
) -> Ranking:
    """Rank offers one by one. Pass `rarity` when it was counted over more offers than these."""
    sifted = sift(offers, request, on)
    rarity = rarity or rarity_of(offers, request.needs)
    shares = shares_of(request, policy.weights)
    context = ScoreContext(request, rarity, policy.curves)
    candidates = [_candidate(offer, context, shares) for offer in sifted.eligible]
    candidates.sort(key=lambda candidate: (-candidate.points, candidate.load, candidate.offer_id))
    return Ranking(
        request, policy, on, shares, rarity, tuple(candidates[:top]), len(sifted.eligible), sifted.excluded
    )


def _candidate(offer: Offer, context: ScoreContext, shares: Mapping[str, float]) -> Candidate:
    factors = factors_of(offer, context, shares)
    points = points_of(factors, shares)
    occupied = offer.held + offer.taken
    return Candidate(offer.id, offer.kind, points, offer.load, offer.capacity, occupied, factors)
