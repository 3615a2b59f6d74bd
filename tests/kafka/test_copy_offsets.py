"""A renamed consumer group continues where the old one stopped: no record is repeated or skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import CommandError
from alongside_cli.kafka.offsets import copy_offsets
from alongside_contracts.streams import CRISIS, JOURNEY
from alongside_localstack.stack import LocalStack
from tests.kafka.test_set_up import run_alongside_kafka

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

SECONDS_MAX = 30


async def send(kafka: Kafka, topic: str, *values: int) -> None:
    """Send the values, spread over the topic's partitions."""
    async with AIOKafkaProducer(**kafka.options(), acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, b"%d" % value, key=b"%d" % value)


@asynccontextmanager
async def member(kafka: Kafka, group: str, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that is a member of the group, like a service's."""
    consumer = AIOKafkaConsumer(
        *topics, **kafka.options(), group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def read(kafka: Kafka, group: str, count: int, *topics: str) -> list[int]:
    """Join the group, read `count` records, commit, and leave."""
    found: list[int] = []
    async with member(kafka, group, *topics) as consumer, asyncio.timeout(SECONDS_MAX):
        while len(found) < count:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [int(record.value) for record in records]
        await consumer.commit()
    return sorted(found)


async def test_a_renamed_group_reads_what_is_new_and_nothing_again(kafka: LocalStack) -> None:
    admin, crisis = kafka.kafka, CRISIS.topic()
    await send(admin, crisis, *range(50))
    assert await read(admin, "before", 50, crisis) == list(range(50))
    await send(admin, crisis, *range(50, 70))

    code, output = await run_alongside_kafka(kafka, "copy-offsets", "--from", "before", "--to", "after")

    assert code == 0, output
    assert f"after  {crisis}  partition 0  offset" in output
    assert await read(admin, "after", 20, crisis) == list(range(50, 70))


async def test_a_single_stream_can_move_to_a_separate_group(kafka: LocalStack) -> None:
    admin = kafka.kafka
    await send(admin, JOURNEY.topic(), *range(10))
    await send(admin, CRISIS.topic(), *range(100, 110))
    async with member(admin, "both", JOURNEY.topic(), CRISIS.topic()) as consumer:
        await consumer.seek_to_end()
        await asyncio.gather(*(consumer.position(each) for each in consumer.assignment()))
        await consumer.commit()

    copied = await copy_offsets(admin, old="both", new="crisis-alone", topic=CRISIS.topic())

    assert {each.topic for each in copied} == {CRISIS.topic()}


async def test_a_group_with_members_is_not_copied(kafka: LocalStack) -> None:
    admin = kafka.kafka
    await send(admin, JOURNEY.topic(), 1)

    async with member(admin, "at-work", JOURNEY.topic()) as consumer:
        async with asyncio.timeout(SECONDS_MAX):
            while not consumer.assignment():
                await consumer.getmany(timeout_ms=100)
        with pytest.raises(CommandError, match="at-work has members"):
            await copy_offsets(admin, old="at-work", new="later")


async def test_a_misspelt_group_is_refused(kafka: LocalStack) -> None:
    with pytest.raises(CommandError, match="has committed no offsets"):
        await copy_offsets(kafka.kafka, old="notifcations", new="later")


async def test_a_group_that_has_read_before_keeps_its_offsets(kafka: LocalStack) -> None:
    admin = kafka.kafka
    await send(admin, JOURNEY.topic(), *range(5))
    for group in ("first", "second"):
        async with member(admin, group, JOURNEY.topic()) as consumer:
            await consumer.seek_to_end()
            await asyncio.gather(*(consumer.position(each) for each in consumer.assignment()))
            await consumer.commit()

    with pytest.raises(CommandError, match="second has committed offsets already"):
        await copy_offsets(admin, old="first", new="second")
