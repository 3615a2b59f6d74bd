"""Distance between two places.

Positions are points in space, three coordinates in kilometres from the earth's centre, and the distance is the
straight line between them: a metre shorter than the surface distance at 100 km. It needs only sums, products and one
square root, so that distances of a whole region equal those computed one by one, to the last bit.
"""

from math import cos, radians, sin, sqrt
from typing import Final

from alongside_matching.engine.facts import Point

_EARTH_RADIUS_KM: Final = 6371.0088


def position(point: Point) -> tuple[float, float, float]:
    """Return a place in space, in kilometres from the earth's centre."""
    latitude, longitude = radians(point.latitude), radians(point.longitude)
    from_axis = _EARTH_RADIUS_KM * cos(latitude)
    return from_axis * cos(longitude), from_axis * sin(longitude), _EARTH_RADIUS_KM * sin(latitude)


def distance_km(one: Point, other: Point) -> float:
    """Return the length of the straight line between two places."""
    (x, y, z), (u, v, w) = position(one), position(other)
    return sqrt((x - u) * (x - u) + (y - v) * (y - v) + (z - w) * (z - w))
