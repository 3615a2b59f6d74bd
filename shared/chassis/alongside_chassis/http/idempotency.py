"""A POST repeated with its Idempotency-Key is answered from the first time, which is kept with what it did."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import asyncpg

from alongside_chassis.errors import KeyReused

KEY_CHARS_MAX: Final = 200
_CLAIM: Final = (
    "insert into idempotency_key (key, request) values ($1, $2) on conflict do nothing returning key"
)
_STORED: Final = "select request, status, body from idempotency_key where key = $1"
_STORE: Final = "update idempotency_key set status = $2, body = $3 where key = $1"
_FORGET: Final = "delete from idempotency_key where created_at < now() - make_interval(days => $1)"
KEPT_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer a request got the first time."""

    status: int
    body: bytes


def digest(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same."""
    return blake2b(b"\0".join((method.encode(), path.encode(), body)), digest_size=32).digest()


async def claim(conn: asyncpg.Connection, key: str, request: bytes) -> Stored | None:
    """Claim the key, waiting for another claimant to finish; the stored answer when there is one.

    Raises KeyReused when the key belongs to a different request.
    """
    if await conn.fetchval(_CLAIM, key, request) is not None:
        return None
    row = await conn.fetchrow(_STORED, key)
    if row is None or row["request"] != request:
        raise KeyReused
    return Stored(row["status"], row["body"])


async def store(conn: asyncpg.Connection, key: str, answer: Stored) -> None:
    """Keep the answer, in the transaction that made it true."""
    await conn.execute(_STORE, key, answer.status, answer.body)


async def forget(conn: asyncpg.Connection) -> None:
    """Drop keys nobody will repeat any more."""
    await conn.execute(_FORGET, KEPT_DAYS)
