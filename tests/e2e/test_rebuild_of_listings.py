"""What listings decide of offers is rebuilt from the stream's beginning, and only from a whole stream."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from alongside_chassis.testing import ServiceBench
from alongside_cli.kafka.streams import topics_of
from alongside_cli.kafka.topics import delete_topics
from alongside_contracts import streams
from alongside_contracts.directory import ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.event import Event
from alongside_contracts.vocabulary import Need, WithdrawalEffect
from alongside_localstack.stack import LocalStack
from tests.conftest import SERVICE_TOKEN
from tests.service.listing_events import a_listing
from tests.service.matching.bench import accept, admit, last_proposal

TOPIC = streams.LISTINGS.topic()
EVENTS: list[Event] = [
    ListingPublished(listing=a_listing("a", number=1)),
    ListingPublished(listing=a_listing("b", number=2)),
    ListingChanged(
        listing=a_listing("a", number=1, sequence=2, name="Renamed", needs=("grief", "loneliness"))
    ),
    ListingPublished(listing=a_listing("c", number=3)),
    ListingWithdrawn(
        listing=a_listing("c", number=3, sequence=2, position=None), effect=WithdrawalEffect.PAUSE
    ),
    ListingPublished(listing=a_listing("h", number=4, hotline=True)),
]
DECIDED = (
    "select id, source_id, kind, name, needs, languages, formats, latitude, withdrawn from offer order by id"
)
OTHERS = "select id, held, taken, capacity, kept_by_staff, created_at from offer order by id"
BenchOf = Callable[..., AbstractAsyncContextManager[ServiceBench]]


@pytest.fixture
async def matching(broker: LocalStack, bench_of: BenchOf) -> AsyncIterator[ServiceBench]:
    """Matching, which has handled EVENTS, has a place held and one taken, and a name that staff have set; the stream is empty."""
    await delete_topics(broker.kafka, [TOPIC])
    await broker.create_topics([topic for topic in topics_of([]) if topic.name == TOPIC])
    async with bench_of("matching", kafka=broker.bootstrap) as bench:
        await bench.hear(*EVENTS)
        await accept(bench, await last_proposal(bench, await admit(bench, needs=(Need.GRIEF,))))
        proposal = await last_proposal(bench, await admit(bench, needs=(Need.GRIEF,)))
        await bench.client.patch(f"/offers/{proposal.offer_id}", json={"name": "Quiet circle"})
        await bench.announced(clear=True)
        yield bench


async def publish(bench: ServiceBench, broker: LocalStack, *events: Event) -> None:
    """Announce as the directory would."""
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    try:
        for record in map(bench.record_of, events):
            await producer.send_and_wait(
                record.topic, record.value, record.key, headers=list(record.headers), partition=0
            )
    finally:
        await producer.stop()


async def replay(bench: ServiceBench, *, dry_run: bool = False) -> dict[str, Any]:
    """Rebuild, and return the last line of the answer."""
    answer = await bench.client.post(
        "/projection/replay",
        json={"since": "2099-01-01T00:00:00Z", "dry_run": dry_run},
        headers={"Authorization": f"Bearer {SERVICE_TOKEN}"},
    )
    last: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return last


async def rows(bench: ServiceBench, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    return [tuple(row.values()) for row in await bench.pool.fetch(query)]


async def test_damaged_offers_become_what_is_listed_and_keep_places_ids_and_the_words_of_staff(
    matching: ServiceBench, broker: LocalStack
) -> None:
    decided, others = await rows(matching, DECIDED), await rows(matching, OTHERS)
    await publish(matching, broker, *EVENTS)
    await matching.pool.execute("update offer set needs = '{alcohol}' where not withdrawn")
    await matching.pool.execute("update offer set latitude = 1, longitude = 2, withdrawn = false")
    await matching.pool.execute('update listing set sequence = 1, state = state || \'{"name": "x"}\'')

    counted = await replay(matching, dry_run=True)
    damaged = await rows(matching, DECIDED)
    done = await replay(matching)
    again = await replay(matching)

    assert damaged != decided
    assert counted["changed"] == done["changed"] > 0
    assert (done["done"], again["changed"]) == (True, 0)
    assert (await rows(matching, DECIDED), await rows(matching, OTHERS)) == (decided, others)
    assert await matching.announced() == []
    assert await rows(matching, "select state from proposal where state = 'open'") == [("open",)]


@pytest.mark.parametrize(
    "damage",
    [
        *("name = 'x'", "needs = '{alcohol}'", "languages = '{fr}'", "formats = '{chat}'", "kind = 'group'"),
        *("latitude = 1, longitude = 2", "withdrawn = true", "paused_because = 'vanished'"),
    ],
)
async def test_each_column_that_a_listing_decides_is_compared(
    matching: ServiceBench, broker: LocalStack, damage: str
) -> None:
    decided = await rows(matching, DECIDED)
    await publish(matching, broker, *EVENTS)
    await matching.pool.execute(f"update offer set {damage} where kept_by_staff = '{{}}' and not withdrawn")

    done = await replay(matching)

    assert done["changed"] == 1
    assert await rows(matching, DECIDED) == decided
    assert await rows(matching, "select paused_because from offer where not withdrawn") == [(None,), (None,)]


async def test_what_was_refused_is_not_rebuilt(matching: ServiceBench, broker: LocalStack) -> None:
    refused = [
        a_listing("x", number=5, kind="supporter"),
        a_listing("y", number=6, region="ie-dublin"),
        a_listing("z", number=7, region="de-berlin"),
    ]
    await publish(matching, broker, *EVENTS, *[ListingPublished(listing=it) for it in refused])

    done = await replay(matching)

    assert (done["done"], done["changed"]) == (True, 0)
    assert len(await rows(matching, "select from listing")) == 4


async def test_lost_offers_and_listings_come_back(matching: ServiceBench, broker: LocalStack) -> None:
    await publish(matching, broker, *EVENTS)
    free = "select id from offer where held + taken = 0"
    await matching.pool.execute(f"delete from offer where id in ({free})")
    await matching.pool.execute("delete from listing")

    await replay(matching)

    names = await rows(matching, "select source_id from offer order by 1")
    assert names in ([("a",), ("b",)], [("a",)], [("b",)])
    assert len(await rows(matching, "select source_id from listing")) == 4


@pytest.mark.parametrize(
    "present", [EVENTS[:3], EVENTS[1:2], EVENTS[3:], []], ids=["head", "one of a gap", "tail", "empty"]
)
async def test_a_stream_that_lacks_listings_is_refused_with_what_makes_it_whole(
    matching: ServiceBench, broker: LocalStack, present: list[Event]
) -> None:
    await publish(matching, broker, *present)
    await matching.pool.execute("update offer set needs = '{alcohol}'")
    before = await rows(matching, DECIDED)

    last = await replay(matching)

    assert last["problem"]["code"] == "stream-not-whole"
    assert "alongside directory announce" in last["problem"]["remedy"]
    assert await rows(matching, DECIDED) == before


async def test_a_database_without_listings_sees_a_gap_in_the_stream(
    matching: ServiceBench, broker: LocalStack
) -> None:
    await publish(matching, broker, *EVENTS[3:])
    await matching.pool.execute("delete from listing")

    last = await replay(matching)

    assert last["problem"]["code"] == "stream-not-whole"
