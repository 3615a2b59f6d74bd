"""The two ends at Kafka: announced events arrive in order, and each is handled once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside_chassis.announce.relay import Relay
from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.listener import Listener
from alongside_chassis.kafka import Kafka
from alongside_chassis.service import make_pipeline
from alongside_chassis.testing import ServiceBench
from alongside_cli.kafka.topics import Topic
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.streams import Stream
from alongside_localstack.stack import LocalStack
from tests.builders import a_submission, an_admission
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench


def a_partner_name() -> str:
    """Return a partner no other test of this session uses, and so its topics."""
    return f"partner-{uuid4().hex[:12]}"


@asynccontextmanager
async def relaying(bench: ServiceBench, kafka: str) -> AsyncIterator[Relay]:
    """Create a relay on the service's outbox."""
    dsn = bench.service.settings.database_url.get_secret_value()
    relay = Relay(
        dsn,
        Kafka(kafka),
        service="bare",
        shards=8,
        metrics=bench.dependencies.metrics,
        log=bench.dependencies.log,
    )
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        relay.stop()
        await asyncio.wait_for(task, 20)


@asynccontextmanager
async def listening(bench: ServiceBench, group: str, *hears: Stream) -> AsyncIterator[Listener]:
    """Create a listener for the service's streams, or for these streams alone."""
    pipeline = make_pipeline(bench.service, bench.dependencies, group)
    listener = Listener(pipeline, hears or bench.service.hears, bench.service.settings)
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        listener.stop()
        await asyncio.wait_for(task, 20)


async def everything_on(kafka: str, topic: str, count: int) -> list[tuple[bytes, bytes]]:
    """Return the first `count` records of a topic, as key and value."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            return [(record.key, record.value) for _ in range(count) if (record := await consumer.getone())]
    finally:
        await consumer.stop()


async def test_announced_events_arrive_in_order_per_key_and_leave_the_outbox_empty(
    broker: LocalStack, bare: BareBench
) -> None:
    partner = a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(partner)
    await broker.create_topics([Topic(topic, 3)])

    async with bare(Handlers()) as bench, relaying(bench, broker.bootstrap):
        for number in range(20):
            async with bench.runtime.transaction() as tx:
                for key in ("a", "b", "c"):
                    tx.announce(a_submission(reference=key, person_reference=f"n{number}"), partner=partner)
        arrived = await everything_on(broker.bootstrap, topic, 60)
        await poll_until(bench.announced, lambda rows: rows == [], "an empty outbox")

    for name in (b"a", b"b", b"c"):
        numbers = [
            SubmissionReceived.model_validate_json(value).person_reference
            for k, value in arrived
            if k == name
        ]
        assert numbers == [f"n{number}" for number in range(20)]


async def test_a_record_the_broker_never_accepts_is_dead_lettered_and_its_neighbours_arrive_in_order(
    broker: LocalStack, bare: BareBench
) -> None:
    if broker.broker.kind != "kafka":
        pytest.skip("the embedded broker takes records its topic does not allow")
    partner = a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(partner)
    await broker.create_topics([Topic(topic, 1, {"max.message.bytes": "6000"})])

    async with bare(Handlers()) as bench:
        async with bench.runtime.transaction() as tx:
            for number in range(9):
                languages = ("en",) if number != 4 else ("en" + "-variant" * 900,)
                tx.announce(a_submission(reference=f"n{number}", languages=languages), partner=partner)
        async with relaying(bench, broker.bootstrap):
            arrived = await everything_on(broker.bootstrap, topic, 8)
            await poll_until(bench.announced, lambda rows: rows == [], "an empty outbox")
        (letter,) = await bench.dead_letters()

    assert [key for key, _value in arrived] == [f"n{number}".encode() for number in range(9) if number != 4]
    assert letter.reason == "unsendable"
    assert letter.bytes is not None
    assert letter.bytes > 6000


async def test_a_rolled_back_transaction_announces_nothing(broker: LocalStack, bare: BareBench) -> None:
    partner = a_partner_name()
    await broker.create_topics([Topic(streams.PARTNER_REFERRALS.topic(partner), 1)])

    async with bare(Handlers()) as bench, relaying(bench, broker.bootstrap):
        with suppress(RuntimeError):
            async with bench.runtime.transaction() as tx:
                tx.announce(a_submission(reference="never"), partner=partner)
                raise RuntimeError
        async with bench.runtime.transaction() as tx:
            tx.announce(a_submission(reference="first"), partner=partner)

        ((key, _value),) = await everything_on(broker.bootstrap, streams.PARTNER_REFERRALS.topic(partner), 1)

    assert key == b"first"


def noting(notes: Callable[[str], None], prefix: str) -> Handlers:
    """Build handlers that note every reference that begins with `prefix`; the broker is shared with other tests."""
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def admitted(_event: SubmissionAdmitted, _tx: Tx) -> None: ...

    @handlers.on(SubmissionReceived)
    async def received(event: SubmissionReceived, tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ($1, $2)", event.key, event.reference)
        if event.reference.startswith(prefix):
            notes(event.reference)

    return handlers


async def send(bench: ServiceBench, kafka: str, partner: str, *references: str) -> None:
    """Publish submissions as a partner would."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True)
    await producer.start()
    try:
        for reference in references:
            record = bench.record_of(a_submission(reference=reference), partner=partner)
            await producer.send_and_wait(record.topic, record.value, record.key, headers=list(record.headers))
    finally:
        await producer.stop()


async def test_a_restarted_listener_continues_after_its_last_commit(
    broker: LocalStack, bare: BareBench
) -> None:
    partner, group = a_partner_name(), f"bare-{uuid4().hex[:8]}"
    await broker.create_topics(
        [Topic(streams.PARTNER_REFERRALS.topic(partner), 1), Topic(streams.JOURNEY.name, 3)]
    )
    received: list[str] = []

    async with bare(noting(received.append, partner), kafka=broker.bootstrap, kafka_instance_id="1") as bench:
        await send(bench, broker.bootstrap, partner, f"{partner}-1", f"{partner}-2")
        async with listening(bench, group) as listener:
            await poll_until(_snapshot(received), lambda seen: len(seen) == 2, "both submissions")
            assert (listener.alive, listener.unready_because) == (True, None)
        await send(bench, broker.bootstrap, partner, f"{partner}-3")
        async with listening(bench, group):
            await poll_until(_snapshot(received), lambda seen: len(seen) == 3, "the third submission")

    assert received == [f"{partner}-1", f"{partner}-2", f"{partner}-3"]


async def test_a_poison_record_does_not_stop_the_records_after_it(
    broker: LocalStack, bare: BareBench
) -> None:
    partner = a_partner_name()
    topic = streams.PARTNER_REFERRALS.topic(partner)
    await broker.create_topics([Topic(topic, 1), Topic(streams.JOURNEY.name, 3)])
    received: list[str] = []

    async with bare(noting(received.append, partner), kafka=broker.bootstrap, kafka_instance_id="1") as bench:
        await send(bench, broker.bootstrap, partner, f"{partner}-before")
        producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
        await producer.start()
        await producer.send_and_wait(topic, None, b"k", headers=[("ce_id", b"\xff"), ("x", None)])
        await producer.stop()
        await send(bench, broker.bootstrap, partner, f"{partner}-after")
        async with listening(bench, f"bare-{uuid4().hex[:8]}"):
            await poll_until(
                _snapshot(received), lambda seen: f"{partner}-after" in seen, "the record behind the poison"
            )
        letters = await bench.dead_letters()

    assert received == [f"{partner}-before", f"{partner}-after"]
    assert [(letter.topic, letter.reason) for letter in letters if letter.topic == topic] == [
        (topic, "malformed")
    ]


async def test_an_admission_published_by_one_service_reaches_another(
    broker: LocalStack, bare: BareBench
) -> None:
    await broker.create_topics([Topic(streams.JOURNEY.name, 3)])
    received: list[str] = []
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def admitted(event: SubmissionAdmitted, _tx: Tx) -> None:
        received.append(event.reference)

    async with (
        bare(handlers, kafka=broker.bootstrap, kafka_instance_id="1") as bench,
        relaying(bench, broker.bootstrap),
        listening(bench, f"bare-{uuid4().hex[:8]}"),
    ):
        async with bench.runtime.transaction() as tx:
            tx.announce(an_admission(reference="through-kafka"))
        await poll_until(_snapshot(received), lambda seen: "through-kafka" in seen, "the admission")


def _snapshot(received: list[str]) -> Callable[[], Awaitable[list[str]]]:
    async def look() -> list[str]:
        return list(received)

    return look
