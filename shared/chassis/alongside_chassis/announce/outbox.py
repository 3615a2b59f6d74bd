"""Stores the events that a transaction announces, within that transaction, until the relay has sent them."""

import zlib
from collections.abc import Sequence
from enum import StrEnum
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
# One statement: the relay moves a message to the dead letters in one, too. 'waiting' is the greater of the two states.
_FIND_SENDING: Final = """
    select exists (select from outbox where shard = $1 and topic = $2 and key = $3) as waits,
        (select max(state) from dead_letter where topic = $2 and key = $3 and state <> 'replayed'
            and reason = 'unsendable' and "where" = 'outbox') as dead_letter
"""


class Sending(StrEnum):
    """What became of the messages to one topic under one key."""

    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    UNSENDABLE = "unsendable"
    """No broker accepts one of them: a person replays it, or drops it."""
    DROPPED = "dropped"
    """A person dropped one of them: it was never sent."""


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


async def find_sending(conn: asyncpg.Connection, *, topic: str, key: bytes, shards: int) -> Sending:
    """Return what became of the messages to this topic under this key that were announced by transactions before this one.

    The relay deletes a message that was acknowledged; one that no broker accepts is moved to the dead letters instead.
    """
    (row,) = await conn.fetch(_FIND_SENDING, shard_of(key, shards), topic, key)
    match row["waits"], row["dead_letter"]:
        case True, _:
            return Sending.WAITING
        case _, None:
            return Sending.ACKNOWLEDGED
        case _, "dropped":
            return Sending.DROPPED
        case _:
            return Sending.UNSENDABLE


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
