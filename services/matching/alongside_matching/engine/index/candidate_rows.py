"""Those who are left when the rules on whole sets have spoken: few enough to look at one by one, all in one go.

What two of us need is computed once: kilometres for the reach and for the score, common half hours likewise.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alongside_matching.engine.distance import position
from alongside_matching.engine.facts import Request
from alongside_matching.engine.index import bits
from alongside_matching.engine.index.bits import Bits, Rows
from alongside_matching.engine.index.columns import Columns, hours_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class CandidateRows:
    """The rows that are left, and what has been computed of them so far."""

    columns: Columns
    request: Request
    rows: Rows
    _kilometres: Floats | None = None
    _common_slots: npt.NDArray[np.int64] | None = None

    def without(self, out: Flags) -> "CandidateRows":
        """Those of them that are not out."""
        kept_rows = np.flatnonzero(~out)
        return CandidateRows(
            self.columns,
            self.request,
            self.rows[kept_rows],
            None if self._kilometres is None else self._kilometres[kept_rows],
            None if self._common_slots is None else self._common_slots[kept_rows],
        )

    def within(self, held: Bits | None) -> npt.NDArray[np.uint8]:
        """1 for each that is in a set, 0 for the others."""
        if held is None:
            return np.zeros(len(self.rows), np.uint8)
        return bits.flags(held)[self.rows]

    def kilometres(self) -> Floats:
        """How far each is from the person, as `distance.distance_km` says it; not a number where one does not say."""
        if self._kilometres is None:
            near = self.request.near
            u, v, w = (np.nan, np.nan, np.nan) if near is None else position(near)
            x, y, z = (self.columns.numbers[axis][self.rows] for axis in ("x", "y", "z"))
            squares = (x - u) * (x - u) + (y - v) * (y - v) + (z - w) * (z - w)
            self._kilometres = np.sqrt(squares)
        return self._kilometres

    def common_slots(self) -> npt.NDArray[np.int64]:
        """How many half hours of the week each has in common with the person."""
        if self._common_slots is None:
            common = np.zeros(len(self.rows), np.int64)
            for hours, wanted in zip(self.columns.hours, hours_of(self.request.availability), strict=True):
                if wanted:
                    common += np.bitwise_count(hours[self.rows] & wanted)
            self._common_slots = common
        return self._common_slots
