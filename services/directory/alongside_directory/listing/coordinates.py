"""Coordinates as published: used only when they are possible, not zero, and in or near the region."""

from math import asin, cos, radians, sin, sqrt
from typing import Final

from alongside_directory.listing.model import Coordinates
from alongside_directory.policy import Area
from alongside_directory.source.findings import FlagKind

_EARTH_RADIUS_KM: Final = 6371.0088


def read_coordinates(latitude: str, longitude: str, area: Area | None) -> Coordinates | FlagKind:
    """Return a position in degrees as it is written, or what is wrong with it. Without an area, far ones are not noticed."""
    if not latitude or not longitude:
        return FlagKind.NO_COORDINATES
    try:
        position = Coordinates(float(latitude), float(longitude))
    except ValueError:
        return FlagKind.BAD_COORDINATES
    if area is None:
        return position if _is_possible(position) else FlagKind.BAD_COORDINATES
    return position if _is_in(area, position) else _what_is_wrong(area, position)


def _what_is_wrong(area: Area, position: Coordinates) -> FlagKind:
    """Return why a position outside the area is there: exchanged, without its sign, impossible or far."""
    swapped = Coordinates(position.longitude, position.latitude)
    if any(_is_in(area, each) for each in (swapped, *_with_other_signs(swapped))):
        return FlagKind.SWAPPED_COORDINATES
    if any(_is_in(area, each) for each in _with_other_signs(position)):
        return FlagKind.UNSIGNED_COORDINATES
    return FlagKind.FAR_COORDINATES if _is_possible(position) else FlagKind.BAD_COORDINATES


def _with_other_signs(position: Coordinates) -> tuple[Coordinates, ...]:
    latitude, longitude = position.latitude, position.longitude
    return (
        Coordinates(latitude, -longitude),
        Coordinates(-latitude, longitude),
        Coordinates(-latitude, -longitude),
    )


def _is_possible(position: Coordinates) -> bool:
    """Return whether a position is on the earth (NaN is not) and not where zeros were written for "unknown"."""
    return (
        abs(position.latitude) <= 90
        and abs(position.longitude) <= 180
        and (position.latitude != 0 and position.longitude != 0)
    )


def _is_in(area: Area, position: Coordinates) -> bool:
    centre = Coordinates(area.latitude, area.longitude)
    return _is_possible(position) and _distance_km(centre, position) <= area.km


def _distance_km(one: Coordinates, other: Coordinates) -> float:
    """Return the distance on the surface of the earth (the haversine formula)."""
    latitude, longitude = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    in_between = cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(longitude / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(min(1, sqrt(sin(latitude / 2) ** 2 + in_between)))
