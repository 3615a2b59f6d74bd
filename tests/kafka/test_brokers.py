"""With two of three brokers stopped no record is acknowledged, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from alongside_contracts import streams
from alongside_localstack.stack import LocalStack
from tests.kafka.brokers import hold_down
from tests.kafka.conftest import secured
from tests.kafka.working import working
from tests.service.chassis.conftest import BareBench

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

JOURNEY = streams.JOURNEY.topic()


@pytest.fixture
async def three() -> AsyncIterator[LocalStack]:
    """A cluster of three brokers."""
    async with secured(kafka_nodes=3) as stack:
        yield stack


async def test_with_two_of_three_brokers_away_nothing_is_taken_and_nothing_lost(
    three: LocalStack, bare: BareBench
) -> None:
    async with working(three.kafka_as("matching"), bare) as service:
        await service.announce(1, 2)
        await service.all_well(1, 2)
        away = [await hold_down(three, number) for number in (2, 3)]

        await service.announce(3, 4, 5)
        await service.waits_for("relay waits for")
        assert len(await service.bench.announced()) == 3
        with pytest.raises(KafkaError):
            await produced(three)

        await asyncio.gather(*(broker.start() for broker in away))
        await service.all_well(1, 2, 3, 4, 5)


async def produced(stack: LocalStack) -> None:
    """Write to a partition of each broker. Without idempotence, so that aiokafka times out."""
    async with AIOKafkaProducer(
        **stack.kafka.options(), enable_idempotence=False, acks="all", request_timeout_ms=3_000
    ) as producer:
        for partition in range(streams.JOURNEY.partitions):
            await producer.send_and_wait(JOURNEY, b"{}", key=b"k", partition=partition)
