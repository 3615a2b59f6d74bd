"""Copies a consumer group's offsets to another group name, so that a renamed group continues where the old one stopped.

Kafka stores offsets by group name: under a new name a service would read every stream from its start, for example 90
days of crises. Neither group may have members during the copy, so that no offset changes.
"""

from collections.abc import Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient, CoordinationType

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import CommandError
from alongside_cli.kafka.wire import DescribeGroups

NO_MEMBERS: Final = frozenset({"Empty", "Dead"})
"""States of a group without members; Kafka reports an unknown group as `Dead`."""

Offsets = Mapping[TopicPartition, int]


async def copy_offsets(kafka: Kafka, *, old: str, new: str, topic: str | None = None) -> Offsets:
    """Commit the offsets of `old`, of one topic or of all, for `new`; return the offsets of `new`.

    1 both groups have no members; 2 `old` has offsets and `new` has none; 3 commit; 4 read back. Raises CommandError when
    1, 2 or 4 does not hold: at 1 and 2 nothing has been written; at 4 the remedy says how to undo the copy.
    """
    await _require_no_members(kafka, old, new)  # 1
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    try:
        offsets = await _offsets(admin, old, topic)  # 2
        if not offsets:
            raise CommandError(
                f"The group {old} has committed no offsets{f' for {topic}' if topic else ''}.",
                remedy="check its spelling: Kafka does not distinguish a misspelt group from a new one.",
            )
        if await _offsets(admin, new, topic):
            raise CommandError(
                f"The group {new} has committed offsets already.",
                remedy="start its service without copying, or choose a group name that was never used.",
            )
        await _commit(kafka, new, offsets)  # 3
        written = await _offsets(admin, new, topic)
    finally:
        await admin.close()
    if written != offsets:  # 4
        raise CommandError(
            f"The group {new} does not have the offsets that were just committed for it.",
            remedy=f"keep every member of {new} stopped, delete the group, and run this again.",
        )
    return written


async def _require_no_members(kafka: Kafka, *groups: str) -> None:
    client = AIOKafkaClient(**kafka.options())
    await client.bootstrap()
    try:
        states = {group: await _state(client, group) for group in groups}
    finally:
        await client.close()
    for group, state in states.items():
        if state not in NO_MEMBERS:
            raise CommandError(
                f"The group {group} has members ({state}).",
                remedy="stop every instance of the service first, and wait until the group is empty.",
            )


async def _state(client: AIOKafkaClient, group: str) -> str:
    coordinator = await client.coordinator_lookup(CoordinationType.GROUP, group)
    answer = await client.send(coordinator, DescribeGroups([group]))
    ((_error, _group, state, *_rest),) = answer.groups
    return str(state)


async def _offsets(admin: AIOKafkaAdminClient, group: str, topic: str | None) -> dict[TopicPartition, int]:
    offsets = await admin.list_consumer_group_offsets(group)
    return {
        partition: committed.offset
        for partition, committed in offsets.items()
        if committed.offset >= 0 and topic in (None, partition.topic)
    }


async def _commit(kafka: Kafka, group: str, offsets: Offsets) -> None:
    """Commit as a consumer with manually assigned partitions: it joins no group and causes no rebalance."""
    consumer = AIOKafkaConsumer(**kafka.options(), group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(offsets))
        await consumer.commit(dict(offsets))
    finally:
        await consumer.stop()
