"""What a list withdraws is not on offer: it is paused, reported, and open again when the list has it again."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.vocabulary import Need
from tests.service.directory.test_directory_import import imported, listed, services
from tests.service.listing_pair import ListingPair
from tests.service.matching.test_group_imports import import_groups
from tests.service.matching.test_groups import next_start
from tests.service.matching.test_kind_10_10_local_days import the_group
from tests.service.matching.test_seats import hold
from tests.unit.groups.test_published import ENTRY

OTHER = ENTRY | {"slug": "other", "name": "Other circle"}


async def pauses(bench: ServiceBench) -> dict[str, str | None]:
    """Return why each offer is paused, by the id in its list."""
    items = (await bench.client.get("/offers")).json()["items"]
    return {item["source_id"]: item["paused_because"] for item in items}


@pytest.mark.parametrize(
    "said",
    [
        {"archived": True},
        {"status": "inactive"},
        {"status": "Suspended"},
        {"status": "temporarily closed"},
        {"status": "deleted", "name": ""},
        {"attendance_option": "inactive"},
        {"deleted": True},
        {"active": False},
    ],
)
async def test_a_group_that_its_list_withdraws_is_paused_until_the_list_has_it_again(
    matching_bench: ServiceBench, said: dict[str, Any]
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)

    withdrawn = await import_groups(matching_bench, [ENTRY | said])
    between = await pauses(matching_bench)
    seat = await hold(matching_bench, group, await next_start(matching_bench, group))
    again = await import_groups(matching_bench, [ENTRY])

    assert (withdrawn["withdrawn"], withdrawn["quarantined"]) == (1, 1)
    assert between == {ENTRY["slug"]: "vanished"}
    assert (seat.status_code, seat.json()["code"]) == (409, "no-seat")
    assert (again["changed"], await pauses(matching_bench)) == (1, {ENTRY["slug"]: None})


async def test_a_group_that_its_list_no_longer_has_is_paused_and_named(matching_bench: ServiceBench) -> None:
    await import_groups(matching_bench, [ENTRY, OTHER])

    done = await import_groups(matching_bench, [ENTRY])
    again = await import_groups(matching_bench, [ENTRY])

    assert await pauses(matching_bench) == {ENTRY["slug"]: None, "other": "vanished"}
    (line,) = done["lines"]
    assert (done["withdrawn"], line["entry"], line["slug"], line["code"]) == (
        1,
        0,
        "other",
        "no-longer-listed",
    )
    assert (again["withdrawn"], again["lines"]) == (0, [])


@pytest.mark.parametrize("entries", [[], [OTHER], [OTHER | {"slug": "new"}]])
async def test_an_empty_or_cut_list_withdraws_nothing_and_says_so(
    matching_bench: ServiceBench, entries: list[Any]
) -> None:
    await import_groups(matching_bench, [ENTRY, OTHER, ENTRY | {"slug": "third"}])

    done = await import_groups(matching_bench, entries)

    assert not any((await pauses(matching_bench)).values())
    assert [line["code"] for line in done["lines"]] == ["too-many-missing"]


async def test_a_list_withdraws_most_of_its_groups_when_that_is_asked_for(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY, OTHER])

    kept = await import_groups(matching_bench, [], vanished="keep")
    done = await import_groups(matching_bench, [], vanished="pause-all")

    assert (kept["lines"], done["withdrawn"]) == ([], 2)
    assert set((await pauses(matching_bench)).values()) == {"vanished"}


async def test_a_list_for_another_need_withdraws_nothing_of_this_one(matching_bench: ServiceBench) -> None:
    await import_groups(matching_bench, [ENTRY])

    await import_groups(matching_bench, [OTHER], need=Need.GRIEF.value, vanished="pause-all")

    assert not any((await pauses(matching_bench)).values())


async def test_an_entry_that_is_only_malformed_is_not_withdrawn(matching_bench: ServiceBench) -> None:
    await import_groups(matching_bench, [ENTRY, OTHER])

    done = await import_groups(matching_bench, [ENTRY, OTHER | {"time": "noon"}])

    assert (done["withdrawn"], done["quarantined"]) == (0, 1)
    assert not any((await pauses(matching_bench)).values())


async def test_a_group_that_is_withdrawn_while_staff_pause_it_is_not_open_when_that_pause_ends(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    until = matching_bench.clock.now() + timedelta(days=1)
    await matching_bench.client.post(f"/offers/{group}/pause", json={"until": until.isoformat()})

    await import_groups(matching_bench, [ENTRY | {"archived": True}])
    during = await pauses(matching_bench)
    await matching_bench.fire_timers(until)
    after = await pauses(matching_bench)
    await import_groups(matching_bench, [ENTRY])

    slug = ENTRY["slug"]
    assert (during, after, await pauses(matching_bench)) == (
        {slug: "staff"},
        {slug: "vanished"},
        {slug: None},
    )


async def test_a_list_does_not_open_a_withdrawn_group_that_staff_paused(matching_bench: ServiceBench) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    await import_groups(matching_bench, [ENTRY | {"archived": True}])
    await matching_bench.client.post(f"/offers/{group}/pause")

    await import_groups(matching_bench, [ENTRY])

    assert await pauses(matching_bench) == {ENTRY["slug"]: "staff"}


async def test_a_group_that_staff_resumed_is_not_paused_again_by_the_same_withdrawal(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    await import_groups(matching_bench, [ENTRY | {"archived": True}])
    await matching_bench.client.post(f"/offers/{group}/resume")

    done = await import_groups(matching_bench, [ENTRY | {"archived": True}])
    seat = await hold(matching_bench, group, await next_start(matching_bench, group))

    assert (done["withdrawn"], await pauses(matching_bench)) == (0, {ENTRY["slug"]: None})
    assert seat.status_code == 201


async def test_a_service_that_staff_resumed_stays_open_while_its_directory_says_the_same(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", status="inactive"))
    offer = (await listed(pair))[0]["id"]
    await pair.matching.client.post(f"/offers/{offer}/resume")

    await imported(pair, tmp_path, services("a", status="inactive", name="Renamed"))

    assert (await listed(pair))[0]["paused_because"] is None


async def test_a_service_whose_line_is_quarantined_is_not_withdrawn(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services(*"abcdef"))

    done = await imported(pair, tmp_path, services(*"abcdef", organization_id="nobody", name="X"))

    assert (done["state"], done["quarantined"], done["vanished"]) == ("done", 1, 0)
    assert {offer["paused_because"] for offer in await listed(pair)} == {None}
    shown = (await pair.client.get("/services")).json()["contents"]
    assert sorted(service["name"] for service in shown) == [f"Circle {it}" for it in "abcdef"]


async def test_a_cut_directory_changes_nothing_and_says_so(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b", "c"))
    before = await listed(pair)

    held = await imported(pair, tmp_path, services("a"), vanished="pause")

    asked = {(question["code"], *question["about"]) for question in held["questions"]}
    assert {("cut", "services"), ("retires", "service"), ("retires", "listing")} <= asked
    assert (held["state"], held["vanished"]) == ("held", 0)
    assert await listed(pair) == before
