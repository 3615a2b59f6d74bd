"""One consumer of one group over all its streams: poll, handle, commit offsets, and step aside in a rebalance.

aiokafka itself rather than a framework around it: every default of the framework we measured loses or repeats
messages, and what remains of it is this loop (docs/decisions/0003).
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError, KafkaError

from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.consume.pauses import Pauses
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.consume.prefetcher import Ahead, Batch, Place
from alongside_chassis.errors import Stopped, Stopping
from alongside_chassis.kafka import broken_connections, tolerant_records
from alongside_chassis.kafka.broker_liveness import Contact
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_chassis.settings import Settings
from alongside_contracts.streams import Stream

POLL_MS: Final = 200
START_SECONDS_MAX: Final = 60.0
REVOKE_SECONDS_MAX: Final = 30.0
COMMIT_SECONDS_MAX: Final = 15.0
OFFSETS_SECONDS: Final = 0.2
"""How often offsets are committed. To Kafka one commit is more work than a batch of records; what a crash leaves
uncommitted is delivered again and meets its ids in the inbox."""
LEAVE_SECONDS_MAX: Final = 2.0
BACKOFF_SECONDS_MAX: Final = 5.0
CONTACT_SECONDS_MAX: Final = 30.0
"""How long a consumer may fetch nothing, not even an empty answer: what has died inside it only a new one brings back."""
SILENT_SECONDS_MAX: Final = 120.0
"""More than a start, a rebalance or a batch of slow statements may take: to be restarted amid those helps nobody."""


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Runs a pipeline over a group's share of the partitions."""

    def __init__(self, pipeline: Pipeline, streams: Sequence[Stream], settings: Settings) -> None:
        self.pipeline, self.settings = pipeline, settings
        self.kafka = settings.kafka_at(settings.kafka)
        self.group = pipeline.group
        self.pattern = "|".join(stream.pattern.replace("?P<partner>", "?:") for stream in streams)
        self.shared = frozenset(stream.topic() for stream in streams if not stream.per_partner)
        self.pauses = Pauses(pipeline.dependencies, streams, settings.pauses_poll_seconds)
        self.stopped_because: str | None = None
        """Why the listener stopped for good; a person must look."""
        self.waiting_for: str | None = None
        """What kept the latest consumer from working; None once it works."""
        self.assigned = False
        self._in_hand = asyncio.Lock()
        self._failures = 0
        self._last_pass: float | None = None
        """None until it runs: who prepares still does not hear yet."""
        self._consumer: AIOKafkaConsumer | None = None
        self._ahead: Ahead | None = None
        self._handled: dict[TopicPartition, int] = {}
        """Where partitions go on whose offsets are not committed yet."""
        self._committed_at = float("-inf")

    @property
    def alive(self) -> bool:
        """Whether the consume loop makes progress, has not begun, or knows what it waits for."""
        if self._last_pass is None:
            return True
        silent = self.pipeline.dependencies.clock.monotonic() - self._last_pass
        return (
            silent < SILENT_SECONDS_MAX
            or self.pipeline.waiting_for is not None
            or self.stopped_because is not None
        )

    @property
    def unready_because(self) -> str | None:
        """Why nothing is being consumed; None when all is well."""
        if self.stopped_because:
            return self.stopped_because
        if self.pipeline.waiting_for:
            return f"waits for {self.pipeline.waiting_for}"
        if self.waiting_for:
            return f"waits for {self.waiting_for}"
        return self._unheard() if self.assigned else "has no partitions yet"

    def _unheard(self) -> str | None:
        """The shared streams Kafka does not show us: it hides what is not there, and what we may not read."""
        seen = self._consumer.subscription() if self._consumer else frozenset()
        if hidden := sorted(self.shared - seen):
            return (
                f"does not see {', '.join(hidden)}: create it, or grant {self.kafka.user or 'us'} to read it"
            )
        return None

    async def run(self) -> None:
        """Consume until stopped; begin anew whenever the consumer fails, never loop tightly."""
        self._last_pass = self.pipeline.dependencies.clock.monotonic()
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
                await self._begin_anew(error)
            except Exception as error:  # noqa: BLE001  # the batch is redelivered: nothing is lost
                await self._begin_anew(error)

    async def _begin_anew(self, error: BaseException) -> None:
        self._failures += 1
        self._last_pass = self.pipeline.dependencies.clock.monotonic()
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
        """Finish the batch in hand, commit it, leave the group."""
        self.pipeline.stopping.set()

    async def _consume(self) -> None:
        consumer = self._make_consumer()
        consumer.subscribe(pattern=self.pattern, listener=self)
        self._consumer, self._handled = consumer, {}
        ahead = self._ahead = Ahead(consumer, self.pipeline.read, self.settings.batch_records_max)
        try:
            await asyncio.wait_for(consumer.start(), START_SECONDS_MAX)
            contact = Contact(self.kafka, self.pipeline.dependencies.clock)
            while not self.pipeline.stopping.is_set():
                heard = await self._one_pass(consumer, ahead)
                self._failures = 0
                self.waiting_for = await contact.lost_because(consumer, heard=heard)
                if contact.silent_seconds > CONTACT_SECONDS_MAX:
                    raise KafkaConnectionError("nothing was fetched for too long")
            await self._commit(consumer)
        finally:
            self.assigned = False
            self._consumer = self._ahead = None
            await self._leave(consumer)

    async def _one_pass(self, consumer: AIOKafkaConsumer, ahead: Ahead) -> bool:
        """1 poll; 2 handle to the commit; 3 commit offsets now and then. 2 and 3 cannot be parted by a rebalance.

        What 2 has left, of partners that are paused, is stood before and not committed. Tells whether there were records.
        """
        await self.pauses.keep(consumer)
        await ahead.poll(POLL_MS if ahead.is_empty else 0)  # 1
        self._last_pass = self.pipeline.dependencies.clock.monotonic()
        async with self._in_hand:
            batch = ahead.take(consumer.assignment())
            if not batch.records:
                await self._commit_if_due(consumer)
                return False
            left = await self._handle(batch, ahead)  # 2
            ahead.forget(left)
            self.pauses.step_back(consumer, left)
            self._last_pass = self.pipeline.dependencies.clock.monotonic()
            offsets = {TopicPartition(*place): offset for place, offset in (batch.offsets() | left).items()}
            self._handled |= offsets
            await self._commit_if_due(consumer)  # 3
            self._measure_lag(consumer, offsets)
        return True

    async def _handle(self, batch: Batch, ahead: Ahead) -> dict[Place, int]:
        """Handle a batch, and read the next meanwhile; where partitions go on that left something."""
        looking = asyncio.create_task(self._look(ahead))
        try:
            left = await self.pipeline.handle(batch.readings)
        finally:
            await looking
        return left.offsets()

    async def _look(self, ahead: Ahead) -> None:
        """In a rebalance a poll would wait for its end, which waits for the batch in hand."""
        if self.assigned:
            await ahead.poll()

    async def _commit_if_due(self, consumer: AIOKafkaConsumer) -> None:
        if self.pipeline.dependencies.clock.monotonic() - self._committed_at >= OFFSETS_SECONDS:
            await self._commit(consumer)

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commit; a refusal means the partitions moved on, and the inbox will drop what is delivered again.

        aiokafka tries for as long as the broker is away; we go on, and the next batch's offsets cover these.
        """
        offsets, self._handled = self._handled, {}
        if not offsets:
            return
        try:
            await asyncio.wait_for(consumer.commit(offsets), COMMIT_SECONDS_MAX)
        except (CommitFailedError, IllegalStateError, TimeoutError) as error:
            self.pipeline.dependencies.log.warning("commit-refused", group=self.group, exc=error)
        self._committed_at = self.pipeline.dependencies.clock.monotonic()

    def _measure_lag(self, consumer: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
        for place, following in offsets.items():
            end = consumer.highwater(place)
            if end is not None:
                gauge = self.pipeline.dependencies.metrics.lag.labels(place.topic, str(place.partition))
                gauge.set(max(0, end - following))

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Wait for the batch in hand and its offsets, so that the next owner starts behind it; forget what is ahead."""
        self.assigned = False
        if not revoked:
            return
        self.pipeline.dependencies.log.info("partitions-revoked", group=self.group, partitions=len(revoked))
        try:
            async with asyncio.timeout(REVOKE_SECONDS_MAX), self._in_hand:
                if self._consumer is not None:
                    await self._commit(self._consumer)
                for place in revoked:
                    self.pipeline.dependencies.metrics.lag.remove(place.topic, str(place.partition))
        except TimeoutError:
            return  # the next owner's inbox drops whatever this batch still commits
        finally:
            if self._ahead is not None:
                self._ahead.forget(revoked)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Take note; a member without partitions is a spare, not a failure."""
        self.assigned = True
        self.pipeline.dependencies.log.info("partitions-assigned", group=self.group, partitions=len(assigned))

    def _make_consumer(self) -> AIOKafkaConsumer:
        settings = self.settings
        tolerant_records.install()
        broken_connections.install()
        return AIOKafkaConsumer(
            **self.kafka.options(),
            client_id=self.group,
            group_id=self.group,
            group_instance_id=f"{self.group}-{settings.kafka_instance_id}"
            if settings.kafka_instance_id
            else None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_interval_ms=300_000,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_session_timeout_ms // 4,
            metadata_max_age_ms=settings.kafka_metadata_max_age_ms,
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )

    async def _leave(self, consumer: AIOKafkaConsumer) -> None:
        """Leave the group without hanging: aiokafka may wait for a broker that is gone, or cancel itself."""
        try:
            await asyncio.wait_for(consumer.stop(), LEAVE_SECONDS_MAX)
        except (TimeoutError, KafkaError, OSError):
            return
        except asyncio.CancelledError:
            if asked_to_end():
                raise
