"""Candidate rows that remain after the bitset rules; few enough to be evaluated row by row in arrays.

Values that two functions need are computed once: kilometres for the reach and the score, common half hours likewise.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alongside_matching.engine.distance import position
from alongside_matching.engine.facts import Request
from alongside_matching.engine.index import bits
from alongside_matching.engine.index.bits import Bits, Rows
from alongside_matching.engine.index.columns import OfferColumns, hours_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class CandidateRows:
    """The remaining rows, and the values computed for them so far."""

    columns: OfferColumns
    request: Request
    rows: Rows
    _kilometres: Floats | None = None
    _common_slots: npt.NDArray[np.int64] | None = None

    def without(self, excluded: Flags) -> "CandidateRows":
        """Return the rows that are not excluded."""
        kept_rows = np.flatnonzero(~excluded)
        return CandidateRows(
            self.columns,
            self.request,
            self.rows[kept_rows],
            None if self._kilometres is None else self._kilometres[kept_rows],
            None if self._common_slots is None else self._common_slots[kept_rows],
        )

    def within(self, row_set: Bits | None) -> npt.NDArray[np.uint8]:
        """Return 1 for each row in the set, 0 for the others."""
        if row_set is None:
            return np.zeros(len(self.rows), np.uint8)
        return bits.flags(row_set)[self.rows]

    def kilometres(self) -> Floats:
        """Return each row's distance from the person as `distance.distance_km`; NaN where a position is unknown."""
        if self._kilometres is None:
            near = self.request.near
            u, v, w = (np.nan, np.nan, np.nan) if near is None else position(near)
            x, y, z = (self.columns.numbers[axis][self.rows] for axis in ("x", "y", "z"))
            squares = (x - u) * (x - u) + (y - v) * (y - v) + (z - w) * (z - w)
            self._kilometres = np.sqrt(squares)
        return self._kilometres

    def common_slots(self) -> npt.NDArray[np.int64]:
        """Return each row's number of half hours of the week in common with the person."""
        if self._common_slots is None:
            common = np.zeros(len(self.rows), np.int64)
            for hours, wanted in zip(self.columns.hours, hours_of(self.request.availability), strict=True):
                if wanted:
                    common += np.bitwise_count(hours[self.rows] & wanted)
            self._common_slots = common
        return self._common_slots
