"""Pauses a consumer's partitions of paused partners, as stored in the database, through every rebalance.

This only saves reading: the pipeline checks the stored pauses again inside each transaction, and that check decides.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition

from alongside_chassis.consume import quarantine
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.pipeline import Dependencies
from alongside_chassis.database import connection
from alongside_contracts.streams import Stream, owner_of

REFRESH_SECONDS_MAX: Final = 2.0
Offsets: TypeAlias = dict[tuple[str, int], int]


class Pauses:
    """The paused topics as of the last refresh. `topics` is empty for a group without partner streams."""

    def __init__(self, dependencies: Dependencies, streams: Sequence[Stream], poll_seconds: float) -> None:
        self.dependencies, self.poll_seconds = dependencies, poll_seconds
        self.topics: frozenset[str] = frozenset()
        self._watches = any(stream.per_partner for stream in streams)
        self._refreshed_at: float | None = None

    async def apply(self, consumer: AIOKafkaConsumer) -> None:
        """Refresh every `poll_seconds`, then pause and resume partitions accordingly. A new assignment starts unpaused."""
        if not self._watches:
            return
        now = self.dependencies.clock.monotonic()
        if self._refreshed_at is None or now - self._refreshed_at >= self.poll_seconds:
            self._refreshed_at = now
            await self._refresh()
        if not self.topics and not consumer.paused():
            return
        to_pause = {partition for partition in consumer.assignment() if partition.topic in self.topics}
        paused = consumer.paused()
        consumer.pause(*(to_pause - paused))
        consumer.resume(*(paused - to_pause))

    def seek_back(self, consumer: AIOKafkaConsumer, unprocessed: Offsets) -> None:
        """Seek partitions back to their first unprocessed offset, and pause those of partners. There is no await: no poll
        can come in between.

        Records of the network's own streams are unprocessed when one attempt reached a limit and the next did not.
        """
        self.topics |= {topic for topic, _ in unprocessed if owner_of(topic)}
        assigned = consumer.assignment()
        for (topic, partition), offset in unprocessed.items():
            topic_partition = TopicPartition(topic, partition)
            if topic_partition in assigned:
                consumer.seek(topic_partition, offset)
                if topic in self.topics:
                    consumer.pause(topic_partition)

    async def _refresh(self) -> None:
        """Read the paused topics. While the database is unavailable, which the pipeline reports, the topics read last stay."""
        try:
            async with connection(self.dependencies.pool, seconds_max=REFRESH_SECONDS_MAX) as conn:
                topics = await quarantine.paused_topics(conn)
        except Exception as error:
            if verdict_on(error) not in (Verdict.WAIT, Verdict.RETRY):
                raise
            return
        self.topics = topics


def describe(topics: Iterable[str]) -> list[str]:
    """Return one remark per paused topic, for `/health/ready`."""
    return [f"{topic} is paused" for topic in sorted(topics)]
