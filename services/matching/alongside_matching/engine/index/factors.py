"""The factors of the score for many offers at once: names and values are those of `score`, to the last bit."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np

from alongside_matching.engine.curve import Curve
from alongside_matching.engine.facts import SLOT_MINUTES, SLOTS_PER_WEEK
from alongside_matching.engine.index.left import Floats, Left
from alongside_matching.engine.score import Asked

Values: TypeAlias = Callable[[Left, Asked], Floats]


def shared_need(left: Left, asked: Asked) -> Floats:
    """The needs they share, each at what it is worth."""
    shared, total = np.zeros(len(left.rows)), 0.0
    for need in sorted(asked.request.needs):
        worth = asked.rarity.worth(need)
        total += worth
        shared += worth * left.within(left.columns.facets["needs"].of(need))
    return shared / total


def hopes(left: Left, asked: Asked) -> Floats:
    """The part of the hopes they serve."""
    return _part(left, "hopes", asked.request.hopes)


def preferred_format(left: Left, asked: Asked) -> Floats:
    """Whether they offer a format asked for."""
    return _any(left, "formats", asked.request.formats)


def preferred_mode(left: Left, asked: Asked) -> Floats:
    """Whether they meet in a way asked for."""
    return _any(left, "modes", asked.request.modes)


def availability(left: Left, asked: Asked) -> Floats:
    """The time they have in common."""
    return _worth_of_slots(asked.curves.common_minutes)[left.common_slots()]


def distance(left: Left, asked: Asked) -> Floats:
    """How near they are."""
    far = left.kilometres()
    return np.where(np.isnan(far), 0.0, asked.curves.distance_km.at_all(far))


def interests(left: Left, asked: Asked) -> Floats:
    """The part of the interests they share."""
    return _part(left, "interests", asked.request.interests)


def identities(left: Left, asked: Asked) -> Floats:
    """The part of the identities asked for that they have."""
    return _part(left, "identities", asked.request.identities)


def continuity(left: Left, asked: Asked) -> Floats:
    """Whether it is who the person asked to go on with."""
    earlier = asked.request.continue_with
    row = None if earlier is None else left.columns.row(earlier)
    return np.zeros(len(left.rows)) if row is None else (left.rows == row).astype(np.float64)


def free_places(left: Left, asked: Asked) -> Floats:
    """How much room they have left."""
    return asked.curves.load.at_all(left.columns.numbers["load"][left.rows])


def _part(left: Left, facet: str, codes: frozenset[str]) -> Floats:
    has = np.zeros(len(left.rows), np.int64)
    for code in codes:
        has += left.within(left.columns.facets[facet].of(code))
    return has / len(codes)


def _any(left: Left, facet: str, codes: frozenset[str]) -> Floats:
    return left.within(left.columns.facets[facet].any_of(codes)).astype(np.float64)


@lru_cache(maxsize=128)
def _worth_of_slots(curve: Curve) -> Floats:
    """What each number of common half hours is worth."""
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
