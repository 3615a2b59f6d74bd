"""Brokers of a cluster, found by what they do for it, killed, and kept from coming back."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient

from alongside_localstack.process_handle import ProcessHandle
from alongside_localstack.stack import LocalStack


async def hold_down(stack: LocalStack, number: int) -> ProcessHandle:
    """kill -9 a broker and keep it from coming back; `start` of what is returned lets it."""
    broker = stack.service(f"kafka-{number}")
    broker.kill()
    await broker.stop()
    return broker


async def leader_of(stack: LocalStack, topic: str, partition: int) -> int:
    """The broker that takes a partition's records."""
    admin = AIOKafkaAdminClient(**stack.kafka.options())
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    return next(int(each["leader"]) for each in described["partitions"] if each["partition"] == partition)


async def coordinator_of(stack: LocalStack, group: str) -> int:
    """The broker that keeps a group's members and offsets."""
    admin = AIOKafkaAdminClient(**stack.kafka.options())
    await admin.start()
    try:
        return int(await admin.find_coordinator(group))
    finally:
        await admin.close()
