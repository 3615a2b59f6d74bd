"""Whom to ask first among those who may be asked: a small score that can be explained factor by factor."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from math import log
from typing import Final

from alongside_matching.domain.eligibility import sift
from alongside_matching.domain.facts import Offer, Request
from alongside_matching.domain.policy import Weights

RANKED_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """The offer to ask, its score, and the factors (0 to 1 each) the score was made of."""

    offer: Offer
    score: float
    factors: Mapping[str, float]
    reasons: tuple[str, ...]
    considered: int


@dataclass(frozen=True, slots=True)
class NobodyFree:
    """No offer may be asked now, and how many each hard rule kept out."""

    excluded: Mapping[str, int]
    considered: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """Those who may be asked, the best first, and how many each hard rule kept out."""

    choices: tuple[Choice, ...]
    excluded: Mapping[str, int]
    considered: int


def choose(offers: Sequence[Offer], request: Request, weights: Weights, on: date) -> Choice | NobodyFree:
    """The best eligible offer. Equal scores go to the less loaded, then to the one that was here first."""
    ranked = rank(offers, request, weights, on)
    return ranked.choices[0] if ranked.choices else NobodyFree(ranked.excluded, ranked.considered)


def rank(offers: Iterable[Offer], request: Request, weights: Weights, on: date) -> Ranked:
    """The best of the eligible offers in the order they would be asked."""
    pool = [offer for offer in offers if not offer.needs.isdisjoint(request.needs)]
    sifted = sift(pool, request, on)
    if not sifted.eligible:
        return Ranked((), sifted.excluded, sifted.considered)
    rarity = _rarity(pool, request.needs)
    scored = [(offer, _factors(offer, request, rarity)) for offer in sifted.eligible]
    best = nsmallest(
        RANKED_MAX, scored, key=lambda each: (-_score(each[1], weights), each[0].load, each[0].id)
    )
    choices = tuple(
        Choice(offer, _score(factors, weights), factors, _reasons(offer, request), sifted.considered)
        for offer, factors in best
    )
    return Ranked(choices, sifted.excluded, sifted.considered)


def _factors(offer: Offer, request: Request, rarity: Mapping[str, float]) -> dict[str, float]:
    return {
        "shared_need": sum(rarity[need] for need in offer.needs & request.needs) / sum(rarity.values()),
        "preferred_format": _overlaps(offer.formats, request.formats),
        "preferred_mode": _overlaps(offer.modes, request.modes),
        "free_places": 1.0 - offer.load,
    }


def _score(factors: Mapping[str, float], weights: Weights) -> float:
    parts = {
        "shared_need": weights.shared_need,
        "preferred_format": weights.preferred_format,
        "preferred_mode": weights.preferred_mode,
        "free_places": weights.free_places,
    }
    total = sum(weight * factors[name] for name, weight in parts.items()) / sum(parts.values())
    return round(total, 6)  # so that equal factors tie, whatever order they were added up in


def _rarity(offers: Iterable[Offer], needs: Iterable[str]) -> dict[str, float]:
    """What sharing each need is worth: the fewer of the offers share it, the more."""
    pool = list(offers)
    holders = {need: sum(need in offer.needs for offer in pool) for need in needs}
    return {need: log(1 + len(pool) / max(count, 1)) for need, count in holders.items()}


def _overlaps(one: frozenset[str], other: frozenset[str]) -> float:
    return 0.0 if one.isdisjoint(other) else 1.0


def _reasons(offer: Offer, request: Request) -> tuple[str, ...]:
    """What staff may be told. It names kinds of fit only, never what the supporter has lived through."""
    told = {
        "shared-need": True,
        "shared-language": True,
        "preferred-format": bool(offer.formats & request.formats),
        "preferred-mode": bool(offer.modes & request.modes),
        "free-capacity": offer.load < 0.5,
    }
    return tuple(reason for reason, holds in told.items() if holds)
