"""Finds brokers by their role in the cluster, kills them, and keeps them stopped."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient

from alongside_localstack.process_handle import ProcessHandle
from alongside_localstack.stack import LocalStack


async def hold_down(stack: LocalStack, number: int) -> ProcessHandle:
    """Kill a broker with SIGKILL and keep it stopped; return its handle, whose `start` starts it again."""
    broker = stack.service(f"kafka-{number}")
    broker.kill()
    await broker.stop()
    return broker


async def leader_of(stack: LocalStack, topic: str, partition: int) -> int:
    """Return the broker that leads a partition."""
    admin = AIOKafkaAdminClient(**stack.kafka.options())
    await admin.start()
    try:
        (described,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    return next(int(each["leader"]) for each in described["partitions"] if each["partition"] == partition)


async def coordinator_of(stack: LocalStack, group: str) -> int:
    """Return the broker that coordinates a group."""
    admin = AIOKafkaAdminClient(**stack.kafka.options())
    await admin.start()
    try:
        return int(await admin.find_coordinator(group))
    finally:
        await admin.close()
