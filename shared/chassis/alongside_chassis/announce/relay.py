"""Sends what transactions announced, in order per key, at least once.

Each shard of the outbox belongs to whoever holds its session advisory lock, so one key has one sender at a time. Rows
are selected and deleted on the connection that holds the locks: when it breaks, the locks are gone and sending stops
before anybody else can begin. Never an "id > last seen" cursor: ids are drawn before the commit, and such a reader
skips rows (docs/delivery.md).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

from alongside_chassis.announce.in_flight import ABSENT, SEND_SECONDS_MAX, Carried, Ways
from alongside_chassis.announce.outbox import OUTBOX_CHANNEL
from alongside_chassis.announce.producer_batches import Parcel, PartitionsOf, Place, Row, pack, place_of
from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.database import UNANSWERED
from alongside_chassis.kafka import broken_connections
from alongside_chassis.kafka.access import Kafka
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_chassis.observe.logs import Log
from alongside_chassis.observe.metrics import Metrics
from alongside_contracts.streams import stream_of

ROWS_MAX: Final = 500
LOOKED_AT_MAX: Final = 5_000
"""How many rows are looked at to find some that can be sent, while some partitions take none."""
POLL_SECONDS: Final = 1.0
ANSWER_SECONDS_MAX: Final = 3.0
"""After how long without an answer the service says that it waits; the answer itself may take much longer."""
QUERY_SECONDS_MAX: Final = 30.0
CLOSE_SECONDS_MAX: Final = 1.0
HOLD_SECONDS: Final = 2.0
HOLD_SECONDS_MAX: Final = 10.0
BACKOFF_SECONDS_MAX: Final = 5.0
SESSION: Final = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "synchronous_commit": "off",
}
"""The oldest rows are looked for along the ids. To the planner an outbox is always nearly empty; left alone it would
read whatever was deleted since the last vacuum, with every question anew. And no disk is waited for: a deletion that
a crash of the server undoes is a row sent again."""
LOCK_SPACE: Final = 0x616C6F6E  # "alon": our corner of PostgreSQL's advisory locks

_OLDEST: Final = """
    select id, topic, key, headers, payload from outbox
    where shard = any($1::smallint[]) and topic <> all($3::text[]) order by id limit $2
"""
_OLDEST_KEYS: Final = """
    select id, topic, key from outbox
    where shard = any($1::smallint[]) and topic <> all($3::text[]) order by id limit $2
"""
_THESE: Final = """
    select id, topic, key, headers, payload from outbox where id = any($1::bigint[]) order by id
"""
_DELETE: Final = "delete from outbox where id = any($1::bigint[])"
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
        self._refused: dict[Place, _Refused] = {}
        """Partitions that refused a batch for a reason that is not in it."""
        self._ways: Ways | None = None
        self._failures = 0
        self._wake, self._stop = asyncio.Event(), asyncio.Event()

    @property
    def unready_because(self) -> str | None:
        """Why announcements are not sent. A partner's own topic that is not there yet concerns that partner alone."""
        if self.waiting_for:
            return f"waits for {self.waiting_for}"
        if unanswered := self._unanswered():
            return f"waits for Kafka, which has not acknowledged {unanswered}"
        if refusing := sorted(place for place in self._refusing() if not _of_a_partner(place[0])):
            place, because = refusing[0], self._refused[refusing[0]].because
            return f"waits for Kafka, which refuses records of {_spelled(place)}: {because}"
        if shared := sorted(topic for topic in self._held if not _of_a_partner(topic)):
            return f"may not write {', '.join(shared)}: create it, or grant {self.kafka.user or 'us'} to write it"
        return None

    def _unanswered(self) -> str | None:
        """What Kafka owes us an answer to for longer than it should, and for how long."""
        if self._ways is None or self._ways.slowest is None:
            return None
        if (seconds := self._ways.silent_seconds) > ANSWER_SECONDS_MAX:
            return f"anything for {seconds:.0f} s"
        place, seconds = self._ways.slowest
        return f"{_spelled(place)} for {seconds:.0f} s" if seconds > ANSWER_SECONDS_MAX else None

    def _refusing(self) -> list[Place]:
        """The partitions that refused a batch lately. Who has nothing more for them never learns that they are well."""
        return [place for place, one in self._refused.items() if one.until + HOLD_SECONDS_MAX > _now()]

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
        self.waiting_for = await diagnose_connection(error, self.kafka)
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
            server_settings={"application_name": f"{self.service}-relay"} | SESSION,
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
        ways = self._ways = Ways(producer)
        try:
            while True:
                self._wake.clear()
                if len(owned) < self.shards:
                    owned += await self._take_shards(conn, owned)
                begun = ways.send(await self._packed(conn, producer, owned)) if owned else []
                if self._stop.is_set() and not ways.busy:
                    return
                carried = await ways.answered(begun, wake=self._wake, seconds_max=POLL_SECONDS)
                await self._conclude(conn, carried)
                ways.give_up_on_silence()
                self._failures = 0
        finally:
            self._ways = None
            await ways.end()

    async def _take_shards(self, conn: asyncpg.Connection, owned: Sequence[int]) -> list[int]:
        free = [shard for shard in range(self.shards) if shard not in owned]
        return [s for s in free if await conn.fetchval("select pg_try_advisory_lock($1, $2)", LOCK_SPACE, s)]

    async def _packed(
        self, conn: asyncpg.Connection, producer: AIOKafkaProducer, owned: Sequence[int]
    ) -> list[Parcel]:
        """The oldest rows whose partitions are free, a batch for each partition.

        While some are not, more is looked at, without its bodies, so that what waits there hides nothing behind it. All
        of it is chosen in one snapshot: a second look further on could see a row and not the one before it.
        """
        closed = self._closed()
        partitions_of = _partitions_of(producer)
        question, rows_max = (_OLDEST_KEYS, LOOKED_AT_MAX) if closed else (_OLDEST, ROWS_MAX)
        looked_at = await conn.fetch(question, owned, rows_max, self._holding())
        rows = await self._without_absent(producer, looked_at)
        if closed:
            free = [row["id"] for row in rows if place_of(row, partitions_of) not in closed]
            rows = await conn.fetch(_THESE, free[:ROWS_MAX])
        return pack(rows, partitions_of=partitions_of, new_batch=producer.create_batch)

    async def _without_absent(self, producer: AIOKafkaProducer, rows: Sequence[Row]) -> list[Row]:
        """The rows whose topic is there. The others wait, in their order, and hold up no other topic."""
        absent = {topic for topic in {row["topic"] for row in rows} if not await _exists(producer, topic)}
        for topic in absent:
            self._hold(topic)
        return [row for row in rows if row["topic"] not in absent]

    def _hold(self, topic: str) -> None:
        self._held[topic] = _now() + HOLD_SECONDS
        self._wake.set()  # what stands behind its rows can be seen now
        self.metrics.waits.labels("topic").inc()
        self.log.warning("relay-waits", topic=topic)

    def _holding(self) -> list[str]:
        now = _now()
        self._held = {topic: until for topic, until in self._held.items() if until > now}
        return list(self._held)

    def _closed(self) -> set[Place]:
        """The partitions nothing may be sent to now: something is under way, or was refused a moment ago."""
        now = _now()
        under_way = self._ways.busy if self._ways else ()
        return {*under_way, *(place for place, one in self._refused.items() if one.until > now)}

    async def _conclude(self, conn: asyncpg.Connection, carried: Sequence[Carried]) -> None:
        """Delete what was acknowledged, set aside what no broker takes, hold what has no topic now.

        A crash before the deletion sends again; consumers drop the copies by (`source`, `id`). Raises any other failure:
        only a new producer can go on where a batch was refused, and it leaves that partition alone for a while.
        """
        sent = [row_id for one in carried for row_id in one.sent]
        if sent:
            await conn.execute(_DELETE, sent)
            self.metrics.outbox_sent.inc(len(sent))
        for one in carried:
            for row_id, error in one.unsendable:
                await self._set_aside(conn, row_id, error)
        if failures := [error for one in carried if (error := self._judge(one))]:
            raise failures[0]

    def _judge(self, carried: Carried) -> BaseException | None:
        """What ends the session of all that was carried to one partition."""
        match carried.error:
            case None:
                self._refused.pop(carried.place, None)
            case error if isinstance(error, ABSENT):
                self._hold(carried.place[0])
            case error:
                self._refused[carried.place] = _Refused.again(
                    self._refused.get(carried.place), type(error).__name__
                )
                return error
        return None

    async def _set_aside(self, conn: asyncpg.Connection, row_id: int, error: BaseException) -> None:
        """The broker will never take this row: keep it as a dead letter rather than hold up its shard for ever."""
        await conn.execute(_SET_ASIDE, row_id, f"the broker refused it: {type(error).__name__}")
        self.metrics.dead_letters.labels("outbox", "unsendable").inc()
        self.log.error("relay-unsendable", row=row_id, exc=error)


@dataclass(frozen=True, slots=True)
class _Refused:
    """Until when (loop time) a partition is left alone, and why; longer each time it refuses again."""

    until: float
    seconds: float
    because: str

    @classmethod
    def again(cls, before: "_Refused | None", because: str) -> "_Refused":
        """After one more refusal."""
        seconds = min(HOLD_SECONDS_MAX, 2 * before.seconds) if before else HOLD_SECONDS
        return cls(_now() + seconds, seconds, because)


def _spelled(place: Place) -> str:
    return f"{place[0]}/{place[1]}"


def _now() -> float:
    return asyncio.get_running_loop().time()


def _of_a_partner(topic: str) -> bool:
    stream = stream_of(topic)
    return stream is not None and stream.per_partner


def _partitions_of(producer: AIOKafkaProducer) -> PartitionsOf:
    cluster = producer.client.cluster
    return lambda topic: len(cluster.partitions_for_topic(topic))


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
