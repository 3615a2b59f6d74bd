"""Stores the events that a transaction announces, within that transaction, until the relay has sent them."""

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


_WAITS: Final = """
    select exists (select from outbox where shard = $1 and topic = $2 and key = $3)
        or exists (select from dead_letter
            where topic = $2 and key = $3 and state = 'waiting' and reason = 'unsendable' and "where" = 'outbox')
"""


class OutboxMessage(NamedTuple):
    """One record to send, with everything Kafka needs; key and payload are encoded already."""

    topic: str
    key: bytes
    headers: Sequence[tuple[str, str]]
    payload: bytes


def shard_of(key: bytes, shards: int) -> int:
    """Return the shard of a key. All messages of one key share a shard, so one relay sends them in order."""
    return zlib.crc32(key) % shards


async def count_waiting(conn: asyncpg.Connection) -> int:
    """Count the messages that are not sent yet."""
    count: int = await conn.fetchval("select count(*) from outbox")
    return count


async def is_acknowledged(conn: asyncpg.Connection, *, topic: str, key: bytes, shards: int) -> bool:
    """Return whether Kafka acknowledged every message to this topic under this key.

    The relay deletes a message when it was acknowledged; one that no broker accepts is moved to the dead letters instead.
    """
    waits: bool = await conn.fetchval(_WAITS, shard_of(key, shards), topic, key)
    return not waits


async def put(conn: asyncpg.Connection, messages: Sequence[OutboxMessage], shards: int) -> None:
    """Store messages in the order given and wake the relay when the transaction commits."""
    if not messages:
        return
    await conn.execute(
        _INSERT,
        [shard_of(message.key, shards) for message in messages],
        [message.topic for message in messages],
        [message.key for message in messages],
        [orjson.dumps(message.headers).decode() for message in messages],
        [message.payload for message in messages],
        OUTBOX_CHANNEL,
    )
