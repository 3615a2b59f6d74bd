"""A declared consumer group at a real broker: FastStream runs, creates and opens nothing beside the consumer itself."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka.subscriber.usecase import BatchSubscriber

from alongside_chassis.kafka import Kafka
from alongside_chassis.kafka.subscription import ConsumerGroup, declare_group
from alongside_cli.kafka.topics import Topic
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.stack import LocalStack
from tests.unit.chassis.test_subscription import Rebalances

STOP_SECONDS_MAX = 2.0


async def declared(kafka: Kafka, pattern: str) -> BatchSubscriber:
    """Return a subscriber of a group that no other test uses."""
    group = ConsumerGroup(
        f"group-{uuid4().hex[:12]}",
        pattern,
        instance_id="",
        session_timeout_ms=10_000,
        metadata_max_age_ms=5_000,
        fetch_wait_ms=100,
    )
    return await declare_group(kafka, group, Rebalances())


@asynccontextmanager
async def started(kafka: Kafka, pattern: str) -> AsyncIterator[BatchSubscriber]:
    """A subscriber that has joined its group."""
    subscriber = await declared(kafka, pattern)
    await subscriber.start()
    try:
        yield subscriber
    finally:
        await subscriber.stop()


@pytest.fixture
async def topic(broker: LocalStack) -> str:
    """A topic with one partition."""
    name = f"subscribed-{uuid4().hex[:12]}"
    await broker.create_topics([Topic(name, 1)])
    return name


def connections_to(broker: LocalStack) -> int:
    """Return how many connections this process has open to the broker."""
    ports = {int(address.rsplit(":", 1)[1]) for address in broker.bootstrap.split(",")}
    return sum(
        each.status == psutil.CONN_ESTABLISHED and each.raddr.port in ports
        for each in psutil.Process().net_connections("tcp")
    )


async def topics_of(broker: LocalStack) -> set[str]:
    """Return the broker's topics."""
    admin = AIOKafkaAdminClient(**broker.kafka.options())
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def test_the_consumer_is_aiokafkas_and_no_task_is_faststreams(broker: LocalStack, topic: str) -> None:
    async with started(broker.kafka, topic) as subscriber:
        assert isinstance(subscriber.consumer, AIOKafkaConsumer)
        assert subscriber.consumer.subscription() == {topic}
        assert subscriber.tasks == []
        assert [name for name in running_code() if "faststream" in name] == []
        assert [name for name in running_code() if "aiokafka" in name] != []


def running_code() -> list[str]:
    """Return the files whose coroutines are tasks of this loop."""
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    return [each.cr_code.co_filename for each in coroutines if inspect.iscoroutine(each)]


async def test_only_the_consumers_own_connections_are_opened(broker: LocalStack, topic: str) -> None:
    before = connections_to(broker)
    consumer = AIOKafkaConsumer(topic, **broker.kafka.options(), group_id=f"group-{uuid4().hex[:12]}")
    await consumer.start()
    alone = connections_to(broker) - before
    await consumer.stop()
    before = connections_to(broker)

    async with started(broker.kafka, topic):
        assert connections_to(broker) - before == alone > 0


async def test_a_start_creates_no_topic(broker: LocalStack, topic: str) -> None:
    absent = f"absent-{uuid4().hex[:12]}"
    before = await topics_of(broker)

    async with started(broker.kafka, f"{absent}|{topic}") as subscriber:
        assert subscriber.consumer is not None
        assert subscriber.consumer.subscription() == {topic}

    assert await topics_of(broker) - before <= {"__consumer_offsets"}


async def test_a_stop_without_a_broker_ends_in_time() -> None:
    async with infrastructure(kafka=True, postgres=False) as stack:
        await stack.create_topics([Topic("subscribed", 1)])
        subscriber = await declared(stack.kafka, "subscribed")
        await subscriber.start()
        await stack.service("kafka").stop()

        leaving = asyncio.create_task(subscriber.stop())
        done, _ = await asyncio.wait({leaving}, timeout=STOP_SECONDS_MAX)

        assert done == {leaving}, "aiokafka may cancel the stop (docs/decisions/0003), but it ends"
