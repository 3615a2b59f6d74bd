"""The score, which orders the offers that may be asked, explained factor by factor.

Each factor lies between 0 and 1. A factor counts only for a request that states a preference on it, so that silence
about hopes or hours costs nothing. A factor's contribution is its value times its share of the weights that count;
the score is the sum, in millionths so that equal offers tie despite rounding. This is the readable specification:
`index/factors` computes the same for a region at once, and a test keeps the two equal to the last bit. Source:
docs/glossary.md, *score*; waiting time decides between people, never between offers: see `assign`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from math import log
from typing import Final, TypeAlias

from alongside_matching.engine.distance import distance_km
from alongside_matching.engine.facts import IN_PERSON, SLOT_MINUTES, Offer, Request
from alongside_matching.engine.policy import Curves, Weights

POINTS: Final = 1_000_000
"""Points of a score of 1."""
FACTORS: Final = tuple(field.name for field in fields(Weights))
"""Every factor, in the order in which contributions are added up."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """How many offers a region has, and how many of them share each need of the request."""

    pool: int
    holders: Mapping[str, int]

    def worth(self, need: str) -> float:
        """Return the worth of sharing a need: the fewer offers share it, the higher."""
        return log(1 + self.pool / max(self.holders.get(need, 0), 1))


@dataclass(frozen=True, slots=True)
class ScoreContext:
    """Everything the value of a factor may depend on, besides the offer."""

    request: Request
    rarity: Rarity
    curves: Curves


def rarity_of(offers: Collection[Offer], needs: Collection[str]) -> Rarity:
    """Return the rarity of each of these needs among these offers."""
    return Rarity(len(offers), {need: sum(need in offer.needs for offer in offers) for need in sorted(needs)})


def shares_of(request: Request, weights: Weights) -> dict[str, float]:
    """Return the factors that count for a request with their shares, which sum to 1, in the order of `FACTORS`."""
    counted = {name: float(getattr(weights, name)) for name in FACTORS if counts(name, request)}
    total = sum(counted.values())
    return {name: weight / total for name, weight in counted.items()}


def factors_of(offer: Offer, context: ScoreContext, shares: Mapping[str, float]) -> tuple[float, ...]:
    """Return the values of the factors that count, in their order."""
    return tuple(VALUES[name](offer, context) for name in shares)


def points_of(factors: Collection[float], shares: Mapping[str, float]) -> int:
    """Return the score in millionths."""
    total = 0.0
    for share, value in zip(shares.values(), factors, strict=True):
        total += share * value
    return int(total * POINTS + 0.5)


def counts(name: str, request: Request) -> bool:
    """Return whether the request states a preference that this factor values."""
    match name:
        case "hopes" | "availability" | "interests" | "identities":
            return bool(getattr(request, name))
        case "preferred_format":
            return bool(request.formats)
        case "preferred_mode":
            return bool(request.modes)
        case "distance":
            return request.near is not None and (not request.modes or IN_PERSON in request.modes)
        case "continuity":
            return request.continue_with is not None
        case _:
            return True


def _shared_need(offer: Offer, context: ScoreContext) -> float:
    """Return the shared part of the request's needs, weighted by rarity."""
    shared, total = 0.0, 0.0
    for need in sorted(context.request.needs):
        worth = context.rarity.worth(need)
        shared += worth if need in offer.needs else 0.0
        total += worth
    return shared / total if total else 0.0


def _hopes(offer: Offer, context: ScoreContext) -> float:
    return _shared_part(offer.hopes, context.request.hopes)


def _preferred_format(offer: Offer, context: ScoreContext) -> float:
    return _shares_any(offer.formats, context.request.formats)


def _preferred_mode(offer: Offer, context: ScoreContext) -> float:
    return _shares_any(offer.modes, context.request.modes)


def _availability(offer: Offer, context: ScoreContext) -> float:
    """Return the worth of the minutes a week when both are free."""
    slots = (offer.availability & context.request.availability).bit_count()
    return context.curves.common_minutes.at(slots * SLOT_MINUTES)


def _distance(offer: Offer, context: ScoreContext) -> float:
    """Return the worth of the distance; an offer without a position counts as far."""
    if offer.where is None or context.request.near is None:
        return 0.0
    return context.curves.distance_km.at(distance_km(offer.where, context.request.near))


def _interests(offer: Offer, context: ScoreContext) -> float:
    return _shared_part(offer.interests, context.request.interests)


def _identities(offer: Offer, context: ScoreContext) -> float:
    return _shared_part(offer.identities, context.request.identities)


def _continuity(offer: Offer, context: ScoreContext) -> float:
    return 1.0 if offer.id == context.request.continue_with else 0.0


def _free_places(offer: Offer, context: ScoreContext) -> float:
    """Return the worth of the load: this spreads requests, so that no offer is exhausted while others are idle."""
    return context.curves.load.at(offer.load)


def _shared_part(offered: frozenset[str], wanted: frozenset[str]) -> float:
    return len(offered & wanted) / len(wanted) if wanted else 0.0


def _shares_any(offered: frozenset[str], wanted: frozenset[str]) -> float:
    return 0.0 if offered.isdisjoint(wanted) else 1.0


Value: TypeAlias = Callable[[Offer, ScoreContext], float]
VALUES: Final[Mapping[str, Value]] = {
    "shared_need": _shared_need,
    "hopes": _hopes,
    "preferred_format": _preferred_format,
    "preferred_mode": _preferred_mode,
    "availability": _availability,
    "distance": _distance,
    "interests": _interests,
    "identities": _identities,
    "continuity": _continuity,
    "free_places": _free_places,
}
