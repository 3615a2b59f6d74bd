"""What is computed for chosen rows: kilometres to a place, half hours in common, who carries a code."""

import numpy as np
import numpy.typing as npt

from alongside_matching.domain.distance import position
from alongside_matching.domain.facts import Point
from alongside_matching.domain.index import bits
from alongside_matching.domain.index.bits import Rows
from alongside_matching.domain.index.columns import Columns, hours_of
from alongside_matching.domain.index.facets import Facet

Floats = npt.NDArray[np.float64]


def kilometres(columns: Columns, rows: Rows, near: Point) -> Floats:
    """How far each offer is, as `distance.distance_km` says it; not a number for who does not say where."""
    u, v, w = position(near)
    x, y, z = (columns.numbers[axis][rows] for axis in ("x", "y", "z"))
    squares = (x - u) * (x - u) + (y - v) * (y - v) + (z - w) * (z - w)
    distances: Floats = np.sqrt(squares)
    return distances


def common_slots(columns: Columns, rows: Rows, availability: int) -> npt.NDArray[np.int64]:
    """How many half hours of the week each offer has in common with these."""
    common = np.zeros(len(rows), np.int64)
    for hours, wanted in zip(columns.hours, hours_of(availability), strict=True):
        if wanted:
            common += np.bitwise_count(hours[rows] & wanted)
    return common


def carry(facet: Facet, code: str, rows: Rows) -> npt.NDArray[np.uint8] | None:
    """1 for each offer that carries a code, 0 for the others; None when nobody does."""
    found = facet.of(code)
    return None if found is None else bits.flags(found)[rows]


def carry_any(facet: Facet, codes: frozenset[str], rows: Rows) -> npt.NDArray[np.uint8]:
    """1 for each offer that carries at least one of these codes, 0 for the others."""
    return bits.flags(facet.any_of(codes))[rows]
