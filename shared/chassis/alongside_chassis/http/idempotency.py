"""Stores the answer to a POST under its Idempotency-Key, in the same commit, and gives it again when the POST is repeated."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import asyncpg

from alongside_chassis.errors import KeyReused

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"
KEY_CHARS_MAX: Final = 200
_CLAIM: Final = (
    "insert into idempotency_key (key, request) values ($1, $2) on conflict do nothing returning key"
)
_STORED: Final = "select request, status, body from idempotency_key where key = $1"
_STORE: Final = "update idempotency_key set status = $2, body = $3 where key = $1"
_PURGE: Final = "delete from idempotency_key where created_at < now() - make_interval(days => $1)"
KEPT_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """The answer to the first request with a key."""

    status: int
    body: bytes


def digest(method: str, path: str, body: bytes) -> bytes:
    """Hash the parts of a request; equal hashes mean the same request."""
    return blake2b(b"\0".join((method.encode(), path.encode(), body)), digest_size=32).digest()


async def claim(conn: asyncpg.Connection, key: str, request: bytes) -> StoredResponse | None:
    """Claim the key, after any concurrent request with it has ended; return the stored answer if there is one.

    Raises KeyReused when the key belongs to a different request.
    """
    if await conn.fetchval(_CLAIM, key, request) is not None:
        return None
    row = await conn.fetchrow(_STORED, key)
    if row is None or row["request"] != request:
        raise KeyReused
    return StoredResponse(row["status"], row["body"])


async def store(conn: asyncpg.Connection, key: str, answer: StoredResponse) -> None:
    """Store the answer, in the transaction of its command."""
    await conn.execute(_STORE, key, answer.status, answer.body)


async def purge(conn: asyncpg.Connection) -> None:
    """Delete keys older than `KEPT_DAYS`."""
    await conn.execute(_PURGE, KEPT_DAYS)
