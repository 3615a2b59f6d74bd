"""Sends batches to Kafka concurrently: a partition that does not answer delays its own rows and no others.

At most one batch is in flight per partition, so order per key is guaranteed.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from alongside_chassis.announce.producer_batches import Partition, ProducerBatch, split

SEND_SECONDS_MAX: Final = 30.0
"""Longest silence of Kafka as a whole while batches are in flight."""
PARTITION_SECONDS_MAX: Final = 300.0
"""Longest silence of one partition while others answer. aiokafka itself would retry for ever."""
GRACE_SECONDS: Final = 0.2
"""How long to wait for all batches just sent; most are acknowledged well before."""
UNSENDABLE: Final = (MessageSizeTooLargeError, InvalidTopicError)
TOPIC_MISSING: Final = (UnknownTopicOrPartitionError, TopicAuthorizationFailedError)


@dataclass(slots=True)
class SendResult:
    """Result of sending one batch: ids of acknowledged rows, rows no broker accepts, and the error that stopped the rest."""

    topic_partition: Partition
    sent: list[int] = field(default_factory=list)
    unsendable: list[tuple[int, KafkaError]] = field(default_factory=list)
    error: KafkaError | OSError | None = None


class InFlight:
    """The batches of one producer that are sent and not acknowledged yet."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._tasks: dict[Partition, asyncio.Task[SendResult]] = {}
        self._since: dict[Partition, float] = {}
        self._answered_at = 0.0

    @property
    def busy(self) -> Collection[Partition]:
        """Partitions with a batch in flight."""
        return self._tasks.keys()

    @property
    def silent_seconds(self) -> float:
        """Seconds since the oldest batch that was sent after Kafka's latest answer; 0 when there is none."""
        since = [at for at in self._since.values() if at >= self._answered_at]
        return _now() - min(since) if since else 0.0

    @property
    def slowest(self) -> tuple[Partition, float] | None:
        """The partition that has waited longest for an answer, and for how many seconds; None with nothing in flight."""
        if not self._since:
            return None
        topic_partition, at = min(self._since.items(), key=lambda item: item[1])
        return topic_partition, _now() - at

    def send(self, batches: Sequence[ProducerBatch]) -> list[asyncio.Task[SendResult]]:
        """Start sending one batch to each partition, none of which may be `busy`."""
        for batch in batches:
            self._since[batch.topic_partition] = _now()
            self._tasks[batch.topic_partition] = asyncio.create_task(self._send_batch(batch))
        return [self._tasks[batch.topic_partition] for batch in batches]

    async def results(
        self, started: Sequence[asyncio.Task[SendResult]], *, wake: asyncio.Event, seconds_max: float
    ) -> list[SendResult]:
        """Return the results available after `GRACE_SECONDS` when batches were just `started`; without any, after the next
        answer, a `wake`, or `seconds_max`.
        """
        if started:
            await asyncio.wait(started, timeout=GRACE_SECONDS)
        else:
            await self._wait_for_any(wake, seconds_max)
        done = [topic_partition for topic_partition, task in self._tasks.items() if task.done()]
        results = [self._tasks.pop(topic_partition).result() for topic_partition in done]
        for topic_partition in done:
            del self._since[topic_partition]
            self._answered_at = _now()
        return results

    def give_up_on_silence(self) -> None:
        """Raise TimeoutError when Kafka, or one partition, has been silent for too long."""
        if self.silent_seconds > SEND_SECONDS_MAX or (
            self.slowest and self.slowest[1] > PARTITION_SECONDS_MAX
        ):
            raise TimeoutError

    async def cancel(self) -> None:
        """Cancel every batch in flight and wait until its task has ended."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _wait_for_any(self, wake: asyncio.Event, seconds_max: float) -> None:
        woken = asyncio.create_task(wake.wait())
        try:
            await asyncio.wait(
                {woken, *self._tasks.values()}, timeout=seconds_max, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()

    async def _send_batch(self, batch: ProducerBatch) -> SendResult:
        """Send a batch and wait for its acknowledgement.

        A batch refused for its content is sent again record by record, to find the record that no broker accepts. Nothing
        else is in flight to its partition meanwhile.
        """
        result = SendResult(batch.topic_partition)
        error = await self._close_and_send(batch)
        if isinstance(error, UNSENDABLE) and len(batch.rows) > 1:
            for single in split(batch, new_batch=self._producer.create_batch):
                if not _add_answer(result, single, await self._close_and_send(single)):
                    break
        else:
            _add_answer(result, batch, error)
        return result

    async def _close_and_send(self, batch: ProducerBatch) -> KafkaError | OSError | None:
        """Close a batch and send it; return the broker's error, or None once it is acknowledged."""
        batch.builder.close()
        try:
            acknowledged: asyncio.Future[Any] = await self._producer.send_batch(
                batch.builder, batch.topic, partition=batch.partition
            )
            await acknowledged
        except (KafkaError, OSError) as error:
            return error
        return None


def _add_answer(result: SendResult, batch: ProducerBatch, error: KafkaError | OSError | None) -> bool:
    """Add one answer to `result`; return whether the partition's next record may be sent."""
    ids = [row["id"] for row in batch.rows]
    if error is None:
        result.sent += ids
    elif isinstance(error, UNSENDABLE) and len(ids) == 1:
        result.unsendable.append((ids[0], error))
    else:
        result.error = error
    return result.error is None


def _now() -> float:
    return asyncio.get_running_loop().time()
