"""The factors of the score for many offers at once: names and values equal those of `score`, to the last bit."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np

from alongside_matching.engine.curve import Curve
from alongside_matching.engine.facts import SLOT_MINUTES, SLOTS_PER_WEEK
from alongside_matching.engine.index.candidate_rows import CandidateRows, Floats
from alongside_matching.engine.score import ScoreContext

Values: TypeAlias = Callable[[CandidateRows, ScoreContext], Floats]


def shared_need(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the shared part of the request's needs, weighted by rarity."""
    shared, total = np.zeros(len(candidates.rows)), 0.0
    for need in sorted(context.request.needs):
        worth = context.rarity.worth(need)
        total += worth
        shared += worth * candidates.within(candidates.columns.facets["needs"].of(need))
    return shared / total


def hopes(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the shared part of the hopes."""
    return _shared_part(candidates, "hopes", context.request.hopes)


def preferred_format(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return 1 for an offer with a requested format, else 0."""
    return _shares_any(candidates, "formats", context.request.formats)


def preferred_mode(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return 1 for an offer with a requested mode, else 0."""
    return _shares_any(candidates, "modes", context.request.modes)


def availability(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the worth of the common free time."""
    return _worth_of_slots(context.curves.common_minutes)[candidates.common_slots()]


def distance(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the worth of the distance."""
    kilometres = candidates.kilometres()
    return np.where(np.isnan(kilometres), 0.0, context.curves.distance_km.at_all(kilometres))


def interests(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the shared part of the interests."""
    return _shared_part(candidates, "interests", context.request.interests)


def identities(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the shared part of the requested identities."""
    return _shared_part(candidates, "identities", context.request.identities)


def continuity(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return 1 for the offer the person asks to continue with, else 0."""
    earlier = context.request.continue_with
    row = None if earlier is None else candidates.columns.row(earlier)
    return np.zeros(len(candidates.rows)) if row is None else (candidates.rows == row).astype(np.float64)


def free_places(candidates: CandidateRows, context: ScoreContext) -> Floats:
    """Return the worth of the load."""
    return context.curves.load.at_all(candidates.columns.numbers["load"][candidates.rows])


def _shared_part(candidates: CandidateRows, facet: str, codes: frozenset[str]) -> Floats:
    shared = np.zeros(len(candidates.rows), np.int64)
    for code in codes:
        shared += candidates.within(candidates.columns.facets[facet].of(code))
    return shared / len(codes)


def _shares_any(candidates: CandidateRows, facet: str, codes: frozenset[str]) -> Floats:
    return candidates.within(candidates.columns.facets[facet].any_of(codes)).astype(np.float64)


@lru_cache(maxsize=128)
def _worth_of_slots(curve: Curve) -> Floats:
    """Return the worth of each number of common half hours."""
    return np.array([curve.at(slots * SLOT_MINUTES) for slots in range(SLOTS_PER_WEEK + 1)])


VALUES: Final[dict[str, Values]] = {
    "shared_need": shared_need,
    "hopes": hopes,
    "preferred_format": preferred_format,
    "preferred_mode": preferred_mode,
    "availability": availability,
    "distance": distance,
    "interests": interests,
    "identities": identities,
    "continuity": continuity,
    "free_places": free_places,
}
