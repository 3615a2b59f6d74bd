"""Records the ids of handled events in the transaction that handles them, so that their effects happen once.

With a partner's id goes a digest of the content, which shows whether the id is used again for something else.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_contracts.event import Event

_CLAIM: Final = """
    insert into inbox (event_id, digest) select * from unnest($1::uuid[], $2::bytea[]) order by 1
    on conflict do nothing returning event_id
"""
_DIGESTS: Final = "select event_id, digest from inbox where event_id = any($1::uuid[])"
_PURGE: Final = """
    delete from inbox where event_id in (
        select event_id from inbox where received_at < now() - make_interval(days => $1) limit $2
    )
"""
PURGE_ROWS_MAX: Final = 50_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_AS_CONTENT: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def inbox_id(source: str, event_id: str) -> UUID:
    """Hash (`source`, `id`), which identify a CloudEvent, into one indexable value: 128 bits of BLAKE2."""
    return UUID(bytes=blake2b(f"{source}\0{event_id}".encode(), digest_size=16).digest())


def digest_of(event: Event) -> bytes:
    """Hash the content of an event, its type and its fields as parsed, into 128 bits of BLAKE2.

    Defaults are left out: an absent field equals its default, also one that a later release adds.
    """
    fields = event.__pydantic_serializer__.to_python(event, exclude_defaults=True)
    content = orjson.dumps([event.type, fields], default=_text_of, option=_AS_CONTENT)
    return blake2b(content, digest_size=16).digest()


def _text_of(value: object) -> str:
    """Return a time without its zone. A conversion to UTC would fail in the first and last hours of the calendar."""
    return str(value - _EPOCH if isinstance(value, datetime) else value)


async def claim(conn: asyncpg.Connection, digests: Mapping[UUID, bytes | None]) -> set[UUID]:
    """Insert these ids, each with its digest, and return those never seen before."""
    if not digests:
        return set()
    rows = await conn.fetch(_CLAIM, list(digests), list(digests.values()))
    return {row[0] for row in rows}


async def digests_of(conn: asyncpg.Connection, ids: Collection[UUID]) -> dict[UUID, bytes | None]:
    """Return the digest of each of these ids that was claimed by a transaction that committed, or by this one.

    It is None for an id on the network's streams, and for one claimed before there were digests.
    """
    if not ids:
        return {}
    return {row["event_id"]: row["digest"] for row in await conn.fetch(_DIGESTS, list(ids))}


async def release(conn: asyncpg.Connection, ids: Sequence[UUID]) -> None:
    """Delete the ids of events that were refused after all, so that a corrected replay is handled."""
    if ids:
        await conn.execute("delete from inbox where event_id = any($1)", ids)


async def purge(conn: asyncpg.Connection, days: int) -> int:
    """Delete ids older than `days`, at most `PURGE_ROWS_MAX` at a time; return how many."""
    status: str = await conn.execute(_PURGE, days, PURGE_ROWS_MAX)
    return int(status.rpartition(" ")[2])
