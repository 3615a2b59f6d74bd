"""Shares the offers out among those who arrived together: nobody gets a place twice."""

from collections.abc import Sequence
from uuid import UUID

from alongside_matching.domain.choose import Choice, Ranked


def assign(arrivals: Sequence[Ranked]) -> tuple[Choice | None, ...]:
    """For each arrival the best of its choices that still has a place when those before it were served."""
    given: dict[UUID, int] = {}
    return tuple(_first_with_a_place(ranked, given) for ranked in arrivals)


def _first_with_a_place(ranked: Ranked, given: dict[UUID, int]) -> Choice | None:
    for choice in ranked.choices:
        offer, gone = choice.offer, given.get(choice.offer.id, 0)
        if offer.capacity is None or offer.held + offer.taken + gone < offer.capacity:
            given[offer.id] = gone + 1
            return choice
    return None
