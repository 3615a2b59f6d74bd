"""Texts, times and days that come in at matching can be stored, shown and reckoned with; every other one is refused."""

from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION
from tests.conftest import SERVICE_TOKEN
from tests.service.directory.test_directory_import import imported, services
from tests.service.listing_pair import ListingPair
from tests.service.matching.bench import an_offer
from tests.service.matching.test_groups import TUESDAYS, a_group
from tests.service.matching.test_offer_imports import SUPPORTER, table
from tests.service.matching.test_offer_imports import send as send_csv
from tests.unit.groups.test_published import ENTRY

GROUP: dict[str, Any] = {"kind": "group", "region": REGION, "needs": ["grief"], "name": "Circle"}
SUPPORTS: dict[str, Any] = {"kind": "supporter", "region": REGION, "needs": ["grief"]}
CERTIFICATE = {
    "issuer": "State board",
    "endorsement": "youth",
    "issued_on": "2026-01-01",
    "expires_on": "2030-01-01",
}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (GROUP | {"name": "Cir\u202eelc"}, "body.name"),
        (GROUP | {"name": "Cir\x85cle"}, "body.name"),
        (GROUP | {"contact_email": "a\u202e@b.test"}, "body.contact_email"),
        (GROUP | {"contact_email": "a\x9f@b.test"}, "body.contact_email"),
        (SUPPORTS | {"certificates": [CERTIFICATE | {"issuer": "\u200b"}]}, "body.certificates.0.issuer"),
        (SUPPORTS | {"certificates": [CERTIFICATE | {"issued_on": "0001-01-01"}]}, "body.certificates.0.issued_on"),
        (SUPPORTS | {"certificates": [CERTIFICATE | {"expires_on": 0}]}, "body.certificates.0.expires_on"),
        (SUPPORTS | {"checked_until": "9999-12-31"}, "body.checked_until"),
        (SUPPORTS | {"availability": [{"weekday": "t\x9f", "starts": "18:00", "ends": "19:00"}]}, "body.availability.0.weekday"),
    ],
)  # fmt: skip
async def test_an_offer_with_such_a_value_is_refused(
    matching_bench: ServiceBench, body: dict[str, Any], field: str
) -> None:
    answer = await matching_bench.client.post("/offers", json=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("path", ["/services?search=%00", "/organizations?search=a%C2%85b", "/codes/%00", "/services?modified_after=0001-01-01T00:00:00%2B14:00", "/services?modified_after=0"])  # fmt: skip
async def test_a_search_that_cannot_be_made_is_refused(directory_bench: ServiceBench, path: str) -> None:
    assert (await directory_bench.client.get(path)).status_code == 422


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"zone": "America/\u202eNew_York"}, "body.zone"),
        ({"starts_on": "0001-01-01"}, "body.starts_on"),
        ({"until": "9999-12-31"}, "body.until"),
        ({"exceptions": ["2026-12-29", "20261230"]}, "body.exceptions.1"),
    ],
)
async def test_a_schedule_outside_what_is_reckoned_with_is_refused(
    matching_bench: ServiceBench, changed: dict[str, Any], field: str
) -> None:
    group = await a_group(matching_bench)

    answer = await matching_bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS | changed)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1e300"])
async def test_no_meeting_is_looked_for_at_either_end_of_the_calendar(
    matching_bench: ServiceBench, at: str
) -> None:
    group = await a_group(matching_bench)

    listed = await matching_bench.client.get(f"/groups/{group}/occurrences", params={"after": at})
    changed = await matching_bench.client.patch(f"/groups/{group}/occurrences/{at}", json={"seats": 2})

    assert (listed.status_code, listed.json()["field"]) == (422, "query.after")
    assert (changed.status_code, changed.json()["field"]) == (422, "path.starts_at")


async def test_an_offer_is_not_paused_until_the_end_of_the_calendar(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)

    answer = await matching_bench.client.post(
        f"/offers/{offer}/pause", json={"until": "9999-12-31T23:59:59-14:00"}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "body.until")


@pytest.mark.parametrize("name", ["Cir\0cle", "Cir\u202eelc", "\u200b"], ids=ascii)
async def test_a_line_of_a_table_with_such_a_name_is_quarantined_and_the_others_are_imported(
    matching_bench: ServiceBench, name: str
) -> None:
    bad = f"g-1,group,{name},grief,en,video,,open,,,,,,,,"

    done = (await send_csv(matching_bench, table(bad, f"{SUPPORTER},,,,"))).json()

    assert (done["created"], done["quarantined"]) == (1, 1)
    assert [(line["source_id"], line["field"]) for line in done["lines"]] == [("g-1", "name")]


async def test_a_published_meeting_with_such_a_name_is_quarantined(matching_bench: ServiceBench) -> None:
    entries = [ENTRY, ENTRY | {"slug": "b", "name": "Cir\u202eelc"}, ENTRY | {"slug": "c\x85d", "name": "C"}]

    done = await matching_bench.client.post(
        "/groups/imports", params={"region": REGION, "need": "alcohol"}, json=entries
    )

    assert (done.json()["created"], done.json()["quarantined"]) == (1, 2)
    assert [line["code"] for line in done.json()["lines"]] == ["name-unreadable", "id-unreadable"]


@pytest.mark.parametrize("name", ["Cir\0cle", "Cir\ufffecle", "Cir\x85cle"], ids=ascii)
async def test_a_directory_with_such_a_name_is_imported(pair: ListingPair, tmp_path: Path, name: str) -> None:
    done = await imported(pair, tmp_path, services("1", name=name))

    assert (done["state"], done["created"]) == ("done", 1)


async def test_the_id_of_an_offer_in_capitals_is_the_same_id(matching_bench: ServiceBench) -> None:
    offer = str(await an_offer(matching_bench, contact_email="a@b.test"))

    shown = await matching_bench.client.get(f"/offers/{offer.upper()}")
    route = await matching_bench.client.get(
        f"/contact-routes/offer/{offer.upper()}", headers={"Authorization": f"Bearer {SERVICE_TOKEN}"}
    )

    assert (shown.json()["id"], route.json()["email"]) == (offer, "a@b.test")
