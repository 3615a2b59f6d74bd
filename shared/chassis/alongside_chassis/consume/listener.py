"""Runs one consumer of one group over all its streams: poll, handle, commit offsets, give way in a rebalance.

FastStream declares the group (kafka/subscription.py); the loop is ours, because FastStream's own loop loses or repeats messages
(measured, docs/decisions/0003).
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError, KafkaError
from faststream.kafka.subscriber.usecase import BatchSubscriber

from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.consume.pauses import Pauses
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.consume.prefetcher import Batch, Partition, Prefetcher
from alongside_chassis.errors import Stopped, Stopping
from alongside_chassis.kafka.broker_liveness import BrokerLiveness
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_chassis.kafka.subscription import ConsumerGroup, declare_group
from alongside_chassis.settings import Settings
from alongside_contracts.streams import Stream

POLL_MS: Final = 200
START_SECONDS_MAX: Final = 60.0
REVOKE_SECONDS_MAX: Final = 30.0
COMMIT_SECONDS_MAX: Final = 15.0
OFFSETS_SECONDS: Final = 0.2
"""Interval between commits of offsets. For Kafka a commit is more work than a batch of records; records a crash leaves
uncommitted are delivered again and found in the inbox."""
LEAVE_SECONDS_MAX: Final = 2.0
BACKOFF_SECONDS_MAX: Final = 5.0
CONTACT_SECONDS_MAX: Final = 30.0
"""Longest time without any fetch answer, not even an empty one. Then a new consumer is made: a task inside may have died."""
SILENT_SECONDS_MAX: Final = 120.0
"""Longest time between two polls of a live loop. Longer than a start, a rebalance or a batch of slow statements takes: a
restart in the middle of those would not help."""


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Runs a pipeline over a group's share of the partitions."""

    def __init__(self, pipeline: Pipeline, streams: Sequence[Stream], settings: Settings) -> None:
        self.pipeline, self.settings = pipeline, settings
        self.kafka = settings.kafka_at(settings.kafka)
        self.group = pipeline.group
        self.pattern = "|".join(stream.pattern.replace("?P<partner>", "?:") for stream in streams)
        self.fetch_wait_ms = min(stream.fetch_wait_ms for stream in streams)
        self.gather_seconds = min(stream.gather_ms for stream in streams) / 1000
        self.shared = frozenset(stream.topic() for stream in streams if not stream.per_partner)
        self.pauses = Pauses(pipeline.dependencies, streams, settings.pauses_poll_seconds)
        self.stopped_because: str | None = None
        """Why the listener stopped for good; a person must act."""
        self.waiting_for: str | None = None
        """Why the latest consumer failed; None once it works."""
        self.assigned = False
        self._batch_lock = asyncio.Lock()
        self._failures = 0
        self._polled_at: float | None = None
        """None until `run` starts, which is after the service's preparation."""
        self._subscriber: BatchSubscriber | None = None
        self._prefetcher: Prefetcher | None = None
        self._uncommitted: dict[TopicPartition, int] = {}
        """Next offsets of partitions that are handled and not committed yet."""
        self._committed_at = float("-inf")

    @property
    def _consumer(self) -> AIOKafkaConsumer | None:
        """The consumer, from before it joins its group until it has left."""
        return self._subscriber.consumer if self._subscriber else None

    @property
    def alive(self) -> bool:
        """Whether the loop makes progress, has not started, or reports what it waits for."""
        if self._polled_at is None:
            return True
        silent = self.pipeline.dependencies.clock.monotonic() - self._polled_at
        return (
            silent < SILENT_SECONDS_MAX
            or self.pipeline.waiting_for is not None
            or self.stopped_because is not None
        )

    @property
    def unready_because(self) -> str | None:
        """Why nothing is being consumed; None while it is."""
        if self.stopped_because:
            return self.stopped_because
        if self.pipeline.waiting_for:
            return f"waits for {self.pipeline.waiting_for}"
        if self.waiting_for:
            return f"waits for {self.waiting_for}"
        return self._hidden_streams() if self.assigned else "has no partitions yet"

    def _hidden_streams(self) -> str | None:
        """The shared streams this consumer does not see: Kafka hides topics that are missing or that it may not read."""
        seen = self._consumer.subscription() if self._consumer else frozenset()
        if hidden := sorted(self.shared - seen):
            return (
                f"does not see {', '.join(hidden)}: create it, or grant {self.kafka.user or 'us'} to read it"
            )
        return None

    async def run(self) -> None:
        """Consume until stopped; restart with a backoff when the consumer fails."""
        self._polled_at = self.pipeline.dependencies.clock.monotonic()
        while not self.pipeline.stopping.is_set():
            try:
                await self._consume()
            except Stopped as error:
                self.stopped_because = str(error) or type(error).__name__
                self.pipeline.dependencies.log.error(
                    "listener-stopped", group=self.group, because=self.stopped_because, exc=error.__cause__
                )
                return
            except Stopping:
                return
            except asyncio.CancelledError as error:
                if asked_to_end():
                    raise
                await self._restart(error)
            except Exception as error:  # noqa: BLE001  # the batch is redelivered: nothing is lost
                await self._restart(error)

    async def _restart(self, error: BaseException) -> None:
        self._failures += 1
        self._polled_at = self.pipeline.dependencies.clock.monotonic()
        self.waiting_for = await diagnose_connection(error, self.kafka)
        self.pipeline.dependencies.log.error(
            "consumer-restarted",
            group=self.group,
            failures=self._failures,
            because=self.waiting_for,
            exc=error,
        )
        try:
            pause = min(BACKOFF_SECONDS_MAX, 0.2 * 2 ** min(self._failures, 6))
            await asyncio.wait_for(self.pipeline.stopping.wait(), pause)
        except TimeoutError:
            return

    def stop(self) -> None:
        """Finish the current batch, commit it, leave the group."""
        self.pipeline.stopping.set()

    async def _consume(self) -> None:
        subscriber = await declare_group(self.kafka, self._consumer_group(), self)
        self._subscriber, self._uncommitted = subscriber, {}
        try:
            await asyncio.wait_for(subscriber.start(), START_SECONDS_MAX)
            await self._poll_until_stopped(subscriber.consumer)
        finally:
            self.assigned = False
            self._subscriber = self._prefetcher = None
            await self._leave(subscriber)

    def _consumer_group(self) -> ConsumerGroup:
        return ConsumerGroup(
            self.group,
            self.pattern,
            instance_id=self.settings.kafka_instance_id,
            session_timeout_ms=self.settings.kafka_session_timeout_ms,
            metadata_max_age_ms=self.settings.kafka_metadata_max_age_ms,
            fetch_wait_ms=self.fetch_wait_ms,
        )

    async def _poll_until_stopped(self, consumer: AIOKafkaConsumer) -> None:
        """Raises KafkaConnectionError when no fetch has been answered for too long."""
        prefetcher = self._prefetcher = Prefetcher(
            consumer, self.pipeline.decode, self.settings.batch_records_max, self.pipeline.dependencies.clock
        )
        liveness = BrokerLiveness(self.kafka, self.pipeline.dependencies.clock)
        while not self.pipeline.stopping.is_set():
            handled = await self._poll_once(consumer, prefetcher)
            self._failures = 0
            self.waiting_for = await liveness.lost_because(consumer, handled=handled)
            if liveness.silent_seconds > CONTACT_SECONDS_MAX:
                raise KafkaConnectionError("nothing was fetched for too long")
        await self._commit(consumer)

    async def _poll_once(self, consumer: AIOKafkaConsumer, prefetcher: Prefetcher) -> bool:
        """1 gather and poll; 2 handle until committed; 3 commit offsets at intervals. No rebalance can come between 2 and 3.

        Records that 2 leaves unprocessed stay uncommitted, and the consumer seeks back to them. Returns whether there were
        records.
        """
        await self.pauses.apply(consumer)
        await prefetcher.gather(self.gather_seconds, self.pipeline.stopping)  # 1
        await prefetcher.poll(POLL_MS if prefetcher.is_empty else 0)
        self._polled_at = self.pipeline.dependencies.clock.monotonic()
        async with self._batch_lock:
            batch = prefetcher.take(consumer.assignment())
            if not batch.records:
                await self._commit_if_due(consumer)
                return False
            unprocessed = await self._handle(batch, prefetcher)  # 2
            prefetcher.discard(unprocessed)
            self.pauses.seek_back(consumer, unprocessed)
            self._polled_at = self.pipeline.dependencies.clock.monotonic()
            offsets = {
                TopicPartition(*key): offset for key, offset in (batch.offsets() | unprocessed).items()
            }
            self._uncommitted |= offsets
            await self._commit_if_due(consumer)  # 3
            self._measure_lag(consumer, offsets)
        return True

    async def _handle(self, batch: Batch, prefetcher: Prefetcher) -> dict[Partition, int]:
        """Handle a batch and prefetch the next meanwhile; return the first unprocessed offset per partition."""
        prefetching = asyncio.create_task(self._prefetch(prefetcher))
        try:
            unprocessed = await self.pipeline.handle(batch.decoded)
        finally:
            await prefetching
        return unprocessed.offsets()

    async def _prefetch(self, prefetcher: Prefetcher) -> None:
        """Prefetch, but not in a rebalance: poll() would wait for its end, and its end waits for the current batch (deadlock)."""
        if self.assigned:
            await prefetcher.poll()

    async def _commit_if_due(self, consumer: AIOKafkaConsumer) -> None:
        if self.pipeline.dependencies.clock.monotonic() - self._committed_at >= OFFSETS_SECONDS:
            await self._commit(consumer)

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commit offsets. A refusal means the partitions have moved; the inbox drops what is delivered again.

        aiokafka retries for as long as the broker is unavailable; after a time-out the next batch's offsets cover these.
        """
        offsets, self._uncommitted = self._uncommitted, {}
        if not offsets:
            return
        try:
            await asyncio.wait_for(consumer.commit(offsets), COMMIT_SECONDS_MAX)
        except (CommitFailedError, IllegalStateError, TimeoutError) as error:
            self.pipeline.dependencies.log.warning("commit-refused", group=self.group, exc=error)
        self._committed_at = self.pipeline.dependencies.clock.monotonic()

    def _measure_lag(self, consumer: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
        for partition, next_offset in offsets.items():
            end = consumer.highwater(partition)
            if end is not None:
                gauge = self.pipeline.dependencies.metrics.lag.labels(
                    partition.topic, str(partition.partition)
                )
                gauge.set(max(0, end - next_offset))

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Wait for the current batch and commit its offsets, so that the next owner starts after it.

        Prefetched records of these partitions are discarded.
        """
        self.assigned = False
        if not revoked:
            return
        self.pipeline.dependencies.log.info("partitions-revoked", group=self.group, partitions=len(revoked))
        try:
            async with asyncio.timeout(REVOKE_SECONDS_MAX), self._batch_lock:
                if self._consumer is not None:
                    await self._commit(self._consumer)
                for partition in revoked:
                    self.pipeline.dependencies.metrics.lag.remove(partition.topic, str(partition.partition))
        except TimeoutError:
            return  # the next owner's inbox drops whatever this batch still commits
        finally:
            if self._prefetcher is not None:
                self._prefetcher.discard(revoked)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Record the assignment; a member without partitions is a spare, not a failure."""
        self.assigned = True
        self.pipeline.dependencies.log.info("partitions-assigned", group=self.group, partitions=len(assigned))

    async def _leave(self, subscriber: BatchSubscriber) -> None:
        """Leave the group without hanging: aiokafka may wait for a missing broker, or cancel itself."""
        try:
            await asyncio.wait_for(subscriber.stop(), LEAVE_SECONDS_MAX)
        except (TimeoutError, KafkaError, OSError):
            return
        except asyncio.CancelledError:
            if asked_to_end():
                raise
