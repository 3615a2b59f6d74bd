"""What a person at the network has set is not undone by the next import, and the import says so."""

from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION
from tests.service.directory.test_directory_import import imported, listed, services
from tests.service.listing_pair import ListingPair
from tests.service.matching.test_group_imports import import_groups
from tests.service.matching.test_kind_10_10_local_days import LATER, the_group
from tests.unit.groups.test_published import ENTRY

HEADER = "source_id,kind,name,needs,languages,modes,capacity,contact_email\n"
LINE = "a-1,group,Evening circle,grief,en,video,{capacity},{email}\n"


async def import_csv(bench: ServiceBench, capacity: int, email: str = "one@example.org") -> dict[str, Any]:
    """Import one offer as CSV, and return the result."""
    answer = await bench.client.post(
        "/offers/imports",
        params={"region": REGION, "source": "crm"},
        content=HEADER + LINE.format(capacity=capacity, email=email),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def set_capacity(bench: ServiceBench, offer: str) -> Any:
    """Set the places."""
    return await bench.client.put(f"/offers/{offer}/capacity", json={"capacity": 3})


async def change(bench: ServiceBench, offer: str) -> Any:
    """Change some fields."""
    changes = {"capacity": 3, "needs": ["loneliness"], "contact_email": "two@example.org"}
    return await bench.client.patch(f"/offers/{offer}", json=changes)


async def test_places_that_staff_set_are_not_set_again_by_the_next_import_which_says_so(
    matching_bench: ServiceBench,
) -> None:
    await import_csv(matching_bench, 5)
    offer = await the_group(matching_bench)
    assert (await set_capacity(matching_bench, offer)).is_success

    done = await import_csv(matching_bench, 6)
    again = await import_csv(matching_bench, 6)

    shown = (await matching_bench.client.get(f"/offers/{offer}")).json()
    assert (shown["capacity"], done["changed"], again["unchanged"]) == (3, 1, 1)
    for each in (done, again):
        (line,) = each["lines"]
        assert (each["flagged"], line["kind"], line["line"]) == (1, "flagged", 2)
        assert (line["field"], line["code"], bool(line["remedy"])) == ("capacity", "kept-by-staff", True)


async def test_fields_that_staff_changed_stay_and_all_others_follow_the_source(
    matching_bench: ServiceBench,
) -> None:
    await import_csv(matching_bench, 5)
    offer = await the_group(matching_bench)
    assert (await change(matching_bench, offer)).is_success

    done = await import_csv(matching_bench, 6)

    shown = (await matching_bench.client.get(f"/offers/{offer}")).json()
    assert (shown["capacity"], shown["needs"]) == (3, ["loneliness"])
    assert {line["field"] for line in done["lines"]} == {"capacity", "needs", "contact_email"}


async def test_staff_can_let_the_source_set_an_offer_again(matching_bench: ServiceBench) -> None:
    await import_csv(matching_bench, 5)
    offer = await the_group(matching_bench)
    await set_capacity(matching_bench, offer)

    await matching_bench.client.post(f"/offers/{offer}/follow-source")
    done = await import_csv(matching_bench, 5)

    shown = (await matching_bench.client.get(f"/offers/{offer}")).json()
    assert (shown["capacity"], done["changed"], done["lines"]) == (5, 1, [])


async def test_an_offer_that_staff_paused_stays_paused_and_is_reported(matching_bench: ServiceBench) -> None:
    await import_csv(matching_bench, 5)
    offer = await the_group(matching_bench)
    await matching_bench.client.post(f"/offers/{offer}/pause")

    done = await import_csv(matching_bench, 6)

    shown = (await matching_bench.client.get(f"/offers/{offer}")).json()
    assert (shown["paused_because"], shown["capacity"]) == ("staff", 6)
    assert [line["field"] for line in done["lines"]] == ["paused_because"]


async def test_a_name_that_staff_gave_a_listed_service_is_kept_by_the_next_directory(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    offer = (await listed(pair))[0]["id"]
    await pair.matching.client.patch(f"/offers/{offer}", json={"name": "Quiet circle", "capacity": 9})

    done = await imported(pair, tmp_path, services("a", "b", name="Renamed circle"))

    shown = (await pair.matching.client.get(f"/offers/{offer}")).json()
    assert (shown["name"], shown["capacity"], done["changed"]) == ("Quiet circle", 9, 1)


async def test_a_batch_names_what_it_left_as_staff_set_it(matching_bench: ServiceBench) -> None:
    form = {"kind": "group", "region": REGION, "name": "Circle", "needs": ["grief"], "capacity": 5}
    batch = {"offers": [form | {"source": "crm", "source_id": "a-1"}]}
    await matching_bench.client.post("/offers/batch", json=batch)
    await set_capacity(matching_bench, await the_group(matching_bench))

    answer = await matching_bench.client.post("/offers/batch", json=batch)

    (kept,) = answer.json()["kept"]
    assert (kept["source_id"], kept["fields"], kept["code"]) == ("a-1", ["capacity"], "kept-by-staff")


@pytest.mark.parametrize("state", ["suspended", "ended"])
async def test_a_group_that_staff_suspended_is_not_opened_by_the_next_list(
    matching_bench: ServiceBench, state: str
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    path = f"/groups/{group}/schedule"
    schedule = (await matching_bench.client.get(path)).json()
    del schedule["offer_id"]
    await matching_bench.client.put(path, json=schedule | {"meeting_state": state})

    done = await import_groups(matching_bench, [LATER])

    shown = (await matching_bench.client.get(path)).json()
    offer = (await matching_bench.client.get(f"/offers/{group}")).json()
    assert (shown["meeting_state"], shown["at"], offer["paused_because"]) == (
        state,
        "18:30:00",
        "not-meeting",
    )
    (line,) = done["lines"]
    assert (line["code"], line["detail"], line["kind"]) == ("kept-by-staff", "meeting_state", "flagged")


async def test_a_time_that_staff_set_is_not_set_again_by_the_next_list_until_they_let_it(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    path = f"/groups/{group}/schedule"
    schedule = (await matching_bench.client.get(path)).json()
    del schedule["offer_id"]
    await matching_bench.client.put(path, json=schedule | {"at": "20:00:00"})

    done = await import_groups(matching_bench, [LATER])
    kept = (await matching_bench.client.get(path)).json()["at"]
    await matching_bench.client.post(f"/offers/{group}/follow-source")
    await import_groups(matching_bench, [LATER])

    assert (kept, [line["detail"] for line in done["lines"]]) == ("20:00:00", ["schedule"])
    assert (await matching_bench.client.get(path)).json()["at"] == "18:30:00"
