"""The stack's real broker keeps its records after it was killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import UnknownTopicOrPartitionError

from alongside_cli.errors import ClusterRefused
from alongside_cli.kafka.streams import topic_of
from alongside_cli.kafka.topics import Topic
from alongside_contracts import streams
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.stack import LocalStack
from tests.polling import poll_until

SECONDS_MAX = 30


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[LocalStack]:
    async with infrastructure(postgres=False) as running:
        yield running


@pytest.fixture(scope="module")
async def fallback() -> AsyncIterator[LocalStack]:
    async with infrastructure(postgres=False, broker="embedded") as running:
        yield running


def require_kafka(stack: LocalStack) -> None:
    if stack.broker.kind != "kafka":
        pytest.skip(f"needs Apache Kafka, this is the {stack.broker.kind} broker")


async def produce(bootstrap: str, topic: str, count: int) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all") as producer:
        sent = [await producer.send(topic, b"%d" % n, key=b"%d" % n) for n in range(count)]
        await asyncio.wait_for(asyncio.gather(*sent), SECONDS_MAX)


async def consume(bootstrap: str, topic: str, count: int, *, group: str | None = None) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        group_instance_id=f"{group}-1" if group else None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await asyncio.wait_for(consumer.start(), SECONDS_MAX)
    found: list[bytes] = []
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while len(found) < count:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [record.value for record in records]
        if group:
            await consumer.commit()
    finally:
        await consumer.stop()
    return found


async def consume_to_the_end(bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    found: list[ConsumerRecord[bytes, bytes]] = []
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest"
    ) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while [partition for partition, end in ends.items() if await consumer.position(partition) < end]:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
    return found


async def test_an_idempotent_producers_records_are_read_by_a_group(stack: LocalStack) -> None:
    await stack.create_topics([Topic("journey", 6)])

    await produce(stack.bootstrap, "journey", 500)

    assert len(set(await consume(stack.bootstrap, "journey", 500, group="readers"))) == 500


async def test_acknowledged_records_survive_a_killed_broker(stack: LocalStack) -> None:
    require_kafka(stack)
    await stack.create_topics([Topic("durable", 3)])
    await produce(stack.bootstrap, "durable", 500)

    stack.service("kafka").kill()
    await stack.service("kafka").wait_ready(SECONDS_MAX)

    assert len(set(await consume(stack.bootstrap, "durable", 500))) == 500


async def test_topics_are_created_once_with_their_settings(stack: LocalStack) -> None:
    topic = Topic("settled", 4, {"retention.ms": "86400000"})

    await stack.create_topics([topic])
    await stack.create_topics([topic])

    async with AIOKafkaProducer(bootstrap_servers=stack.bootstrap) as producer:
        assert await producer.partitions_for("settled") == {0, 1, 2, 3}


async def test_a_topic_with_an_unknown_setting_is_refused_by_name(stack: LocalStack) -> None:
    require_kafka(stack)
    with pytest.raises(ClusterRefused, match="refused to create topic odd"):
        await stack.create_topics([Topic("odd", 1, {"retention.moons": "3"})])


async def test_a_mistyped_topic_is_not_created_automatically(stack: LocalStack) -> None:
    require_kafka(stack)
    async with AIOKafkaProducer(bootstrap_servers=stack.bootstrap, request_timeout_ms=1000) as producer:
        with pytest.raises((UnknownTopicOrPartitionError, asyncio.TimeoutError)):
            await asyncio.wait_for(producer.send_and_wait("journy", b"x"), 3)


async def test_the_fallback_broker_carries_records_to_a_static_member(fallback: LocalStack) -> None:
    await fallback.create_topics([Topic("journey", 6, {"retention.ms": "86400000"})])

    await produce(fallback.bootstrap, "journey", 500)

    assert len(set(await consume(fallback.bootstrap, "journey", 500, group="readers"))) == 500


async def test_the_fallback_broker_removes_replaced_records_and_keeps_the_newest_of_each_key(
    fallback: LocalStack,
) -> None:
    stream = replace(streams.PEOPLE, name="listings.v1", compacted=True, partitions=1)
    await fallback.create_topics([topic_of(stream, "listings")])
    keys = [b"listing-%d" % number for number in range(1_000)]
    async with AIOKafkaProducer(bootstrap_servers=fallback.bootstrap, acks="all") as producer:
        for version in range(5):
            sent = [await producer.send("listings", b"%d" % version + bytes(1_000), key) for key in keys]
            await asyncio.wait_for(asyncio.gather(*sent), SECONDS_MAX)

    found = await poll_until(
        lambda: consume_to_the_end(fallback.bootstrap, "listings"),
        lambda records: len(records) < 3 * len(keys),
        "replaced records to be removed",
    )

    newest = {record.key: record.value for record in found}
    assert newest == dict.fromkeys(keys, b"4" + bytes(1_000))
