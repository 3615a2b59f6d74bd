"""Records put aside with their reason and origin, in the database of the service that refused them.

Not a Kafka topic: a refused submission may hold personal data, which must stay in the store that owns it, and a row
commits together with the inbox and the answer to the sender (docs/decisions/0005).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from aiokafka import ConsumerRecord

from alongside_contracts.ids import new_id
from alongside_contracts.partner import Problem

_PUT: Final = """
    insert into dead_letter (id, at, topic, partition, "offset", record_ms, key, value, headers, event_id, event_type,
                             reason, "where", remedy)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict do nothing returning id
"""
_LIST: Final = """
    select id, at, topic, partition, "offset", event_id, event_type, reason, "where", remedy,
           octet_length(value) as bytes
    from dead_letter where id < $1 order by id desc limit $2
"""
_AFTER_ALL: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One refused record as people look at it: everything but the payload. `bytes` is the payload's size."""

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


async def put_aside(
    conn: asyncpg.Connection,
    record: ConsumerRecord[bytes | None, bytes | None],
    problem: Problem,
    *,
    at: datetime,
    event_id: str | None,
    event_type: str | None,
) -> bool:
    """Keep a refused record whole. False when this very record was put aside before (a redelivery)."""
    kept = await conn.fetchval(
        _PUT,
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
        problem.code.value,
        problem.where,
        problem.remedy,
    )
    return kept is not None


async def newest(
    conn: asyncpg.Connection, *, before: UUID | None = None, limit: int = 100
) -> list[DeadLetter]:
    """Dead letters, newest first; `before` is the id of the last one seen."""
    rows = await conn.fetch(_LIST, before or _AFTER_ALL, limit)
    return [DeadLetter(**dict(row)) for row in rows]


def _headers_json(headers: Sequence[tuple[str, bytes | None]]) -> str:
    """Names with base64 values: header values may be any bytes, or none. JSONB cannot hold a NUL in a name."""
    pairs: list[tuple[str, Any]] = [
        (
            name.replace("\0", "\N{REPLACEMENT CHARACTER}"),
            None if value is None else base64.b64encode(value).decode(),
        )
        for name, value in headers
    ]
    return orjson.dumps(pairs).decode()
