"""Offers follow what publishers list: the newest state of a listing decides, in whatever order its events come."""

import asyncio
from itertools import permutations
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.directory import ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.vocabulary import Need, WithdrawalEffect
from tests.polling import poll_until
from tests.service.listing_events import a_listing
from tests.service.matching.bench import accept, admit, last_proposal, places, story

PAUSE, HIDE = WithdrawalEffect.PAUSE, WithdrawalEffect.HIDE


async def offers(bench: ServiceBench) -> list[dict[str, Any]]:
    """Return every offer, without the time of its last change."""
    items = (await bench.client.get("/offers", params={"limit": 200})).json()["items"]
    return [{name: value for name, value in item.items() if name != "updated_at"} for item in items]


async def states(bench: ServiceBench) -> list[tuple[Any, ...]]:
    """Return the stored state of every listing."""
    rows = await bench.pool.fetch("select source, source_id, sequence, effect from listing order by 1, 2")
    return [tuple(row) for row in rows]


async def test_a_published_listing_is_an_offer_of_its_kind_that_is_proposed(
    matching_bench: ServiceBench,
) -> None:
    group = a_listing("s2", number=2, kind="group", formats=("group",), needs=("loneliness",), languages=())

    await matching_bench.hear(ListingPublished(listing=a_listing()), ListingPublished(listing=group))
    referral = await admit(matching_bench, needs=(Need.GRIEF,))

    found = {it["source_id"]: it for it in await offers(matching_bench)}
    assert {key: (it["kind"], it["needs"], it["languages"]) for key, it in found.items()} == {
        "s1": ("service", ["grief"], ["en"]),
        "s2": ("group", ["loneliness"], ["en"]),
    }
    assert found["s1"]["capacity"] == 5
    assert str((await last_proposal(matching_bench, referral)).offer_id) == found["s1"]["id"]


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
async def test_the_newest_state_decides_in_whatever_order_and_however_often_events_come(
    matching_bench: ServiceBench, order: tuple[int, ...]
) -> None:
    events = [
        ListingPublished(listing=a_listing(sequence=1)),
        ListingChanged(listing=a_listing(sequence=2, name="Renamed", position=None)),
        ListingWithdrawn(listing=a_listing(sequence=3, name="Renamed", position=None), effect=PAUSE),
        ListingPublished(listing=a_listing(sequence=4, name="Again", needs=("loneliness",))),
    ]

    for number in (*order, *order):
        await matching_bench.hear(events[number])

    (offer,) = await offers(matching_bench)
    assert (offer["name"], offer["needs"], offer["paused_because"]) == ("Again", ["loneliness"], None)
    assert await states(matching_bench) == [("harbour", "s1", 4, None)]


async def test_events_of_one_listing_in_one_batch_leave_its_newest_state(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(
        *[ListingChanged(listing=a_listing(sequence=number, name=f"Circle {number}")) for number in (2, 3, 1)]
    )

    assert [it["name"] for it in await offers(matching_bench)] == ["Circle 3"]


async def test_a_withdrawal_says_whether_people_are_still_referred_there(
    matching_bench: ServiceBench,
) -> None:
    listings = [a_listing(name, number=number) for number, name in enumerate("ab", start=1)]
    await matching_bench.hear(*[ListingPublished(listing=it) for it in listings])

    await matching_bench.hear(
        ListingWithdrawn(listing=a_listing("a", sequence=2, position=None), effect=PAUSE),
        ListingWithdrawn(listing=a_listing("b", number=2, sequence=2), effect=HIDE),
    )

    rows = await matching_bench.pool.fetch(
        "select source_id, paused_because, withdrawn, latitude from offer order by 1"
    )
    assert [tuple(row) for row in rows] == [("a", "vanished", True, None), ("b", None, False, 25.77)]


async def test_a_withdrawal_that_is_heard_first_makes_no_offer(matching_bench: ServiceBench) -> None:
    await matching_bench.hear(ListingWithdrawn(listing=a_listing(sequence=2), effect=PAUSE))
    await matching_bench.hear(ListingPublished(listing=a_listing(sequence=1)))

    assert await offers(matching_bench) == []
    assert await states(matching_bench) == [("harbour", "s1", 2, "pause")]


async def test_a_hotline_is_no_offer_and_an_offer_that_becomes_one_is_paused(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(
        ListingPublished(listing=a_listing("a", hotline=True)),
        ListingPublished(listing=a_listing("b", number=2)),
    )

    await matching_bench.hear(ListingChanged(listing=a_listing("b", number=2, sequence=2, hotline=True)))

    assert [(it["source_id"], it["paused_because"]) for it in await offers(matching_bench)] == [
        ("b", "vanished")
    ]


async def test_places_and_what_staff_have_set_stay_when_a_listing_changes(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(ListingPublished(listing=a_listing()))
    proposal = await last_proposal(matching_bench, await admit(matching_bench, needs=(Need.GRIEF,)))
    await accept(matching_bench, proposal)
    await matching_bench.client.patch(
        f"/offers/{proposal.offer_id}", json={"name": "Quiet circle", "capacity": 9}
    )

    await matching_bench.hear(
        ListingChanged(listing=a_listing(sequence=2, name="New", needs=("loneliness",)))
    )

    (offer,) = await offers(matching_bench)
    assert (offer["id"], offer["name"], offer["capacity"], offer["needs"]) == (
        str(proposal.offer_id),
        "Quiet circle",
        9,
        ["loneliness"],
    )
    assert await places(matching_bench, proposal.offer_id) == (0, 1)


async def test_an_offer_that_follows_its_source_again_follows_its_listing_at_once(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(ListingPublished(listing=a_listing()))
    path = f"/offers/{(await offers(matching_bench))[0]['id']}"
    await matching_bench.client.patch(path, json={"name": "Quiet circle"})

    answer = await matching_bench.client.post(f"{path}/follow-source")

    assert (answer.status_code, answer.json()["name"]) == (200, "Circle s1")


async def test_a_referral_that_waits_is_proposed_to_what_is_listed(matching_bench: ServiceBench) -> None:
    waiting = await admit(matching_bench, needs=(Need.GRIEF,))

    await matching_bench.hear(ListingPublished(listing=a_listing()))
    await matching_bench.fire_timers(matching_bench.clock.now().replace(second=30))

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


@pytest.mark.parametrize(
    ("given", "reason", "where"),
    [
        ({"region": "de-berlin"}, "outside-region", "listing.region"),
        ({"source_id": "s2", "number": 2, "region": "ie-dublin"}, "invalid-field", "listing.region"),
    ],
    ids=["unknown region", "a source's other region"],
)
async def test_a_listing_in_the_wrong_region_is_refused_and_no_other(
    matching_bench: ServiceBench, given: dict[str, Any], reason: str, where: str
) -> None:
    await matching_bench.hear(ListingPublished(listing=a_listing()))

    await matching_bench.hear(
        ListingChanged(listing=a_listing(sequence=2, name="Renamed")),
        ListingChanged(listing=a_listing(**{"sequence": 3, **given})),
    )

    (letter,) = await matching_bench.dead_letters()
    assert (letter.reason, letter.where) == (reason, where)
    assert letter.remedy
    assert [it["name"] for it in await offers(matching_bench)] == ["Renamed"]


async def test_a_listing_under_another_sources_key_is_refused(matching_bench: ServiceBench) -> None:
    record = matching_bench.record_of(ListingPublished(listing=a_listing()))
    forged = matching_bench.record(b"lighthouse/s1", record.value, list(record.headers), record.topic)

    await matching_bench.hear_records(forged)

    (letter,) = await matching_bench.dead_letters()
    assert (letter.reason, letter.where) == ("invalid-field", "key")
    assert await offers(matching_bench) == []


async def test_a_tombstone_a_later_version_and_a_supporter_are_refused(matching_bench: ServiceBench) -> None:
    record = matching_bench.record_of(ListingPublished(listing=a_listing()))
    headers = dict(record.headers)
    later = [(name, value.replace(b".v1", b".v2")) for name, value in headers.items() if value]
    supporter = (record.value or b"").replace(b'"kind":"service"', b'"kind":"supporter"')

    await matching_bench.hear_raw(record.key, None, list(headers.items()), record.topic)
    await matching_bench.hear_raw(record.key, record.value, later, record.topic)
    await matching_bench.hear_raw(record.key, supporter, list(headers.items()), record.topic)

    letters = {(letter.reason, letter.where) for letter in await matching_bench.dead_letters()}
    assert letters == {
        ("malformed", "value"),
        ("unsupported-version", "type"),
        ("invalid-field", "listing.kind"),
    }
    assert await offers(matching_bench) == []


async def lock_waiters(bench: ServiceBench) -> int:
    """Return how many connections to the database wait for a lock."""
    query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return int(await bench.pool.fetchval(query))


async def test_offers_that_are_paused_and_changed_together_are_locked_in_the_order_of_their_ids(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(
        *[ListingPublished(listing=a_listing(it, number=n)) for n, it in enumerate("ab", start=1)]
    )
    first, second = await matching_bench.pool.fetch("select id, source_id from offer order by id")

    async with matching_bench.runtime.transaction() as tx:
        await tx.conn.execute("select from offer where id = $1 for update", first["id"])
        hearing = asyncio.create_task(
            matching_bench.hear(
                ListingChanged(listing=a_listing(first["source_id"], sequence=2, hotline=True)),
                ListingChanged(listing=a_listing(second["source_id"], number=2, sequence=2, name="New")),
            )
        )
        await poll_until(lambda: lock_waiters(matching_bench), lambda it: it == 1, "the listings wait")
        free = await matching_bench.pool.fetch(
            "select id from offer where id = $1 for update skip locked", second["id"]
        )
    await hearing

    assert [row["id"] for row in free] == [second["id"]]
    rows = await matching_bench.pool.fetch("select name, withdrawn from offer order by id")
    assert [row["withdrawn"] for row in rows] == [True, False]
