"""Offers over HTTP: what is accepted, what is refused and why, and who may read contact routes."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION
from tests.conftest import SERVICE_TOKEN
from tests.service.matching.bench import admit, an_offer, last_proposal, places

FORM: dict[str, Any] = {"kind": "supporter", "region": REGION, "needs": ["grief"]}
LISTED: dict[str, Any] = FORM | {"source": "sample", "source_id": "1"}
SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}


async def test_an_offer_is_shown_as_it_was_added(matching_bench: ServiceBench) -> None:
    form = FORM | {
        "kind": "group",
        "name": "Thursday circle",
        "capacity": 12,
        "modes": ["video"],
        "languages": ["es"],
    }

    answer = await matching_bench.client.post("/offers", json=form)

    assert answer.status_code == 201
    shown = answer.json()
    assert {name: shown[name] for name in form} == form
    assert (await matching_bench.client.get(f"/offers/{shown['id']}")).json() == shown


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"capacity": -1}, "body.capacity"),
        ({"needs": ["sadness"]}, "body.needs.0"),
        ({"needs": []}, "body.needs"),
        ({"region": "Miami"}, "body.region"),
        ({"languages": ["english!"]}, "body.languages.0"),
        ({"modes": ["telepathy"]}, "body.modes.0"),
        ({"contact_email": "not an address"}, "body.contact_email"),
        ({"phone": "305-555-0100"}, "body.phone"),
        ({"name": "A person's name"}, "body"),
        ({"kind": "group"}, "body"),
        ({"capacity": None}, "body"),
    ],
)
async def test_a_wrong_offer_is_refused_naming_field_and_remedy(
    matching_bench: ServiceBench, wrong: dict[str, Any], field: str
) -> None:
    answer = await matching_bench.client.post("/offers", json=FORM | wrong)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["field"] == field
    assert answer.json()["remedy"]
    assert not (await matching_bench.client.get("/offers")).json()["items"]


async def test_offers_are_listed_page_by_page_each_once(matching_bench: ServiceBench) -> None:
    added = [await an_offer(matching_bench) for _ in range(5)]

    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await matching_bench.client.get("/offers", params=query)).json()
        seen.extend(UUID(offer["id"]) for offer in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == added


async def test_offers_can_be_found_by_kind_region_need_and_pause(matching_bench: ServiceBench) -> None:
    wanted = await an_offer(matching_bench, kind="service", needs=["housing"], region="us-oh-columbus")
    await an_offer(matching_bench)
    await matching_bench.client.post(f"/offers/{wanted}/pause")

    for query in ({"kind": "service"}, {"region": "us-oh-columbus"}, {"need": "housing"}, {"paused": "true"}):
        page = (await matching_bench.client.get("/offers", params=query)).json()
        assert [offer["id"] for offer in page["items"]] == [str(wanted)], query


@pytest.mark.parametrize(
    "query", [{"cursor": "made-up"}, {"need": "sadness"}, {"limit": "0"}, {"colour": "red"}]
)
async def test_an_invalid_query_is_refused(matching_bench: ServiceBench, query: dict[str, str]) -> None:
    answer = await matching_bench.client.get("/offers", params=query)

    assert answer.status_code == 422
    assert next(iter(query)) in answer.json()["field"]


async def test_capacity_cannot_be_set_below_what_is_promised(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=3)
    for _ in range(2):
        await admit(matching_bench)

    answer = await matching_bench.client.patch(f"/offers/{offer}", json={"capacity": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "capacity-below-promised")
    assert "2 or more" in answer.json()["remedy"]


async def test_a_change_keeps_the_fields_it_does_not_name(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=3, modes=["phone"])
    before = (await matching_bench.client.get(f"/offers/{offer}")).json()

    changed = (
        await matching_bench.client.patch(f"/offers/{offer}", json={"needs": ["grief", "trauma"]})
    ).json()

    assert changed == before | {"needs": ["grief", "trauma"], "updated_at": changed["updated_at"]}


@pytest.mark.parametrize(
    "change", [{}, {"needs": None}, {"name": "Somebody"}, {"capacity": None}, {"kind": "group"}]
)
async def test_a_contradictory_change_is_refused(
    matching_bench: ServiceBench, change: dict[str, Any]
) -> None:
    offer = await an_offer(matching_bench)

    answer = await matching_bench.client.patch(f"/offers/{offer}", json=change)

    assert answer.status_code == 422
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("POST", "/pause"), ("POST", "/resume")]
)
async def test_an_unknown_offer_is_not_found(matching_bench: ServiceBench, method: str, path: str) -> None:
    body = {"capacity": 1} if method == "PATCH" else None

    answer = await matching_bench.client.request(method, f"/offers/{uuid4()}{path}", json=body)

    assert (answer.status_code, answer.json()["code"]) == (404, "offer-not-found")


async def test_a_paused_offer_keeps_the_proposals_it_has(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    await matching_bench.client.post(f"/offers/{offer}/pause")

    answer = await matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept")

    assert answer.status_code == 200
    assert await places(matching_bench, offer) == (0, 1)


async def test_a_batch_sent_twice_adds_nothing_twice(matching_bench: ServiceBench) -> None:
    batch = {"offers": [LISTED | {"source_id": str(number)} for number in range(1_000)]}
    first = (await matching_bench.client.post("/offers/batch", json=batch)).json()
    batch["offers"][7]["capacity"] = 9

    second = (await matching_bench.client.post("/offers/batch", json=batch)).json()

    assert first == {"created": 1_000, "changed": 0, "unchanged": 0, "kept": []}
    assert second == {"created": 0, "changed": 1, "unchanged": 999, "kept": []}


async def test_a_batch_that_would_lower_capacity_below_promised_places_is_refused_whole(
    matching_bench: ServiceBench,
) -> None:
    batch = {"offers": [LISTED | {"capacity": 2}]}
    await matching_bench.client.post("/offers/batch", json=batch)
    await admit(matching_bench)

    worse = {"offers": [LISTED | {"source_id": "2"}, LISTED | {"capacity": 0}]}
    answer = await matching_bench.client.post("/offers/batch", json=worse)

    assert (answer.status_code, answer.json()["field"]) == (409, "body.offers.1.capacity")
    assert len((await matching_bench.client.get("/offers")).json()["items"]) == 1


async def test_a_listed_offer_does_not_move_to_another_region(matching_bench: ServiceBench) -> None:
    await matching_bench.client.post("/offers/batch", json={"offers": [LISTED]})

    answer = await matching_bench.client.post(
        "/offers/batch", json={"offers": [LISTED | {"region": "us-oh-columbus"}]}
    )

    assert (answer.status_code, answer.json()["errors"][0]["problem"]) == (409, "region-cannot-change")


async def test_a_batch_names_each_offer_once(matching_bench: ServiceBench) -> None:
    answer = await matching_bench.client.post("/offers/batch", json={"offers": [LISTED, LISTED]})

    assert answer.status_code == 422
    assert "once" in answer.json()["remedy"]


async def test_a_contact_route_is_returned_to_our_own_services_only(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench, contact_email="supporter@example.org")

    route = await matching_bench.client.get(f"/contact-routes/offer/{offer}", headers=SERVICE)

    assert (route.status_code, route.json()) == (200, {"email": "supporter@example.org"})
    assert (await matching_bench.client.get(f"/contact-routes/offer/{offer}")).status_code == 401
    assert "example.org" not in (await matching_bench.client.get(f"/offers/{offer}")).text


async def test_a_contact_route_can_be_replaced(matching_bench: ServiceBench) -> None:
    await matching_bench.client.post(
        "/offers/batch", json={"offers": [LISTED | {"contact_email": "a@example.org"}]}
    )
    await matching_bench.client.post(
        "/offers/batch", json={"offers": [LISTED | {"contact_email": "b@example.org"}]}
    )
    offer = (await matching_bench.client.get("/offers")).json()["items"][0]["id"]
    after_the_batch = await matching_bench.client.get(f"/contact-routes/offer/{offer}", headers=SERVICE)

    await matching_bench.client.patch(f"/offers/{offer}", json={"contact_email": "c@example.org"})

    route = await matching_bench.client.get(f"/contact-routes/offer/{offer}", headers=SERVICE)
    assert (after_the_batch.json(), route.json()) == ({"email": "b@example.org"}, {"email": "c@example.org"})


async def test_an_offer_without_a_contact_route_says_so(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)

    answer = await matching_bench.client.get(f"/contact-routes/offer/{offer}", headers=SERVICE)

    assert (answer.status_code, answer.json()["code"]) == (404, "no-contact-route")
