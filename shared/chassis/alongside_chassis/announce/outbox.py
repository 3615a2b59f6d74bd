"""What a transaction announces, kept in the same commit until the relay has sent it."""

import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

import asyncpg
import orjson

OUTBOX_CHANNEL: Final = "alongside_outbox"

_INSERT: Final = """
    with put as (
        insert into outbox (shard, topic, key, headers, payload)
        select * from unnest($1::smallint[], $2::text[], $3::bytea[], $4::jsonb[], $5::bytea[])
    )
    select pg_notify($6, '')
"""


class OutboxMessage(NamedTuple):
    """One record to be sent: everything Kafka needs, bytes already."""

    topic: str
    key: bytes
    headers: Sequence[tuple[str, str]]
    payload: bytes


def shard_of(key: bytes, shards: int) -> int:
    """The shard that keeps a key's order; stable across processes and restarts."""
    return zlib.crc32(key) % shards


async def waiting(conn: asyncpg.Connection) -> int:
    """How many letters wait to be sent."""
    count: int = await conn.fetchval("select count(*) from outbox")
    return count


async def put(conn: asyncpg.Connection, letters: Sequence[OutboxMessage], shards: int) -> None:
    """Store letters in the order given and wake the relay when the transaction commits."""
    if not letters:
        return
    await conn.execute(
        _INSERT,
        [shard_of(letter.key, shards) for letter in letters],
        [letter.topic for letter in letters],
        [letter.key for letter in letters],
        [orjson.dumps(letter.headers).decode() for letter in letters],
        [letter.payload for letter in letters],
        OUTBOX_CHANNEL,
    )
