"""Keeps a consumer away from the streams of paused partners, as the database says, through every rebalance.

The consumer only spares itself the reading: what counts is the pipeline's own look, inside each transaction.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition

from alongside_chassis.consume import quarantine
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.pipeline import Dependencies
from alongside_chassis.database import connection
from alongside_contracts.streams import Stream, owner_of

LOOK_SECONDS_MAX: Final = 2.0
Offsets: TypeAlias = dict[tuple[str, int], int]


class Pauses:
    """What is paused, as of the last look. `topics` is empty for a group that hears no partner."""

    def __init__(self, dependencies: Dependencies, streams: Sequence[Stream], poll_seconds: float) -> None:
        self.dependencies, self.poll_seconds = dependencies, poll_seconds
        self.topics: frozenset[str] = frozenset()
        self._watches = any(stream.per_partner for stream in streams)
        self._looked_at: float | None = None

    async def keep(self, consumer: AIOKafkaConsumer) -> None:
        """Look now and then, and pause and resume partitions accordingly. A new assignment begins unpaused."""
        if not self._watches:
            return
        now = self.dependencies.clock.monotonic()
        if self._looked_at is None or now - self._looked_at >= self.poll_seconds:
            self._looked_at = now
            await self._look()
        if not self.topics and not consumer.paused():
            return
        wanted = {place for place in consumer.assignment() if place.topic in self.topics}
        standing = consumer.paused()
        consumer.pause(*(wanted - standing))
        consumer.resume(*(standing - wanted))

    def step_back(self, consumer: AIOKafkaConsumer, left: Offsets) -> None:
        """Let the partitions of what was left stand before it. Nothing is awaited: no poll comes in between.

        Only partners' are paused. Of ours something is left when a limit was reached in one attempt and not in the next.
        """
        self.topics |= {topic for topic, _ in left if owner_of(topic)}
        assigned = consumer.assignment()
        for (topic, partition), offset in left.items():
            place = TopicPartition(topic, partition)
            if place in assigned:
                consumer.seek(place, offset)
                if topic in self.topics:
                    consumer.pause(place)

    async def _look(self) -> None:
        """With the database away what is known stands; the batch in hand says that it is away."""
        try:
            async with connection(self.dependencies.pool, seconds_max=LOOK_SECONDS_MAX) as conn:
                topics = await quarantine.paused_topics(conn)
        except Exception as error:
            if verdict_on(error) not in (Verdict.WAIT, Verdict.RETRY):
                raise
            return
        self.topics = topics


def told(topics: Iterable[str]) -> list[str]:
    """The paused topics in words, for whoever asks how the service is."""
    return [f"{topic} is paused" for topic in sorted(topics)]
