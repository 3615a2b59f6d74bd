"""Around a point the nearest come first, each with its distance."""

from pathlib import Path

import pytest

from tests.service.directory.test_directory_import import imported
from tests.service.directory.test_finding import described
from tests.service.directory.test_hsds import listed
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import like, tables_about


async def test_the_nearest_come_first_each_with_its_distance(pair: ListingPair, tmp_path: Path) -> None:
    away = {"far": "25.86", "near": "25.771", "nearer": "25.77", "middle": "25.80"}
    rows = [like("services", id=name, name=name, description="Lunch") for name in away]
    rows[-1]["description"] = "Lunch, and lunch again"  # the best match, which does not bring it nearer
    term = {"id": "t", "service_id": "far", "taxonomy_id": "PN-8100.1000"}
    tables = tables_about("far", services=rows, services_taxonomy=[term])
    tables["locations"] = [like("locations", id=name, latitude=it) for name, it in away.items()]
    tables["services_at_location"] = [{"id": it, "service_id": it, "location_id": it} for it in away]
    tables["physical_addresses"] = [like("physical_addresses", id=it, location_id=it) for it in away]
    await imported(pair, tmp_path, tables)
    around = {"latitude": 25.77, "longitude": -80.19}

    pages = [
        (await listed(pair, "/service_at_locations", **around, per_page=2, page=page))["contents"]
        for page in (1, 2)
    ]
    by_words = (await listed(pair, "/service_at_locations", **around, search="lunch -far", per_page=2))[
        "contents"
    ]
    without = (await listed(pair, "/service_at_locations"))["contents"]

    distances = {"nearer": 0, "near": 111, "middle": 3336, "far": 10_000}
    shown = [(it["service"]["name"], it["distance_metres"]) for page in pages for it in page]
    assert shown == list(distances.items())[:3]
    assert [(it["service"]["name"], it["distance_metres"]) for it in by_words] == list(distances.items())[:2]
    assert not any("distance_metres" in it for it in without)


@pytest.mark.parametrize(
    ("listed_at", "searched_at", "metres"),
    [
        ((25.77, -80.19), (25.77, -80.29), 10_014),
        ((25.77, -80.19), (25.86, -80.19), 10_008),
    ],
)
async def test_a_distance_is_that_on_a_globe(
    pair: ListingPair,
    tmp_path: Path,
    listed_at: tuple[float, float],
    searched_at: tuple[float, float],
    metres: int,
) -> None:
    tables = described(lunch="Soup")
    tables["locations"] = [like("locations", latitude=str(listed_at[0]), longitude=str(listed_at[1]))]
    await imported(pair, tmp_path, tables)
    around = {"latitude": searched_at[0], "longitude": searched_at[1], "proximity": 20_000}

    (found,) = (await listed(pair, "/service_at_locations", **around))["contents"]

    assert found["distance_metres"] == pytest.approx(metres, abs=3)


@pytest.mark.parametrize(
    ("listed_at", "searched_at", "metres"),
    [
        ((0.0, 179.99), (0.0, -179.99), 2_224),
        ((89.999, 0.0), (89.999, 180.0), 222),
    ],
)
async def test_a_distance_is_right_across_the_date_line_and_the_pole(
    pair: ListingPair,
    tmp_path: Path,
    listed_at: tuple[float, float],
    searched_at: tuple[float, float],
    metres: int,
) -> None:
    await imported(pair, tmp_path, described(lunch="Soup"))
    await pair.pool.execute(
        "update directory_record set latitude = $1, longitude = $2 where latitude is not null", *listed_at
    )
    around = {"latitude": searched_at[0], "longitude": searched_at[1]}

    (found,) = (await listed(pair, "/service_at_locations", **around))["contents"]

    assert found["distance_metres"] == pytest.approx(metres, abs=3)
