"""Sends announced events from the outbox to Kafka, in order per key, at least once.

A relay owns the shards whose session advisory locks it holds, so one key has one sender at a time. Rows are selected and
deleted on the connection that holds the locks: when it breaks, the locks are released and sending has stopped before
another relay can start. There is no "id > last seen" cursor: ids are assigned before the commit, so such a reader would
skip rows (docs/delivery.md).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

from alongside_chassis.announce.in_flight import SEND_SECONDS_MAX, TOPIC_MISSING, InFlight, SendResult
from alongside_chassis.announce.outbox import OUTBOX_CHANNEL
from alongside_chassis.announce.producer_batches import (
    Partition,
    PartitionCountOf,
    ProducerBatch,
    Row,
    build_batches,
    partition_of,
)
from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.database import UNANSWERED
from alongside_chassis.kafka import broken_connections
from alongside_chassis.kafka.access import Kafka
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_chassis.observe.logs import Log
from alongside_chassis.observe.metrics import Metrics
from alongside_contracts.streams import stream_of

ROWS_MAX: Final = 500
SCAN_ROWS_MAX: Final = 5_000
"""Rows scanned in one round for rows that can be sent, while some partitions are blocked."""
POLL_SECONDS: Final = 1.0
ANSWER_SECONDS_MAX: Final = 3.0
"""Silence after which `ready` reports that the relay waits; an answer may take much longer."""
QUERY_SECONDS_MAX: Final = 30.0
CLOSE_SECONDS_MAX: Final = 1.0
SUSPEND_SECONDS: Final = 2.0
"""Pause before the next try of a missing topic, or of a partition that refused one batch."""
SUSPEND_SECONDS_MAX: Final = 10.0
BACKOFF_SECONDS_MAX: Final = 5.0
SESSION: Final = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "synchronous_commit": "off",
}
"""Options of the PostgreSQL session. The oldest rows are found by walking the index on the id: the planner believes the outbox
to be nearly empty, and each query would otherwise read every row deleted since the last vacuum. Commits do not wait for the
disk: when a crash of the server undoes a deletion, the row is only sent again."""
LOCK_SPACE: Final = 0x616C6F6E  # "alon": our part of the key space of PostgreSQL's advisory locks

_OLDEST: Final = """
    select id, topic, key, headers, payload from outbox
    where shard = any($1::smallint[]) and topic <> all($3::text[]) order by id limit $2
"""
_OLDEST_KEYS: Final = """
    select id, topic, key from outbox
    where shard = any($1::smallint[]) and topic <> all($3::text[]) order by id limit $2
"""
_BY_ID: Final = """
    select id, topic, key, headers, payload from outbox where id = any($1::bigint[]) order by id
"""
_DELETE: Final = "delete from outbox where id = any($1::bigint[])"
_MOVE_TO_DEAD_LETTERS: Final = """
    with gone as (delete from outbox where id = $1 returning topic, key, headers, payload)
    insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, reason, "where", remedy)
    select gen_random_uuid(), clock_timestamp(), topic, -1, $1, 0, key, payload, headers, 'unsendable', 'outbox', $2
    from gone
"""


class Relay:
    """Moves one database's outbox to Kafka until `stop` is called."""

    def __init__(
        self, dsn: str, kafka: Kafka, *, service: str, shards: int, metrics: Metrics, log: Log
    ) -> None:
        self.dsn, self.kafka, self.service, self.shards = dsn, kafka, service, shards
        self.metrics, self.log = metrics, log
        self.waiting_for: str | None = "start"
        """Why nothing is being sent; None while the relay works."""
        self._suspended: dict[str, float] = {}
        """Topics that do not accept our records, with the loop time of the next try."""
        self._backoffs: dict[Partition, _Backoff] = {}
        """Partitions that refused a batch for a reason other than its content."""
        self._in_flight: InFlight | None = None
        self._failures = 0
        self._wake, self._stop = asyncio.Event(), asyncio.Event()

    @property
    def unready_because(self) -> str | None:
        """Why announcements are not sent; None when they are. A missing topic of a partner is not a reason: it affects only
        that partner.
        """
        if self.waiting_for:
            return f"waits for {self.waiting_for}"
        if unanswered := self._unanswered():
            return f"waits for Kafka, which has not acknowledged {unanswered}"
        if refusing := sorted(
            partition for partition in self._refusing_partitions() if not _is_partner_topic(partition[0])
        ):
            partition, because = refusing[0], self._backoffs[refusing[0]].because
            return f"waits for Kafka, which refuses records of {_format(partition)}: {because}"
        if shared := sorted(topic for topic in self._suspended if not _is_partner_topic(topic)):
            return f"may not write {', '.join(shared)}: create it, or grant {self.kafka.user or 'us'} to write it"
        return None

    def _unanswered(self) -> str | None:
        """The partition, or "anything", that has not been acknowledged for too long, and for how long."""
        if self._in_flight is None or self._in_flight.slowest is None:
            return None
        if (seconds := self._in_flight.silent_seconds) > ANSWER_SECONDS_MAX:
            return f"anything for {seconds:.0f} s"
        partition, seconds = self._in_flight.slowest
        return f"{_format(partition)} for {seconds:.0f} s" if seconds > ANSWER_SECONDS_MAX else None

    def _refusing_partitions(self) -> list[Partition]:
        """Partitions that refused a batch recently.

        A refusal expires: without new rows, the relay would never learn that the partition accepts records again.
        """
        return [
            partition
            for partition, backoff in self._backoffs.items()
            if backoff.until + SUSPEND_SECONDS_MAX > _now()
        ]

    async def run(self) -> None:
        """Send until stopped, however often the database or the broker is unavailable.

        After any failure the rows are still in the outbox: a new session starts, and `waiting_for` gives the reason until then.
        """
        while not self._stop.is_set():
            try:
                await self._session()
            except asyncio.CancelledError as error:
                if asked_to_end():
                    raise
                await self._restart(error)
            except Exception as error:  # noqa: BLE001  # a relay that ends in silence would lose every announcement
                await self._restart(error)

    async def _restart(self, error: BaseException) -> None:
        self._failures += 1
        self.waiting_for = await diagnose_connection(error, self.kafka)
        self.metrics.waits.labels("relay").inc()
        self.log.warning("relay-waits", failures=self._failures, because=self.waiting_for, exc=error)
        await _until(self._stop, min(BACKOFF_SECONDS_MAX, 0.1 * 2 ** min(self._failures, 8)))

    def stop(self) -> None:
        """Send the rows committed so far, then end `run`."""
        self._stop.set()
        self._wake.set()

    async def _session(self) -> None:
        """Run one session: connect to both sides, take shards, send, and release the shards by disconnecting."""
        conn = await asyncpg.connect(
            self.dsn,
            timeout=10,
            command_timeout=QUERY_SECONDS_MAX,
            server_settings={"application_name": f"{self.service}-relay"} | SESSION,
        )
        try:
            await conn.add_listener(OUTBOX_CHANNEL, lambda *_: self._wake.set())
            await self._run_producer(conn)
        finally:
            await _disconnect(conn)  # in every case: an open connection would hold its shards for good

    async def _run_producer(self, conn: asyncpg.Connection) -> None:
        producer = self._make_producer()
        try:
            await asyncio.wait_for(producer.start(), SEND_SECONDS_MAX)
            self.waiting_for = None
            await self._send_until_stopped(conn, producer)
        finally:
            await _close(producer)

    def _make_producer(self) -> AIOKafkaProducer:
        broken_connections.install()
        return AIOKafkaProducer(
            **self.kafka.options(),
            client_id=f"{self.service}-relay",
            enable_idempotence=True,
            acks="all",
            max_batch_size=256 * 1024,
            max_request_size=2 * 1024 * 1024,
            request_timeout_ms=10_000,
        )

    async def _send_until_stopped(self, conn: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        owned: list[int] = []
        in_flight = self._in_flight = InFlight(producer)
        try:
            while True:
                self._wake.clear()
                if len(owned) < self.shards:
                    owned += await self._take_shards(conn, owned)
                started = in_flight.send(await self._next_batches(conn, producer, owned)) if owned else []
                if self._stop.is_set() and not in_flight.busy:
                    return
                results = await in_flight.results(started, wake=self._wake, seconds_max=POLL_SECONDS)
                await self._record_results(conn, results)
                in_flight.give_up_on_silence()
                self._failures = 0
        finally:
            self._in_flight = None
            await in_flight.cancel()

    async def _take_shards(self, conn: asyncpg.Connection, owned: Sequence[int]) -> list[int]:
        free = [shard for shard in range(self.shards) if shard not in owned]
        return [s for s in free if await conn.fetchval("select pg_try_advisory_lock($1, $2)", LOCK_SPACE, s)]

    async def _next_batches(
        self, conn: asyncpg.Connection, producer: AIOKafkaProducer, owned: Sequence[int]
    ) -> list[ProducerBatch]:
        """Return the oldest rows of the partitions that are not blocked, one batch per partition.

        While some partitions are blocked, more rows are scanned, without payloads, so that the rows of blocked partitions
        do not hide others. One query chooses all rows: a second, later query could see a row and miss the one before it.
        """
        blocked = self._blocked_partitions()
        partition_count_of = _partition_count_of(producer)
        query, rows_max = (_OLDEST_KEYS, SCAN_ROWS_MAX) if blocked else (_OLDEST, ROWS_MAX)
        scanned = await conn.fetch(query, owned, rows_max, self._suspended_topics())
        rows = await self._without_missing_topics(producer, scanned)
        if blocked:
            free = [row["id"] for row in rows if partition_of(row, partition_count_of) not in blocked]
            rows = await conn.fetch(_BY_ID, free[:ROWS_MAX])
        return build_batches(rows, partition_count_of=partition_count_of, new_batch=producer.create_batch)

    async def _without_missing_topics(self, producer: AIOKafkaProducer, rows: Sequence[Row]) -> list[Row]:
        """Return the rows whose topic exists. The others wait, in order, and delay no other topic."""
        missing = {topic for topic in {row["topic"] for row in rows} if not await _exists(producer, topic)}
        for topic in missing:
            self._suspend(topic)
        return [row for row in rows if row["topic"] not in missing]

    def _suspend(self, topic: str) -> None:
        self._suspended[topic] = _now() + SUSPEND_SECONDS
        self._wake.set()  # the rows behind this topic's are scanned now
        self.metrics.waits.labels("topic").inc()
        self.log.warning("relay-waits", topic=topic)

    def _suspended_topics(self) -> list[str]:
        now = _now()
        self._suspended = {topic: until for topic, until in self._suspended.items() if until > now}
        return list(self._suspended)

    def _blocked_partitions(self) -> set[Partition]:
        """Partitions that may get no batch now: one of theirs is in flight, or was refused a moment ago."""
        now = _now()
        busy = self._in_flight.busy if self._in_flight else ()
        return {
            *busy,
            *(partition for partition, backoff in self._backoffs.items() if backoff.until > now),
        }

    async def _record_results(self, conn: asyncpg.Connection, results: Sequence[SendResult]) -> None:
        """Delete acknowledged rows, dead-letter rows no broker accepts, suspend topics that are missing.

        After a crash before the deletion the rows are sent again; consumers drop duplicates by (`source`, `id`). Raises the
        first other failure: only a new producer can continue on a partition that refused a batch, after a pause.
        """
        sent = [row_id for result in results for row_id in result.sent]
        if sent:
            await conn.execute(_DELETE, sent)
            self.metrics.outbox_sent.inc(len(sent))
        for result in results:
            for row_id, error in result.unsendable:
                await self._move_to_dead_letters(conn, row_id, error)
        if failures := [error for result in results if (error := self._failure_of(result))]:
            raise failures[0]

    def _failure_of(self, result: SendResult) -> BaseException | None:
        """Return the error that must end the session; None when the batch was sent or its topic is missing."""
        match result.error:
            case None:
                self._backoffs.pop(result.topic_partition, None)
            case error if isinstance(error, TOPIC_MISSING):
                self._suspend(result.topic_partition[0])
            case error:
                self._backoffs[result.topic_partition] = _Backoff.again(
                    self._backoffs.get(result.topic_partition), type(error).__name__
                )
                return error
        return None

    async def _move_to_dead_letters(
        self, conn: asyncpg.Connection, row_id: int, error: BaseException
    ) -> None:
        """Move a row the broker will never accept to the dead letters, so that it does not block its shard for ever."""
        await conn.execute(_MOVE_TO_DEAD_LETTERS, row_id, f"the broker refused it: {type(error).__name__}")
        self.metrics.dead_letters.labels("outbox", "unsendable").inc()
        self.log.error("relay-unsendable", row=row_id, exc=error)


@dataclass(frozen=True, slots=True)
class _Backoff:
    """How long one partition gets no batch: `until` is loop time, `seconds` doubles with each refusal in a row."""

    until: float
    seconds: float
    because: str

    @classmethod
    def again(cls, before: "_Backoff | None", because: str) -> "_Backoff":
        """Return the backoff after one more refusal."""
        seconds = min(SUSPEND_SECONDS_MAX, 2 * before.seconds) if before else SUSPEND_SECONDS
        return cls(_now() + seconds, seconds, because)


def _format(partition: Partition) -> str:
    return f"{partition[0]}/{partition[1]}"


def _now() -> float:
    return asyncio.get_running_loop().time()


def _is_partner_topic(topic: str) -> bool:
    stream = stream_of(topic)
    return stream is not None and stream.per_partner


def _partition_count_of(producer: AIOKafkaProducer) -> PartitionCountOf:
    cluster = producer.client.cluster
    return lambda topic: len(cluster.partitions_for_topic(topic))


async def _exists(producer: AIOKafkaProducer, topic: str) -> bool:
    """Return whether the cluster has the topic; ask it at most once: `send` would wait ten seconds for each row of it.

    Raises KafkaConnectionError when no broker answers.
    """
    client = producer.client
    if client.cluster.partitions_for_topic(topic):
        return True
    client.add_topic(topic)
    if not await asyncio.wait_for(client.force_metadata_update(), SEND_SECONDS_MAX):
        raise KafkaConnectionError("no broker answers")
    return bool(client.cluster.partitions_for_topic(topic))


async def _until(event: asyncio.Event, seconds_max: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds_max)
    except TimeoutError:
        return


async def _close(producer: AIOKafkaProducer) -> None:
    """Close without hanging, and without leaving a sender that resumes when the broker is back.

    While the broker is unavailable `stop()` waits for ever; when cancelled, it leaves its tasks running. Raises CancelledError,
    though nobody cancelled, when a connection that has not ended is closed a second time.
    """
    try:
        await asyncio.wait_for(producer.stop(), CLOSE_SECONDS_MAX)
    except (TimeoutError, KafkaError, OSError):
        for part in (producer._sender, producer.client):  # noqa: SLF001  # nothing public ends the sender
            with suppress(TimeoutError, KafkaError, OSError):
                await asyncio.wait_for(part.close(), CLOSE_SECONDS_MAX)


async def _disconnect(conn: asyncpg.Connection) -> None:
    """Close the connection, which releases its shards to other relays; do not hang on a server that does not answer."""
    try:
        await conn.close(timeout=CLOSE_SECONDS_MAX)
    except UNANSWERED:
        return
    finally:
        conn.terminate()  # does nothing to a closed connection
