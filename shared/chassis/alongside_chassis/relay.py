"""Sends what transactions announced, in order per key, at least once.

Each shard of the outbox belongs to whoever holds its session advisory lock, so one key has one sender at a time. Rows
are selected and deleted on the connection that holds the locks: when it breaks, the locks are gone and sending stops
before anybody else can begin. Never an "id > last seen" cursor: ids are drawn before the commit, and such a reader
skips rows (docs/delivery.md).
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Protocol

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    UnknownTopicOrPartitionError,
)

from alongside_chassis.logs import Log
from alongside_chassis.metrics import Metrics
from alongside_chassis.outbox import OUTBOX_CHANNEL

ROWS_MAX: Final = 500
POLL_SECONDS: Final = 1.0
SEND_SECONDS_MAX: Final = 30.0
BACKOFF_SECONDS_MAX: Final = 5.0
LOCK_SPACE: Final = 0x616C6F6E  # "alon": our corner of PostgreSQL's advisory locks

_OLDEST: Final = """
    select id, topic, key, headers, payload from outbox where shard = any($1::smallint[]) order by id limit $2
"""
_DELETE: Final = "delete from outbox where id = any($1::bigint[])"
_COUNT: Final = "select count(*) from outbox"
_UNSENDABLE: Final = (MessageSizeTooLargeError, InvalidTopicError)
_SET_ASIDE: Final = """
    with gone as (delete from outbox where id = $1 returning topic, key, headers, payload)
    insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, reason, "where", remedy)
    select gen_random_uuid(), clock_timestamp(), topic, -1, $1, 0, key, payload, headers, 'unsendable', 'outbox', $2
    from gone
"""


class Sender(Protocol):
    """What the relay needs of a producer."""

    async def send(self, topic: str, value: bytes, key: bytes, headers: Sequence[tuple[str, bytes]]) -> Any:
        """Hand a record over; returns a future of its delivery."""
        ...


class Relay:
    """Moves one database's outbox to Kafka until told to stop."""

    def __init__(
        self, dsn: str, kafka: str, *, service: str, shards: int, metrics: Metrics, log: Log
    ) -> None:
        self.dsn, self.kafka, self.service, self.shards = dsn, kafka, service, shards
        self.metrics, self.log = metrics, log
        self.waiting_for: str | None = "start"
        """Why nothing is being sent; None when all is well."""
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Send until stopped, however often the database or the broker goes away."""
        failures = 0
        while not self._stopping:
            try:
                await self._session()
                failures = 0
            except (
                OSError,
                TimeoutError,
                KafkaError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
            ) as error:
                failures += 1
                self.waiting_for = type(error).__name__
                self.metrics.waits.labels("relay").inc()
                self.log.warning("relay-waits", failures=failures, exc=error)
                await self._sleep(min(BACKOFF_SECONDS_MAX, 0.1 * 2 ** min(failures, 8)))

    def stop(self) -> None:
        """Send what is committed by now, then end."""
        self._stopping = True
        self._wake.set()

    async def _session(self) -> None:
        """One connection to each side, from taking the shards to letting them go."""
        conn = await asyncpg.connect(
            self.dsn, timeout=10, server_settings={"application_name": f"{self.service}-relay"}
        )
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka,
            client_id=f"{self.service}-relay",
            enable_idempotence=True,
            acks="all",
            linger_ms=2,
            max_batch_size=256 * 1024,
            max_request_size=2 * 1024 * 1024,
            request_timeout_ms=10_000,
        )
        try:
            await conn.add_listener(OUTBOX_CHANNEL, lambda *_: self._wake.set())
            await asyncio.wait_for(producer.start(), SEND_SECONDS_MAX)
            self.waiting_for = None
            await self._send_until_stopped(conn, producer)
        finally:
            await _close(producer)
            conn.terminate() if self.waiting_for else await conn.close()

    async def _send_until_stopped(self, conn: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
        owned: list[int] = []
        while True:
            self._wake.clear()
            if len(owned) < self.shards:
                owned += await self._take_shards(conn, owned)
            rows = await conn.fetch(_OLDEST, owned, ROWS_MAX) if owned else []
            if rows:
                await self._send(conn, producer, rows)
            elif self._stopping:
                return
            else:
                self.metrics.outbox_rows.set(await conn.fetchval(_COUNT))
                await self._sleep(POLL_SECONDS)

    async def _take_shards(self, conn: asyncpg.Connection, owned: Sequence[int]) -> list[int]:
        free = [shard for shard in range(self.shards) if shard not in owned]
        return [s for s in free if await conn.fetchval("select pg_try_advisory_lock($1, $2)", LOCK_SPACE, s)]

    async def _send(self, conn: asyncpg.Connection, producer: Sender, rows: Sequence[asyncpg.Record]) -> None:
        """1 hand all rows over in id order; 2 wait for every acknowledgement; 3 delete what was acknowledged.

        A crash between 2 and 3 sends again; consumers drop the copies by (`source`, `id`).
        """
        sending = []
        for row in rows:  # 1
            headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"])]
            sending.append(await self._hand_over(producer, row, headers))
        async with asyncio.timeout(SEND_SECONDS_MAX):
            results = await asyncio.gather(*sending, return_exceptions=True)  # 2
        sent = [
            row["id"]
            for row, result in zip(rows, results, strict=True)
            if not isinstance(result, BaseException)
        ]
        await conn.execute(_DELETE, sent)  # 3
        self.metrics.outbox_sent.inc(len(sent))
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, _UNSENDABLE):
                await self._set_aside(conn, row["id"], result)
            elif isinstance(result, BaseException):
                raise result

    async def _hand_over(
        self, producer: Sender, row: asyncpg.Record, headers: Sequence[tuple[str, bytes]]
    ) -> asyncio.Future[Any]:
        try:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                handed: asyncio.Future[Any] = await producer.send(
                    row["topic"], row["payload"], row["key"], headers=headers
                )
        except (*_UNSENDABLE, UnknownTopicOrPartitionError) as error:
            handed = asyncio.get_running_loop().create_future()
            handed.set_exception(error)
        return handed

    async def _set_aside(self, conn: asyncpg.Connection, row_id: int, error: BaseException) -> None:
        """The broker will never take this row: keep it as a dead letter rather than hold up its shard for ever."""
        await conn.execute(_SET_ASIDE, row_id, f"the broker refused it: {type(error).__name__}")
        self.metrics.dead_letters.labels("outbox", "unsendable").inc()
        self.log.error("relay-unsendable", row=row_id, exc=error)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return


async def _close(producer: AIOKafkaProducer) -> None:
    """Close without hanging: a producer whose broker is away would wait for it."""
    try:
        await asyncio.wait_for(producer.stop(), 3)
    except (TimeoutError, KafkaError, OSError):
        return
