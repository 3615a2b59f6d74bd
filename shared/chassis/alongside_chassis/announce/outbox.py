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
