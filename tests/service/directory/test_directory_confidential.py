"""A place that is called confidential is shown nowhere, however it was stored before."""

from pathlib import Path

import pytest

from alongside_contracts.vocabulary import Need
from tests.service.directory.test_directory_brake import asked
from tests.service.directory.test_directory_import import imported, listed, services
from tests.service.directory.test_directory_moved_ids import reused
from tests.service.listing_pair import ListingPair
from tests.service.matching.bench import admit, last_proposal
from tests.unit.directory.sample_packages import Rows, like, tables_about

HIDDEN = {"physical_addresses": [like("physical_addresses") | {"address_1": "Confidential"}]}
PLACED = {"physical_addresses": [like("physical_addresses") | {"address_1": "4711 Bougainvillea Street"}]}


async def shown_of_place(bench: ListingPair) -> str:
    """Return everything that the API and the stream show of services, their places and offers, also around the place."""
    near = "/service_at_locations?latitude=25.77&longitude=-80.19&proximity=100"
    paths = ("/services?full=true", "/organizations?full_service=true", "/service_at_locations", near)
    pages = [(await bench.client.get(path)).text for path in paths]
    positions = [str(offer["position"]) for offer in await listed(bench)]
    states = [row[0] for row in await bench.matching.pool.fetch("select state::text from listing")]
    return " ".join((*pages[:3], *positions, *states, "near" if '"total_items":0' not in pages[3] else ""))


async def found(bench: ListingPair, words: str) -> list[int]:
    """Return how many services, services at locations and organisations words find."""
    paths = ("/services", "/service_at_locations", "/organizations")
    answers = [(await bench.client.get(path, params={"search": words})).json() for path in paths]
    return [answer["total_items"] for answer in answers]


@pytest.mark.parametrize(
    "later",
    [
        services(*"abcdef") | HIDDEN,
        services(*"abcdef", organization_id="nobody") | HIDDEN,
        services(*"abcdef", name="Night hotline") | HIDDEN,
        tables_about("b", **{name: services(*"abcdef")[name] for name in ("services", "services_taxonomy")})
        | HIDDEN,
    ],
    ids=["changed", "quarantined", "hotline", "moved to another service"],
)
async def test_a_place_that_becomes_confidential_is_shown_nowhere(
    pair: ListingPair, tmp_path: Path, later: dict[str, Rows]
) -> None:
    await imported(pair, tmp_path, services(*"abcdef") | PLACED)
    before = await shown_of_place(pair)

    done = await imported(pair, tmp_path, later)
    if done["confirmation"]:  # the only place of the directory is another service's now
        done = await imported(pair, tmp_path, later, confirm=done["confirmation"])

    after = await shown_of_place(pair)
    assert all(part in before for part in ("Bougainvillea", "25.77", "near"))
    assert done["state"] == "done"
    assert not [part for part in ("Bougainvillea", "25.77", "near") if part in after]


async def test_a_kept_id_shows_no_place_that_is_confidential_now(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", description="Behind the bakery") | PLACED)
    assert await found(pair, "bakery") == [1, 1, 1]
    await last_proposal(pair.matching, await admit(pair.matching, needs=(Need.GRIEF,)))

    done = await imported(pair, tmp_path, reused() | HIDDEN)

    after = await shown_of_place(pair)
    assert asked(done) == {("ids-moved", "a")}
    assert "Circle a" in after
    assert await found(pair, "bakery") == [0, 0, 0]
    assert await found(pair, "circle -b") == [1, 1, 1]
    assert not [part for part in ("Bougainvillea", "25.77", "near") if part in after]


async def test_a_place_that_is_public_again_is_shown_again(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a") | PLACED)
    await imported(pair, tmp_path, services("a") | HIDDEN)

    await imported(pair, tmp_path, services("a") | PLACED)

    assert "Bougainvillea" in await shown_of_place(pair)
    assert (await listed(pair))[0]["position"] is not None
