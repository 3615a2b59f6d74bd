"""The sample uses real places."""

import pytest
import zipcodes

from alongside_localstack.sample.places import REGIONS, places, places_outside
from tests.unit.sample.network import intake_policies


@pytest.mark.parametrize("region", REGIONS)
def test_every_place_of_a_sample_region_is_real_and_served_by_intake(region: str) -> None:
    served = intake_policies().regions[region].postal_prefixes

    for place in places(region):
        assert zipcodes.is_real(place.postal_code)  # type: ignore[no-untyped-call]  # published without annotations
        assert place.postal_code.startswith(served)
        assert place.county == REGIONS[region].county


@pytest.mark.parametrize("region", REGIONS)
def test_no_place_outside_is_served_by_intake(region: str) -> None:
    served = intake_policies().regions[region].postal_prefixes

    assert len(places_outside(region)) > 10
    assert not [place for place in places_outside(region) if place.postal_code.startswith(served)]


@pytest.mark.parametrize(
    ("region", "south", "north", "west", "east"),
    [("us-fl-miami", 25.1, 26.0, -80.9, -80.1), ("us-oh-columbus", 39.8, 40.2, -83.3, -82.7)],
)
def test_places_lie_within_their_county(
    region: str, south: float, north: float, west: float, east: float
) -> None:
    for place in places(region):
        assert south < place.latitude < north, place
        assert west < place.longitude < east, place


def test_places_go_by_the_names_people_use() -> None:
    names = {place.name for place in places("us-fl-miami")}

    assert {"Coral Gables", "Hialeah", "Coconut Grove", "Sunny Isles Beach"} <= names
    assert not names & {"N Miami Beach", "Sunny Isl Bch", "Hialeah Gdns"}


def test_a_region_without_a_sample_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="us-fl-miami, us-oh-columbus"):
        places("ie-dublin")
