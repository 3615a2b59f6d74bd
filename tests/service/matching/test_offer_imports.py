"""Bulk import of offers: valid lines are imported, others refused with reasons, and the same file changes nothing."""

import asyncio
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION
from tests.service.matching.bench import admit

HEADER = (
    "source_id,kind,name,needs,languages,modes,interests,capacity,availability,latitude,longitude,reach_km,"
    "certificate_issuer,certificate_endorsement,certificate_issued_on,certificate_expires_on"
)
SUPPORTER = "s-1,supporter,,grief;alcohol,es;en,phone;in-person,music,3,tu 18:00-21:00; sa 09:30-12:00,25.774,-80.194,10"
CERTIFICATE = "State board,youth,2026-01-01,2030-01-01"
GROUP = "g-1,group,Thursday circle,grief,en,video,,open,,,,,,,,"


def table(*lines: str, header: str = HEADER) -> str:
    """Return a file of these lines."""
    return "\n".join((header, *lines)) + "\n"


async def send(bench: ServiceBench, text: str | bytes, **query: str) -> Any:
    """Import a file."""
    params = {"region": REGION, "source": "roster"} | query
    return await bench.client.post("/offers/imports", params=params, content=text)


async def imported(bench: ServiceBench, *lines: str) -> dict[str, Any]:
    """Import these lines, and return the result."""
    answer = await send(bench, table(*lines))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_every_line_becomes_an_offer_with_all_it_says(matching_bench: ServiceBench) -> None:
    done = await imported(matching_bench, f"{SUPPORTER},{CERTIFICATE}", GROUP)

    assert (done["read"], done["created"], done["quarantined"], done["lines"]) == (2, 2, 0, [])
    offers = {it["source_id"]: it for it in (await matching_bench.client.get("/offers")).json()["items"]}
    supporter = offers["s-1"]
    assert (supporter["needs"], supporter["languages"], supporter["capacity"]) == (
        ["grief", "alcohol"],
        ["es", "en"],
        3,
    )
    assert [window["weekday"] for window in supporter["availability"]] == ["tu", "sa"]
    assert (supporter["position"]["latitude"], supporter["endorsements"]) == (25.75, ["youth"])
    assert (offers["g-1"]["name"], offers["g-1"]["capacity"]) == ("Thursday circle", None)


async def test_a_line_that_cannot_be_imported_is_reported_with_the_reason_and_the_others_are_imported(
    matching_bench: ServiceBench,
) -> None:
    done = await imported(
        matching_bench,
        f"{SUPPORTER},{CERTIFICATE}",
        "s-2,supporter,,sadness,en,telepathy,,1,,,,,,,,",
        "s-3,supporter,A name,grief,en,phone,,1,,,,,,,,",
        "s-4,supporter,,grief,en,phone,,-1,,,,,,,,",
        "s-5,supporter,,grief,en,phone,,1,tu 21:00-18:00,,,,,,,",
        "s-6,supporter,,grief,en,phone,,1,,,,,Board,youth,2020-01-01,2021-01-01",
        "s-1,supporter,,grief,en,phone,,1,,,,,,,,",
        "s-7,supporter",
    )

    assert (done["read"], done["created"], done["quarantined"]) == (8, 1, 7)
    lines_by_field = {(it["line"], it["field"].split(".")[0]): it for it in done["lines"]}
    assert set(lines_by_field) == {
        (3, "needs"),
        (3, "modes"),
        (4, ""),
        (5, "capacity"),
        (6, "availability"),
        (7, "certificates"),
        (8, "source_id"),
        (9, ""),
    }
    assert all(it["remedy"] for it in done["lines"])
    assert [it["field"] for it in done["lines"] if it["line"] == 3] == ["needs.0", "modes.0"]
    assert "GET /codes/needs" in lines_by_field[3, "needs"]["remedy"]
    assert lines_by_field[7, "certificates"]["code"] == "certificate-expired"


async def test_the_same_file_again_changes_nothing_and_a_changed_line_only_itself(
    matching_bench: ServiceBench,
) -> None:
    lines = (f"{SUPPORTER},{CERTIFICATE}", GROUP)
    await imported(matching_bench, *lines)

    again = await imported(matching_bench, *lines)
    changed = await imported(matching_bench, lines[0], GROUP.replace("Thursday", "Friday"))

    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (changed["created"], changed["changed"], changed["unchanged"]) == (0, 1, 1)


async def test_a_line_with_less_capacity_than_promised_places_is_quarantined(
    matching_bench: ServiceBench,
) -> None:
    line = "s-1,supporter,,grief,en,,,{},,,,,,,,"
    await imported(matching_bench, line.format(2))
    await admit(matching_bench)

    done = await imported(matching_bench, line.format(0), GROUP)

    assert (done["created"], done["quarantined"]) == (1, 1)
    assert done["lines"][0]["code"] == "capacity-below-promised"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "source_id,kind\n1,supporter\n",
        table(header=HEADER + ",salary"),
        table(header=HEADER + ",needs"),
        table('s-1,supporter,,"grief'),
        b"\xff\xfe\x00",
    ],
)
async def test_a_file_that_is_no_table_of_offers_is_refused_whole(
    matching_bench: ServiceBench, text: str | bytes
) -> None:
    answer = await send(matching_bench, text)

    assert (answer.status_code, answer.json()["code"]) == (422, "not-a-table")
    assert answer.json()["remedy"]


async def test_imports_of_one_source_take_turns_without_a_connection_and_others_do_not_wait(
    matching_bench: ServiceBench,
) -> None:
    matching_bench.runtime.turns.waiting_max = 0
    lines = [table(f"g-{n},group,Circle,grief,en,video,,open,,,,,,,,") for n in range(6)]

    same = await asyncio.gather(*(send(matching_bench, text) for text in lines))
    others = await asyncio.gather(
        *(send(matching_bench, text, source=f"s{n}") for n, text in enumerate(lines))
    )

    assert sorted({answer.status_code for answer in same}) == [200, 429]
    assert {answer.status_code for answer in others} == {200}
