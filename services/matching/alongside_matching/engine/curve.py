"""A curve of a policy: the worth of a quantity, linear between points that a region chooses."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (quantity, worth 0 to 1) with rising quantities; constant before the first and after the last."""

    points: tuple[tuple[float, float], ...]

    def at(self, quantity: float) -> float:
        """Return the worth of one quantity."""
        points_before = bisect_right(self.points, quantity, key=lambda point: point[0])
        if points_before == 0:
            return self.points[0][1]
        if points_before == len(self.points):
            return self.points[-1][1]
        (x, y), (to_x, to_y) = self.points[points_before - 1], self.points[points_before]
        return y + (to_y - y) / (to_x - x) * (quantity - x)

    def at_all(self, quantities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the worth of many quantities: the same operations in the same order as `at`, so equal to the last
        bit."""
        xs, ys = (np.array(axis) for axis in zip(*self.points, strict=True))
        points_before = np.zeros(len(quantities), np.intp)
        for x in xs:  # a few points: comparing with each is faster than a search per quantity
            points_before += quantities >= x
        segment = np.clip(points_before - 1, 0, len(xs) - 2)
        slopes = (ys[1:] - ys[:-1]) / (xs[1:] - xs[:-1])
        worth: npt.NDArray[np.float64] = ys[segment] + slopes[segment] * (quantities - xs[segment])
        worth[points_before == 0] = ys[0]
        worth[points_before == len(xs)] = ys[-1]
        return worth

    @property
    def rises(self) -> bool:
        """Return whether the worth never falls."""
        return all(before <= after for (_, before), (_, after) in pairwise(self.points))

    @property
    def falls(self) -> bool:
        """Return whether the worth never rises."""
        return all(before >= after for (_, before), (_, after) in pairwise(self.points))


def curve(points: Iterable[Iterable[float]]) -> Curve:
    """Return a curve through these points.

    Raises ValueError for fewer than two points, a quantity that does not rise, or a worth outside 0 to 1.
    """
    parsed = tuple((float(x), float(y)) for x, y in points)
    if len(parsed) < 2:
        raise ValueError("give a curve at least two points")
    if any(before >= after for (before, _), (after, _) in pairwise(parsed)):
        raise ValueError("the quantities of a curve must rise from point to point")
    if any(not 0 <= worth <= 1 for _, worth in parsed):
        raise ValueError("the worths of a curve must lie between 0 and 1")
    return Curve(parsed)
