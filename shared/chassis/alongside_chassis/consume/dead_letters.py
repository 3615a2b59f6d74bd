"""Stores refused records with their reason and origin, in the database of the service that refused them, until settled.

Not a Kafka topic: a refused submission may hold personal data, which must stay in the store that owns it, and a row
commits together with the inbox and the answer to the sender (docs/decisions/0005).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from aiokafka import ConsumerRecord

from alongside_contracts.ids import new_id
from alongside_contracts.partner import Problem

_INSERT: Final = """
    insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, event_id, event_type,
                             reason, "where", remedy)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict do nothing returning id
"""
_LISTED_COLUMNS: Final = """
    id, at, topic, partition, "offset", event_id, event_type, reason, "where", remedy, octet_length(value) as bytes,
    state, attempts, settled_at, because
"""
_LIST: Final = f"""
    select {_LISTED_COLUMNS} from dead_letter
    where id < $1 and ($3::text is null or state = $3) and ($4::text is null or reason = $4)
    order by id desc limit $2
"""  # noqa: S608  (constants only)
_STORED: Final = f"select {_LISTED_COLUMNS}, record_ms, key, value, headers from dead_letter where id = $1"  # noqa: S608  (constants only)
_LOCK_WAITING: Final = f"""
    select {_LISTED_COLUMNS}, record_ms, key, value, headers from dead_letter
    where id = any($1::uuid[]) and state = 'waiting' order by partition, "offset", id for update
"""  # noqa: S608  (constants only)
_WAITING_AT: Final = """
    select id, partition, "offset" from dead_letter where topic = $1 and state = 'waiting'
"""
_STORED_AT: Final = """
    select exists (select from dead_letter where topic = $1 and partition = $2 and "offset" = $3)
"""
_COUNT_BY_REASON: Final = """
    select reason, refused, waiting, "where", remedy from (
        select reason, count(*) filter (where at >= $2) as refused,
            count(*) filter (where settled_at is null or settled_at >= $3) as waiting,
            (array_agg("where" order by at desc, id desc))[1] as "where",
            (array_agg(remedy order by at desc, id desc))[1] as remedy
        from dead_letter where topic = $1 and at < $3 and (at >= $2 or settled_at is null or settled_at >= $3)
        group by reason) as counted
    order by refused + waiting desc, reason
"""
_SETTLE: Final = """
    update dead_letter set state = $2, settled_at = $3, because = $4, attempts = attempts + $5 where id = $1
"""
_REFUSED_AGAIN: Final = """
    update dead_letter set attempts = attempts + 1, reason = $2, "where" = $3, remedy = $4, event_id = $5, event_type = $6
    where id = $1
"""
_ERASE: Final = """
    update dead_letter set key = null, value = null, headers = '[]', event_id = null,
        state = case when state = 'waiting' then 'dropped' else state end,
        settled_at = coalesce(settled_at, $2), because = case when state = 'waiting' then $3 else because end
    where id = any($1::uuid[])
"""
_NAMING: Final = """
    select id, partition, key, value, headers from dead_letter
    where partition <> $3 and ($2::text[] is null or topic = any($2)) and exists (
        select from unnest($1::bytea[]) as name
        where position(name in coalesce(value, '')) > 0 or position(name in coalesce(key, '')) > 0
            or exists (select from jsonb_array_elements(headers) as header where position(name in
                case when partition = $4 then convert_to(header ->> 1, 'utf8') else decode(header ->> 1, 'base64') end
            ) > 0))
    order by id for update
"""
_PURGE: Final = """
    delete from dead_letter where id in (
        select id from dead_letter where settled_at < now() - make_interval(days => $1) limit $2
    )
"""
_MAX_ID: Final = UUID(int=2**128 - 1)
"""Above every id: the first page starts below it."""
OUTBOX_PARTITION: Final = -1
"""`partition` of announcements the broker refused; their `offset` is the id of their outbox row."""
TIMER_PARTITION: Final = -2
"""`partition` of failing timers; their `topic` is the timer's kind, their `event_id` its id."""
PURGE_ROWS_MAX: Final = 10_000
ERASED: Final = "erased"
"""Why a dead letter of an erased person was dropped."""


class DeadLetterState(StrEnum):
    """State of a dead letter; only a waiting one can change."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DROPPED = "dropped"


class RedriveOutcome(StrEnum):
    """Result of a replay or a drop."""

    HANDLED = "handled"  # settled: its effects happened now
    DUPLICATE = "duplicate"  # settled: the same event was handled meanwhile
    RETURNED = "returned-to-outbox"  # settled: the relay sends it again
    DROPPED = "dropped"  # settled
    UNCHANGED = "unchanged"  # it was settled before; nothing was done
    REFUSED = "refused"  # still waiting, with the reason of the new refusal
    UNWANTED = "unwanted"  # still waiting: this service has no handler of its type


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One refused record without its payload, as shown to people.

    `bytes` is the payload's size, `attempts` the number of replays, `because` why it was dropped.
    """

    id: UUID
    at: datetime
    topic: str
    partition: int
    offset: int
    event_id: str | None
    event_type: str | None
    reason: str
    where: str
    remedy: str
    bytes: int | None
    state: DeadLetterState
    attempts: int
    settled_at: datetime | None
    because: str | None


@dataclass(frozen=True, slots=True)
class StoredDeadLetter:
    """One refused record with its payload. Key, value and headers may be personal."""

    dead_letter: DeadLetter
    record_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def record(self) -> ConsumerRecord[bytes | None, bytes | None]:
        """Return the record as it was polled."""
        return ConsumerRecord(
            topic=self.dead_letter.topic,
            partition=self.dead_letter.partition,
            offset=self.dead_letter.offset,
            timestamp=self.record_ms,
            timestamp_type=0,
            key=self.key,
            value=self.value,
            checksum=None,
            serialized_key_size=-1 if self.key is None else len(self.key),
            serialized_value_size=-1 if self.value is None else len(self.value),
            headers=self.headers,
        )


class LetterPosition(NamedTuple):
    """A dead letter of a topic, and the position of its record there."""

    id: UUID
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """The dead letters of one reason: `refused` in a period, `waiting` at its end, and the place and remedy of the latest."""

    reason: str
    refused: int
    waiting: int
    where: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload of one dead letter; it may be personal."""

    id: UUID
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


async def add(
    conn: asyncpg.Connection,
    record: ConsumerRecord[bytes | None, bytes | None],
    problem: Problem,
    *,
    at: datetime,
    event_id: str | None,
    event_type: str | None,
) -> bool:
    """Store a refused record with its payload; return False when it is stored already (a redelivery)."""
    stored = await conn.fetchval(
        _INSERT,
        new_id(),
        at,
        record.topic,
        record.partition,
        record.offset,
        record.timestamp or 0,
        record.key,
        record.value,
        _headers_json(record.headers),
        event_id,
        event_type,
        problem.code,
        problem.where,
        problem.remedy,
    )
    return stored is not None


async def move_to(
    conn: asyncpg.Connection, topic: str, partition: int, offset: int, *, at: datetime, later: datetime
) -> None:
    """Give the dead letter at this position, stored as refused `at` this time, a later one. One of another time keeps its own."""
    await conn.execute(
        'update dead_letter set at = $5 where topic = $1 and partition = $2 and "offset" = $3 and at = $4',
        topic,
        partition,
        offset,
        at,
        later,
    )


async def is_stored(conn: asyncpg.Connection, topic: str, partition: int, offset: int) -> bool:
    """Return whether the record at this position is a dead letter, settled or not."""
    found = await conn.fetchval(_STORED_AT, topic, partition, offset)
    return bool(found)


async def count_by_reason(
    conn: asyncpg.Connection, topic: str, begins_at: datetime, ends_at: datetime
) -> list[ReasonCount]:
    """Count a topic's dead letters of a period, and those that waited at its end, by reason; the most frequent first."""
    rows = await conn.fetch(_COUNT_BY_REASON, topic, begins_at, ends_at)
    return [ReasonCount(*row) for row in rows]


async def event_id_at(conn: asyncpg.Connection, topic: str, partition: int, offset: int) -> str | None:
    """Return the sender's id of the record at this position, if it is a dead letter and could be decoded."""
    found: str | None = await conn.fetchval(
        'select event_id from dead_letter where topic = $1 and partition = $2 and "offset" = $3 order by id desc',
        topic,
        partition,
        offset,
    )
    return found


def bytes_of(record: ConsumerRecord[bytes | None, bytes | None]) -> int:
    """Estimate the bytes a stored record takes; header names and values may be as large as a body."""
    headers = sum(len(name) + (len(value) * 4 // 3 if value else 0) for name, value in record.headers)
    return len(record.value or b"") + len(record.key or b"") + headers


async def page(
    conn: asyncpg.Connection,
    *,
    before: UUID | None = None,
    limit: int = 100,
    state: DeadLetterState | None = None,
    reason: str | None = None,
) -> list[DeadLetter]:
    """Return a page of dead letters, newest first; `before` is the last id of the previous page."""
    rows = await conn.fetch(_LIST, before or _MAX_ID, limit, state, reason)
    return [_dead_letter(row) for row in rows]


async def find(conn: asyncpg.Connection, letter_id: UUID, *, lock: bool = False) -> StoredDeadLetter | None:
    """Return one dead letter with its payload. With `lock`, wait for other transactions and hold the row until the commit."""
    row = await conn.fetchrow(f"{_STORED} for update" if lock else _STORED, letter_id)
    return None if row is None else _stored(row)


async def waiting_at(conn: asyncpg.Connection, topic: str) -> list[LetterPosition]:
    """Return the dead letters of a topic that wait; the limits of a partner's stream bound their number."""
    return [LetterPosition(*row) for row in await conn.fetch(_WAITING_AT, topic)]


async def lock_waiting(conn: asyncpg.Connection, ids: Sequence[UUID]) -> list[StoredDeadLetter]:
    """Return those of these dead letters that wait, by the positions of their records, and lock them until the commit."""
    return [_stored(row) for row in await conn.fetch(_LOCK_WAITING, ids)]


async def mark_replayed(conn: asyncpg.Connection, letter_id: UUID, *, at: datetime) -> None:
    """Settle a dead letter as replayed."""
    await conn.execute(_SETTLE, letter_id, DeadLetterState.REPLAYED, at, None, 1)


async def mark_dropped(conn: asyncpg.Connection, letter_id: UUID, *, at: datetime, because: str) -> None:
    """Settle a dead letter as dropped: it is never handled, for the reason given."""
    await conn.execute(_SETTLE, letter_id, DeadLetterState.DROPPED, at, because, 0)


async def mark_refused_again(
    conn: asyncpg.Connection,
    letter_id: UUID,
    problem: Problem,
    *,
    event_id: str | None,
    event_type: str | None,
) -> None:
    """Keep a dead letter waiting, with its new problem."""
    await conn.execute(
        _REFUSED_AGAIN, letter_id, problem.code, problem.where, problem.remedy, event_id, event_type
    )


async def naming(
    conn: asyncpg.Connection, names: Sequence[bytes], *, topics: Sequence[str] | None = None
) -> list[Payload]:
    """Return the dead letters of records, settled or not, whose key, value or headers contain one of these names, locked.

    `topics` limits them to records of these topics.
    """
    rows = await conn.fetch(_NAMING, names, topics, TIMER_PARTITION, OUTBOX_PARTITION)
    return [Payload(row["id"], row["key"], row["value"], _headers_of(row)) for row in rows]


async def erase_of_people(conn: asyncpg.Connection, person_ids: Sequence[UUID], *, at: datetime) -> None:
    """Empty the payloads of dead letters that name one of these people by their opaque id."""
    named = await naming(conn, [str(person_id).encode() for person_id in person_ids])
    await erase(conn, [payload.id for payload in named], at=at)


async def erase_at(
    conn: asyncpg.Connection, topic: str, partition: int, offset: int, *, at: datetime
) -> None:
    """Empty the payload of the dead letter of the record at this position, as `erase` does."""
    rows = await conn.fetch(
        'select id from dead_letter where topic = $1 and partition = $2 and "offset" = $3',
        topic,
        partition,
        offset,
    )
    await erase(conn, [row["id"] for row in rows], at=at)


async def erase(conn: asyncpg.Connection, ids: Sequence[UUID], *, at: datetime) -> None:
    """Empty the payloads of dead letters, and the ids that senders gave them; a waiting one is dropped, because `erased`."""
    if ids:
        await conn.execute(_ERASE, ids, at, ERASED)


async def purge(conn: asyncpg.Connection, days: int) -> int:
    """Delete dead letters settled for `days`, at most `PURGE_ROWS_MAX` at a time; return how many. Waiting ones stay."""
    status: str = await conn.execute(_PURGE, days, PURGE_ROWS_MAX)
    return int(status.rpartition(" ")[2])


def _dead_letter(row: asyncpg.Record) -> DeadLetter:
    columns = {name: row[name] for name in DeadLetter.__slots__}
    return DeadLetter(**columns | {"state": DeadLetterState(row["state"])})


def _stored(row: asyncpg.Record) -> StoredDeadLetter:
    return StoredDeadLetter(_dead_letter(row), row["record_ms"], row["key"], row["value"], _headers_of(row))


def _headers_of(row: asyncpg.Record) -> tuple[tuple[str, bytes | None], ...]:
    """Return stored headers; those of an announcement are stored as text, those of a record in base64."""
    decode = str.encode if row["partition"] == OUTBOX_PARTITION else base64.b64decode
    headers = orjson.loads(row["headers"])
    return tuple((name, None if value is None else decode(value)) for name, value in headers)


def _headers_json(headers: Sequence[tuple[str, bytes | None]]) -> str:
    """Encode header values in base64, as they may be any bytes or None. JSONB cannot hold U+0000 in a name."""
    pairs: list[tuple[str, Any]] = [
        (
            name.replace("\0", "\N{REPLACEMENT CHARACTER}"),
            None if value is None else base64.b64encode(value).decode(),
        )
        for name, value in headers
    ]
    return orjson.dumps(pairs).decode()
