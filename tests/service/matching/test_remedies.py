"""Remedies of refusals can be followed: the request that a remedy names succeeds."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from alongside_chassis.testing import ServiceBench
from tests.service.directory.test_directory_import import confirmed, imported, services
from tests.service.listing_pair import ListingPair
from tests.service.matching.bench import admit, an_offer
from tests.service.matching.test_contact_routes import SERVICE
from tests.service.matching.test_groups import TUESDAYS, a_group, next_start
from tests.service.matching.test_offers import LISTED
from tests.service.matching.test_seats import hold


async def test_capacity_can_be_set_to_the_number_that_the_remedy_names(matching_bench: ServiceBench) -> None:
    path = f"/offers/{await an_offer(matching_bench, capacity=3)}/capacity"
    for _ in range(2):
        await admit(matching_bench)
    refused = (await matching_bench.client.put(path, json={"capacity": 1})).json()

    number = re.search(r"capacity to (\d+)", refused["remedy"])

    assert number is not None
    assert (await matching_bench.client.put(path, json={"capacity": int(number[1])})).status_code == 200


async def test_a_missing_schedule_can_be_set(matching_bench: ServiceBench) -> None:
    group = await an_offer(matching_bench, kind="group")
    path = f"/groups/{group}/schedule"
    refused = (await matching_bench.client.get(path)).json()

    followed = await follow(matching_bench, refused["remedy"], json=TUESDAYS, id=group)

    assert followed.status_code == 200
    assert (await matching_bench.client.get(path)).status_code == 200


async def test_a_missing_contact_route_can_be_added(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)
    path = f"/contact-routes/offer/{offer}"
    refused = (await matching_bench.client.get(path, headers=SERVICE)).json()

    await follow(matching_bench, refused["remedy"], json={"contact_email": "a@example.org"}, id=offer)

    found = await matching_bench.client.get(path, headers=SERVICE)
    assert found.json() == {"email": "a@example.org"}


async def test_a_new_seat_can_be_held_after_the_first_expired(matching_bench: ServiceBench) -> None:
    group, referral = await a_group(matching_bench), await admit(matching_bench)
    starts_at = await next_start(matching_bench, group)
    seat = (await hold(matching_bench, group, starts_at, referral)).json()
    await matching_bench.client.post(f"/seats/{seat['id']}/release")
    refused = (await matching_bench.client.post(f"/seats/{seat['id']}/take")).json()

    form = {"referral_id": str(referral)}
    followed = await follow(matching_bench, refused["remedy"], json=form, id=group, starts_at=starts_at)

    assert followed.status_code == 201


async def test_a_removed_record_says_since_when(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    listed = (await pair.client.get("/services")).json()["contents"]
    removed = next(it["id"] for it in listed if it["name"] == "Circle b")
    await confirmed(pair, tmp_path, services("a"))
    refused = (await pair.client.get(f"/services/{removed}")).json()

    followed = await follow(pair, refused["remedy"], kind="service", id=removed)

    assert followed.json()["removed_at"] is not None


async def test_more_records_than_a_page_come_as_ids_or_as_lines(pair: ListingPair) -> None:
    refused = (await pair.client.get("/services", params={"per_page": 501})).json()

    choices = re.findall(r"(minimal|format)=(\w+)", refused["remedy"])

    assert len(choices) == 2
    for name, value in choices:
        answer = await pair.client.get("/services", params={"per_page": 501, name: value})
        assert answer.status_code == 200


async def test_a_pause_can_end_in_the_future_or_stay_open(matching_bench: ServiceBench) -> None:
    path = f"/offers/{await an_offer(matching_bench)}/pause"
    now = matching_bench.clock.now()
    refused = await matching_bench.client.post(path, json={"until": (now - timedelta(hours=1)).isoformat()})

    future = await matching_bench.client.post(path, json={"until": (now + timedelta(hours=1)).isoformat()})
    omitted = await matching_bench.client.post(path, json={})

    assert refused.json()["remedy"] == "Send until as a time in the future, or omit it."
    assert (future.status_code, omitted.status_code) == (200, 200)


async def test_another_source_id_can_be_used_in_another_region(matching_bench: ServiceBench) -> None:
    elsewhere = LISTED | {"region": "us-oh-columbus"}
    await matching_bench.client.post("/offers/batch", json={"offers": [LISTED]})
    refused = (await matching_bench.client.post("/offers/batch", json={"offers": [elsewhere]})).json()

    renamed = elsewhere | {"source_id": "another"}
    followed = await matching_bench.client.post("/offers/batch", json={"offers": [renamed]})

    assert "use another source_id" in refused["errors"][0]["remedy"]
    assert followed.json()["created"] == 1


async def follow(bench: ServiceBench | ListingPair, remedy: str, json: Any = None, **ids: object) -> Any:
    """Send the request that a remedy names, with these ids in its path."""
    named = re.search(r"(GET|PUT|PATCH|POST) (/\S+?)[.,]?(?:\s|$)", remedy)
    assert named is not None, remedy
    return await bench.client.request(named[1], named[2].format(**ids), json=json)
