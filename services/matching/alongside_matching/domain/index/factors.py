"""The factors of the score for many offers at once: names and values are those of `score`, to the last bit."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np

from alongside_matching.domain.curve import Curve
from alongside_matching.domain.facts import SLOT_MINUTES, SLOTS_PER_WEEK
from alongside_matching.domain.index import rows_at
from alongside_matching.domain.index.bits import Rows
from alongside_matching.domain.index.columns import Columns
from alongside_matching.domain.index.rows_at import Floats
from alongside_matching.domain.score import Asked

Values: TypeAlias = Callable[[Columns, Rows, Asked], Floats]


def shared_need(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """The needs they share, each at what it is worth."""
    shared, total = np.zeros(len(rows)), 0.0
    for need in sorted(asked.request.needs):
        worth = asked.rarity.worth(need)
        total += worth
        carrying = rows_at.carry(columns.facets["needs"], need, rows)
        if carrying is not None:
            shared += worth * carrying
    return shared / total


def hopes(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """The part of the hopes they serve."""
    return _part(columns, "hopes", asked.request.hopes, rows)


def preferred_format(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """Whether they offer a format asked for."""
    return rows_at.carry_any(columns.facets["formats"], asked.request.formats, rows).astype(np.float64)


def preferred_mode(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """Whether they meet in a way asked for."""
    return rows_at.carry_any(columns.facets["modes"], asked.request.modes, rows).astype(np.float64)


def availability(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """The time they have in common."""
    worth = _worth_of_slots(asked.curves.common_minutes)
    return worth[rows_at.common_slots(columns, rows, asked.request.availability)]


def distance(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """How near they are."""
    if asked.request.near is None:
        return np.zeros(len(rows))
    far = rows_at.kilometres(columns, rows, asked.request.near)
    return np.where(np.isnan(far), 0.0, asked.curves.distance_km.at_all(far))


def interests(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """The part of the interests they share."""
    return _part(columns, "interests", asked.request.interests, rows)


def identities(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """The part of the identities asked for that they have."""
    return _part(columns, "identities", asked.request.identities, rows)


def continuity(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """Whether it is who the person asked to go on with."""
    earlier = asked.request.continue_with
    row = None if earlier is None else columns.row(earlier)
    return np.zeros(len(rows)) if row is None else (rows == row).astype(np.float64)


def free_places(columns: Columns, rows: Rows, asked: Asked) -> Floats:
    """How much room they have left."""
    return asked.curves.load.at_all(columns.numbers["load"][rows])


def _part(columns: Columns, facet: str, codes: frozenset[str], rows: Rows) -> Floats:
    has = np.zeros(len(rows), np.int64)
    for code in codes:
        carrying = rows_at.carry(columns.facets[facet], code, rows)
        if carrying is not None:
            has += carrying
    return has / len(codes)


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
