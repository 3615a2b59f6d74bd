"""Coordinates as published: used only when they are possible, not zero, and in or near the region."""

from alongside_matching.directory.listing.model import Coordinates
from alongside_matching.directory.policy import Area
from alongside_matching.directory.source.findings import FlagKind
from alongside_matching.engine.distance import distance_km
from alongside_matching.engine.facts import Point


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
    centre, point = Point(area.latitude, area.longitude), Point(position.latitude, position.longitude)
    return _is_possible(position) and distance_km(centre, point) <= area.km
