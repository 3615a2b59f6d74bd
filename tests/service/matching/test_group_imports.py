"""A published list of meetings becomes groups: once, with an answer for every entry."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchWaitlisted
from alongside_contracts.vocabulary import Format, Identity, Need
from tests.builders import REGION
from tests.service.matching.bench import admit, an_offer, announced, last_proposal
from tests.unit.groups.test_published import ENTRY

MEETINGS = Path(__file__).parents[3].parent / "shared" / "data" / "online-meetings.json"


async def import_groups(bench: ServiceBench, entries: object, **query: Any) -> dict[str, Any]:
    """Import a list, and return the result."""
    params = {"region": REGION, "need": "alcohol"} | query
    answer = await bench.client.post("/groups/imports", params=params, json=entries)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_listed_meeting_becomes_an_interim_group(matching_bench: ServiceBench) -> None:
    done = await import_groups(matching_bench, [ENTRY, {"slug": "lost"}])

    referral = await admit(matching_bench, needs=(Need.ALCOHOL,))

    assert (done["read"], done["created"], done["quarantined"]) == (2, 1, 1)
    (group,) = (await matching_bench.client.get("/offers")).json()["items"]
    assert (group["name"], group["modes"], group["capacity"]) == ("Evening circle", ["video"], None)
    assert group["availability"] == [{"weekday": "tu", "starts": "18:00", "ends": "19:00"}]
    (waits,) = await announced(matching_bench, MatchWaitlisted, referral)
    assert str(waits.interim_offer_id) == group["id"]


async def test_the_same_list_again_changes_nothing_and_a_changed_entry_only_itself(
    matching_bench: ServiceBench,
) -> None:
    other = ENTRY | {"slug": "other"}
    await import_groups(matching_bench, [ENTRY, other])

    again = await import_groups(matching_bench, [ENTRY, other])
    moved = await import_groups(matching_bench, [ENTRY, other | {"time": "19:00", "startDateUTC": None}])

    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (moved["created"], moved["changed"], moved["unchanged"]) == (0, 1, 1)


async def test_the_whole_published_list_is_imported_once(matching_bench: ServiceBench) -> None:
    if not MEETINGS.exists():
        pytest.skip("the list of meetings is not beside the repository (../shared/data/online-meetings.json)")
    entries = json.loads(MEETINGS.read_text(encoding="utf-8"))

    first = await import_groups(matching_bench, entries)
    second = await import_groups(matching_bench, entries)

    counts = ("read", "created", "changed", "unchanged", "quarantined", "flagged", "agree", "differ")
    assert [first[name] for name in counts] == [160, 149, 0, 0, 11, 23, 149, 0]
    assert [second[name] for name in counts] == [160, 0, 0, 149, 11, 23, 149, 0]


async def test_a_meeting_for_families_in_a_list_for_the_drinkers_need_is_quarantined_and_its_group_paused(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY, ENTRY | {"slug": "families"}])
    families = ENTRY | {"slug": "families", "name": "Al-Anon evening"}

    done = await import_groups(matching_bench, [ENTRY, families], vanished="keep")
    pauses = {
        it["source_id"]: it["paused_because"]
        for it in (await matching_bench.client.get("/offers")).json()["items"]
    }
    as_caregiving = await import_groups(matching_bench, [families], need="caregiving")
    again = await import_groups(matching_bench, [ENTRY, families])

    assert [(line["slug"], line["code"]) for line in done["lines"] if line["kind"] == "quarantined"] == [
        ("families", "for-families")
    ]
    assert pauses == {"evening-circle": None, "families": "vanished"}
    assert as_caregiving["changed"] == 1
    assert (again["withdrawn"], again["quarantined"]) == (0, 1)
    groups = (await matching_bench.client.get("/offers")).json()["items"]
    assert {it["source_id"]: (it["needs"], it["paused_because"]) for it in groups} == {
        "evening-circle": (["alcohol"], None),
        "families": (["caregiving"], None),
    }


@pytest.mark.parametrize(
    ("query", "body"),
    [({"need": "sadness"}, []), ({"region": "Miami"}, []), ({}, {"entries": []})],
)
async def test_a_list_that_cannot_be_read_is_refused(
    matching_bench: ServiceBench, query: dict[str, str], body: object
) -> None:
    params = {"region": REGION, "need": "alcohol"} | query

    answer = await matching_bench.client.post("/groups/imports", params=params, json=body)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_meeting_for_women_is_only_for_people_who_say_they_are_one(
    matching_bench: ServiceBench,
) -> None:
    done = await import_groups(matching_bench, [ENTRY | {"types": ["W", "C"]}])
    (group,) = (await matching_bench.client.get("/offers")).json()["items"]

    silent = await admit(matching_bench, needs=(Need.ALCOHOL,))
    of_them = await admit(matching_bench, needs=(Need.ALCOHOL,), identifies_as=(Identity.WOMAN,))
    asks_for_it = await admit(
        matching_bench, needs=(Need.ALCOHOL,), identifies_as=(Identity.WOMAN,), formats=(Format.GROUP,)
    )

    assert (done["created"], done["lines"][0]["code"]) == (1, "only-for-some")
    assert (group["identities"], group["eligibility"], group["only_for"]) == (
        ["woman"],
        ["alcohol"],
        ["woman"],
    )
    (waits,) = await announced(matching_bench, MatchWaitlisted, silent)
    assert waits.interim_offer_id is None
    (waits,) = await announced(matching_bench, MatchWaitlisted, of_them)
    assert str(waits.interim_offer_id) == group["id"]
    assert str((await last_proposal(matching_bench, asks_for_it)).offer_id) == group["id"]


async def test_identities_of_a_person_are_stored_while_they_wait(matching_bench: ServiceBench) -> None:
    referral = await admit(matching_bench, identifies_as=(Identity.WOMAN,))

    circle = await an_offer(matching_bench, kind="group", only_for=["woman"], capacity=3)

    assert (await last_proposal(matching_bench, referral)).offer_id == circle
