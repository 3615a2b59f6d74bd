"""Sends what transactions announced, in order per key, at least once.

Each shard of the outbox belongs to whoever holds its session advisory lock, so one key has one sender at a time. Rows
are selected and deleted on the connection that holds the locks: when it breaks, the locks are gone and sending stops
before anybody else can begin. Never an "id > last seen" cursor: ids are drawn before the commit, and such a reader
skips rows (docs/delivery.md).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.database import UNANSWERED
from alongside_chassis.kafka import Kafka
from alongside_chassis.logs import Log
from alongside_chassis.metrics import Metrics
from alongside_chassis.outbox import OUTBOX_CHANNEL
from alongside_chassis.parcels import Parcel, Row, apart, pack
from alongside_chassis.turned_away import why
from alongside_contracts.streams import stream_of

ROWS_MAX: Final = 500
POLL_SECONDS: Final = 1.0
SEND_SECONDS_MAX: Final = 30.0
ANSWER_SECONDS_MAX: Final = 3.0
"""After how long without an answer the service says that it waits; the answer itself may take SEND_SECONDS_MAX."""
QUERY_SECONDS_MAX: Final = 30.0
CLOSE_SECONDS_MAX: Final = 1.0
HOLD_SECONDS: Final = 2.0
BACKOFF_SECONDS_MAX: Final = 5.0
LOCK_SPACE: Final = 0x616C6F6E  # "alon": our corner of PostgreSQL's advisory locks

_OLDEST: Final = """
    select id, topic, key, headers, payload from outbox
    where shard = any($1::smallint[]) and topic <> all($3::text[]) order by id limit $2
"""
_DELETE: Final = "delete from outbox where id = any($1::bigint[])"
_UNSENDABLE: Final = (MessageSizeTooLargeError, InvalidTopicError)
_ABSENT: Final = (UnknownTopicOrPartitionError, TopicAuthorizationFailedError)
_SET_ASIDE: Final = """
    with gone as (delete from outbox where id = $1 returning topic, key, headers, payload)
    insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, reason, "where", remedy)
    select gen_random_uuid(), clock_timestamp(), topic, -1, $1, 0, key, payload, headers, 'unsendable', 'outbox', $2
    from gone
"""


class Relay:
    """Moves one database's outbox to Kafka until told to stop."""

    def __init__(
        self, dsn: str, kafka: Kafka, *, service: str, shards: int, metrics: Metrics, log: Log
    ) -> None:
        self.dsn, self.kafka, self.service, self.shards = dsn, kafka, service, shards
        self.metrics, self.log = metrics, log
        self.waiting_for: str | None = "start"
        """Why nothing is being sent; None when all is well."""
        self._held: dict[str, float] = {}
        """Topics that do not take our records, and when to try them again (loop time)."""
        self._unanswered: float | None = None
        """Since when the broker owes us an answer (loop time). aiokafka itself would go on asking for ever."""
        self._failures = 0
        self._wake, self._stop = asyncio.Event(), asyncio.Event()

    @property
    def unready_because(self) -> str | None:
        """Why announcements are not sent. A partner's own topic that is not there yet concerns that partner alone."""
        if self.waiting_for:
            return f"waits for {self.waiting_for}"
        if self._unanswered and (for_seconds := _now() - self._unanswered) > ANSWER_SECONDS_MAX:
            return f"waits for Kafka, which has not acknowledged anything for {for_seconds:.0f} s"
        if shared := sorted(topic for topic in self._held if not _of_a_partner(topic)):
            return f"may not write {', '.join(shared)}: create it, or grant {self.kafka.user or 'us'} to write it"
        return None

    async def run(self) -> None:
        """Send until stopped, however often the database or the broker goes away.

        Whatever went wrong, the rows are still there: a new session begins, and until then `waiting_for` says why.
        """
        while not self._stop.is_set():
            try:
                await self._session()
            except asyncio.CancelledError as error:
                if asked_to_end():
                    raise
                await self._begin_anew(error)
            except Exception as error:  # noqa: BLE001  # a relay that ends in silence would lose every announcement
                await self._begin_anew(error)

    async def _begin_anew(self, error: BaseException) -> None:
        self._failures += 1
        self.waiting_for = await why(error, self.kafka)
        self.metrics.waits.labels("relay").inc()
        self.log.warning("relay-waits", failures=self._failures, because=self.waiting_for, exc=error)
        await _until(self._stop, min(BACKOFF_SECONDS_MAX, 0.1 * 2 ** min(self._failures, 8)))

    def stop(self) -> None:
        """Send what is committed by now, then end."""
        self._stop.set()
        self._wake.set()

    async def _session(self) -> None:
        """One connection to each side, from taking the shards to letting them go."""
        conn = await asyncpg.connect(
            self.dsn,
            timeout=10,
            command_timeout=QUERY_SECONDS_MAX,
            server_settings={"application_name": f"{self.service}-relay"},
        )
        try:
            await conn.add_listener(OUTBOX_CHANNEL, lambda *_: self._wake.set())
            await self._send_over(conn)
        finally:
            await _let_go(conn)  # whatever else went wrong: left behind, it would hold the shards for good

    async def _send_over(self, conn: asyncpg.Connection) -> None:
        producer = self._make_producer()
        try:
            await asyncio.wait_for(producer.start(), SEND_SECONDS_MAX)
            self.waiting_for = None
            await self._send_until_stopped(conn, producer)
        finally:
            await _close(producer)

    def _make_producer(self) -> AIOKafkaProducer:
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
        while True:
            self._wake.clear()
            if len(owned) < self.shards:
                owned += await self._take_shards(conn, owned)
            rows = await conn.fetch(_OLDEST, owned, ROWS_MAX, self._holding()) if owned else []
            sendable = await self._without_absent(producer, rows)
            if sendable:
                await self._send(conn, producer, sendable)
            elif rows:
                continue  # their topics are held by now: look at the others
            elif self._stop.is_set():
                return
            else:
                await _until(self._wake, POLL_SECONDS)
            self._failures = 0

    async def _take_shards(self, conn: asyncpg.Connection, owned: Sequence[int]) -> list[int]:
        free = [shard for shard in range(self.shards) if shard not in owned]
        return [s for s in free if await conn.fetchval("select pg_try_advisory_lock($1, $2)", LOCK_SPACE, s)]

    async def _without_absent(self, producer: AIOKafkaProducer, rows: Sequence[Row]) -> list[Row]:
        """The rows whose topic is there. The others wait, in their order, and hold up no other topic."""
        absent = {topic for topic in {row["topic"] for row in rows} if not await _exists(producer, topic)}
        for topic in absent:
            self._hold(topic)
        return [row for row in rows if row["topic"] not in absent]

    def _hold(self, topic: str) -> None:
        self._held[topic] = _now() + HOLD_SECONDS
        self.metrics.waits.labels("topic").inc()
        self.log.warning("relay-waits", topic=topic)

    def _holding(self) -> list[str]:
        now = _now()
        self._held = {topic: until for topic, until in self._held.items() if until > now}
        return list(self._held)

    async def _send(self, conn: asyncpg.Connection, producer: AIOKafkaProducer, rows: Sequence[Row]) -> None:
        """1 hand over in id order, one batch per partition; 2 wait for every answer; 3 delete what was acknowledged.

        A crash between 2 and 3 sends again; consumers drop the copies by (`source`, `id`).
        """
        cluster = producer.client.cluster
        parcels = pack(
            rows,
            partitions_of=lambda topic: len(cluster.partitions_for_topic(topic)),
            new_batch=producer.create_batch,
        )
        results = await self._deliver(producer, parcels)  # 1, 2
        sent = [row["id"] for parcel in _acknowledged(parcels, results) for row in parcel.rows]
        await conn.execute(_DELETE, sent)  # 3
        self.metrics.outbox_sent.inc(len(sent))
        await self._judge(conn, producer, parcels, results)

    async def _deliver(self, producer: AIOKafkaProducer, parcels: Sequence[Parcel]) -> list[Any]:
        """What the broker says to each batch, or what went wrong with it: TimeoutError where it says nothing.

        Each is waited for by itself: what one partition has acknowledged is not sent again because another is silent.
        """
        self._unanswered = _now()
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                handed = [await _hand_over(producer, parcel) for parcel in parcels]
            answers = [asyncio.wait_for(each, SEND_SECONDS_MAX) for each in handed]
            return await asyncio.gather(*answers, return_exceptions=True)
        finally:
            self._unanswered = None

    async def _judge(
        self,
        conn: asyncpg.Connection,
        producer: AIOKafkaProducer,
        parcels: Sequence[Parcel],
        results: Sequence[Any],
    ) -> None:
        """Set aside what no broker takes, hold what has no topic now; raises any other failure.

        A batch refused for what is in it is sent again record by record, to find the one that is to blame. Nothing
        that follows it on its partition is under way meanwhile, so order holds.
        """
        for parcel, result in zip(parcels, results, strict=True):
            if isinstance(result, _UNSENDABLE) and len(parcel.rows) == 1:
                await self._set_aside(conn, parcel.rows[0]["id"], result)
            elif isinstance(result, _UNSENDABLE):
                for single in apart(parcel, new_batch=producer.create_batch):
                    await self._send_alone(conn, producer, single)
            elif isinstance(result, _ABSENT):
                self._hold(parcel.topic)
            elif isinstance(result, BaseException):
                raise result

    async def _send_alone(self, conn: asyncpg.Connection, producer: AIOKafkaProducer, single: Parcel) -> None:
        """One record in a batch of its own. Raises what is neither its success nor its fault."""
        (result,) = await self._deliver(producer, [single])
        if isinstance(result, _UNSENDABLE):
            await self._set_aside(conn, single.rows[0]["id"], result)
        elif isinstance(result, BaseException):
            raise result
        else:
            await conn.execute(_DELETE, [single.rows[0]["id"]])
            self.metrics.outbox_sent.inc()

    async def _set_aside(self, conn: asyncpg.Connection, row_id: int, error: BaseException) -> None:
        """The broker will never take this row: keep it as a dead letter rather than hold up its shard for ever."""
        await conn.execute(_SET_ASIDE, row_id, f"the broker refused it: {type(error).__name__}")
        self.metrics.dead_letters.labels("outbox", "unsendable").inc()
        self.log.error("relay-unsendable", row=row_id, exc=error)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _of_a_partner(topic: str) -> bool:
    stream = stream_of(topic)
    return stream is not None and stream.per_partner


def _acknowledged(parcels: Sequence[Parcel], results: Sequence[Any]) -> list[Parcel]:
    """The batches the broker has acknowledged."""
    return [
        parcel
        for parcel, result in zip(parcels, results, strict=True)
        if not isinstance(result, BaseException)
    ]


async def _hand_over(producer: AIOKafkaProducer, parcel: Parcel) -> asyncio.Future[Any]:
    """Queue a closed batch, which waits for no more records; what is wrong with it comes with the answer."""
    parcel.builder.close()
    try:
        handed: asyncio.Future[Any] = await producer.send_batch(
            parcel.builder, parcel.topic, partition=parcel.partition
        )
    except (*_UNSENDABLE, *_ABSENT) as error:
        handed = asyncio.get_running_loop().create_future()
        handed.set_exception(error)
    return handed


async def _exists(producer: AIOKafkaProducer, topic: str) -> bool:
    """Whether the cluster has the topic, asking at most once: `send` would wait ten seconds for each of its rows.

    Raises KafkaConnectionError when nobody answers.
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
    """Close without hanging, and without leaving behind a sender that wakes up when the broker is back.

    With the broker away `stop()` waits for it for ever, and cancelled it leaves its own tasks running. Raises
    CancelledError, which nobody asked for, when a connection that has not ended is closed a second time.
    """
    try:
        await asyncio.wait_for(producer.stop(), CLOSE_SECONDS_MAX)
    except (TimeoutError, KafkaError, OSError):
        for part in (producer._sender, producer.client):  # noqa: SLF001  # nothing public ends the sender
            with suppress(TimeoutError, KafkaError, OSError):
                await asyncio.wait_for(part.close(), CLOSE_SECONDS_MAX)


async def _let_go(conn: asyncpg.Connection) -> None:
    """Close, and with it free the shards for another relay; without hanging on a server that does not answer."""
    try:
        await conn.close(timeout=CLOSE_SECONDS_MAX)
    except UNANSWERED:
        return
    finally:
        conn.terminate()  # does nothing to one that is closed
