"""Apache Kafka removes the replaced records of a compacted stream, and keeps the newest of each key."""

from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from alongside_cli.kafka.streams import topic_of
from alongside_contracts import streams
from alongside_localstack.stack import LocalStack
from tests.polling import poll_until

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

COMPACTED = replace(streams.PEOPLE, name="listings.v1", compacted=True, partitions=2, retention_ms=1_000)
KEYS = [b"listing-%d" % number for number in range(20)]


async def test_replaced_records_are_removed_and_the_newest_of_each_key_is_kept(kafka: LocalStack) -> None:
    topic = COMPACTED.topic()
    await clean_every_second(kafka)
    await kafka.create_topics([topic_of(COMPACTED, topic)])
    async with AIOKafkaProducer(**kafka.kafka.options(), enable_idempotence=True, acks="all") as producer:
        for address in (b"withdrawn", b"current"):
            for key in KEYS:
                await producer.send_and_wait(topic, address, key)

        async def look() -> list[tuple[bytes, bytes]]:
            for partition in range(
                COMPACTED.partitions
            ):  # closes the segment before, which only a record does
                await producer.send_and_wait(topic, b"current", b"another", partition=partition)
            return await read_all(kafka, topic)

        found = await poll_until(
            look, lambda records: all(value != b"withdrawn" for _, value in records), "only current addresses"
        )

    assert set(found) == {(key, b"current") for key in (*KEYS, b"another")}


async def clean_every_second(stack: LocalStack) -> None:
    """Let the broker look for what to compact every second, not every 15."""
    admin = AIOKafkaAdminClient(**stack.kafka.options())
    await admin.start()
    try:
        broker = ConfigResource(ConfigResourceType.BROKER, "1", {"log.cleaner.backoff.ms": "1000"})
        await admin.alter_configs([broker])
    finally:
        await admin.close()


async def read_all(stack: LocalStack, topic: str) -> list[tuple[bytes, bytes]]:
    """Return key and value of each record, from the beginning of each partition to its present end."""
    found: list[tuple[bytes, bytes]] = []
    async with AIOKafkaConsumer(
        topic, **stack.kafka.options(), group_id=None, auto_offset_reset="earliest"
    ) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while [partition for partition, end in ends.items() if await consumer.position(partition) < end]:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [(record.key, record.value) for record in records if record.key and record.value]
    return found
