"""Creates and deletes topics: automatic topic creation is disabled on our brokers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import ClusterRefused

_REQUEST_MS_MAX = 15_000
_REPLICAS_MAX = 3
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Topic:
    """The wanted settings of a topic; `config` uses Kafka's names, such as `retention.ms`."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)

    def with_config(self, **config: str) -> Topic:
        """Return a copy with more settings, whose names have underscores for dots. Existing settings are kept."""
        more = {name.replace("_", "."): value for name, value in config.items()}
        return replace(self, config={**more, **self.config})


async def create_topics(
    kafka: Kafka, topics: Iterable[Topic], *, replicas: int | None = None, seconds_max: float = 30.0
) -> None:
    """Create missing topics and wait until every partition of `topics` has a leader.

    An existing topic is not changed: more partitions would break the order of its keys. Without `replicas` the number
    is that of the cluster's brokers, three at most. Raises ClusterRefused after `seconds_max`, naming the topics without
    a leader.
    """
    wanted = tuple(topics)
    if not wanted:
        return
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=_REQUEST_MS_MAX)
    await admin.start()
    try:
        await _create(admin, wanted, replicas or await _default_replicas(admin))
        await _await_leaders(admin, wanted, seconds_max)
    finally:
        await admin.close()


async def delete_topics(kafka: Kafka, names: Sequence[str]) -> None:
    """Delete these topics, where they exist, with all their records. Raises ClusterRefused when the broker refuses."""
    admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=_REQUEST_MS_MAX)
    await admin.start()
    try:
        existing = sorted(set(names) & set(await admin.list_topics()))
        answer = await admin.delete_topics(existing) if existing else None
    finally:
        await admin.close()
    for name, code in answer.topic_error_codes if answer else ():
        if code != 0:
            raise ClusterRefused(f"The broker refused to delete topic {name}: {for_code(code).__name__}.")


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic], replicas: int) -> None:
    existing = set(await admin.list_topics())
    new = [
        NewTopic(topic.name, topic.partitions, replicas, topic_configs=dict(topic.config))
        for topic in topics
        if topic.name not in existing
    ]
    if not new:
        return
    answer = await admin.create_topics(new)
    for name, code, *message in answer.topic_errors:
        error = for_code(code)
        if code != 0 and error is not TopicAlreadyExistsError:
            raise ClusterRefused(
                f"The broker refused to create topic {name}: {error.__name__} {' '.join(map(str, message))}",
                remedy="compare the topic's settings with the broker's limits (replication factor, maximum message size).",
            )


async def _default_replicas(admin: AIOKafkaAdminClient) -> int:
    cluster = await admin.describe_cluster()
    return min(_REPLICAS_MAX, len(cluster["brokers"]))


async def _await_leaders(admin: AIOKafkaAdminClient, topics: Sequence[Topic], seconds_max: float) -> None:
    deadline = time.monotonic() + seconds_max
    names = [topic.name for topic in topics]
    while leaderless := await _topics_without_leader(admin, names):
        if time.monotonic() > deadline:
            raise ClusterRefused(
                f"No partition leader after {seconds_max:g} s for topic {', '.join(leaderless)}.",
                remedy="check that all brokers run, and look at their logs; then run the command again.",
            )
        await asyncio.sleep(_PAUSE_SECONDS)


async def _topics_without_leader(admin: AIOKafkaAdminClient, names: list[str]) -> list[str]:
    try:
        described: list[dict[str, Any]] = await admin.describe_topics(names)
    except KafkaError:
        return names
    with_leader = {
        topic["topic"]
        for topic in described
        if topic["error_code"] == 0 and _has_leaders(topic["partitions"])
    }
    return [name for name in names if name not in with_leader]


def _has_leaders(partitions: Sequence[Mapping[str, Any]]) -> bool:
    return bool(partitions) and all(
        partition["error_code"] == 0 and partition["leader"] >= 0 for partition in partitions
    )
