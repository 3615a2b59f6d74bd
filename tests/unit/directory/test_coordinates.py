"""Coordinates that are swapped, unsigned, zero, impossible or far from the region are noticed and not used."""

import pytest

from alongside_directory.listing.coordinates import read_coordinates
from alongside_directory.listing.model import Coordinates
from alongside_directory.policy import Area
from alongside_directory.source.findings import FlagKind

MIAMI = Area(latitude=25.77, longitude=-80.19, km=250)
SYDNEY = Area(latitude=-33.87, longitude=151.21, km=100)


@pytest.mark.parametrize(
    ("latitude", "longitude", "area", "found"),
    [
        ("25.77", "-80.19", MIAMI, Coordinates(25.77, -80.19)),
        ("24.56", "-81.78", MIAMI, Coordinates(24.56, -81.78)),
        ("-80.19", "25.77", MIAMI, FlagKind.SWAPPED_COORDINATES),
        ("80.19", "25.77", MIAMI, FlagKind.SWAPPED_COORDINATES),
        ("151.21", "-33.87", SYDNEY, FlagKind.SWAPPED_COORDINATES),
        ("25.77", "80.19", MIAMI, FlagKind.UNSIGNED_COORDINATES),
        ("33.87", "151.21", SYDNEY, FlagKind.UNSIGNED_COORDINATES),
        ("0", "0", MIAMI, FlagKind.BAD_COORDINATES),
        ("0.0", "-80.19", MIAMI, FlagKind.BAD_COORDINATES),
        ("25.77", "0", MIAMI, FlagKind.BAD_COORDINATES),
        ("91", "-80.19", MIAMI, FlagKind.BAD_COORDINATES),
        ("nan", "-80.19", MIAMI, FlagKind.BAD_COORDINATES),
        ("north", "west", MIAMI, FlagKind.BAD_COORDINATES),
        ("inf", "-80.19", MIAMI, FlagKind.BAD_COORDINATES),
        ("40.71", "-74.01", MIAMI, FlagKind.FAR_COORDINATES),
        ("", "-80.19", MIAMI, FlagKind.NO_COORDINATES),
        ("40.71", "-74.01", None, Coordinates(40.71, -74.01)),
        ("0", "0", None, FlagKind.BAD_COORDINATES),
        ("91", "0.1", None, FlagKind.BAD_COORDINATES),
    ],
)
def test_coordinates_are_used_only_when_they_are_in_the_region(
    latitude: str, longitude: str, area: Area | None, found: Coordinates | FlagKind
) -> None:
    assert read_coordinates(latitude, longitude, area) == found
