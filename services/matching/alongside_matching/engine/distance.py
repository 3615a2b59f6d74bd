"""How far apart two places are.

Positions are points in space, three coordinates in kilometres from the earth's centre, and the distance is the straight
line between them: a metre short of the way over the ground at 100 km, and nothing but sums, products and one square
root, so that a whole region's distances computed at once are those computed one by one, to the last bit.
"""

from math import cos, radians, sin, sqrt
from typing import Final

from alongside_matching.engine.facts import Point

_EARTH_RADIUS_KM: Final = 6371.0088


def position(point: Point) -> tuple[float, float, float]:
    """Where a place is in space, in kilometres from the earth's centre."""
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    from_axis = _EARTH_RADIUS_KM * cos(latitude)
    return from_axis * cos(longitude), from_axis * sin(longitude), _EARTH_RADIUS_KM * sin(latitude)


def distance_km(one: Point, other: Point) -> float:
    """The straight line between two places."""
    (x, y, z), (u, v, w) = position(one), position(other)
    return sqrt((x - u) * (x - u) + (y - v) * (y - v) + (z - w) * (z - w))
