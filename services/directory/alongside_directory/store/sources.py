"""Stores the sources of directories: whose packages are imported, and for which region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import orjson

_ALL: Final = """
    select source.name, source.key, source.region, source.created_at,
        count(record.id) filter (where kind = 'service') as services, max(record.changed_at) as changed_at
    from directory_source source
    left join directory_record record on record.source = source.key and record.removed_at is null
    where $1::text is null or source.region = $1
    group by source.key order by source.region, source.name
"""
_ADD: Final = """
    insert into directory_source (key, name, region, created_at) values ($1, $1, $2, $3) on conflict do nothing
"""
_FIND: Final = "select key, region from directory_source where name = $1 for share"
_IS_TAKEN: Final = """
    select exists (select from directory_source where (name = $1 or key = $1) and name is distinct from $2)
"""
_LOCK_ALL: Final = "lock table directory_source in share row exclusive mode"
_RENAME: Final = "update directory_source set name = $2 where name = $1"
_ROWS: Final = "select rows from directory_source where key = $1"
_SET_ROWS: Final = "update directory_source set rows = $2::jsonb where key = $1"


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher: its name, its region, the key from which ids of its records derive, and what is listed of it."""

    name: str
    key: str
    region: str
    created_at: datetime
    services: int
    changed_at: datetime | None


async def list_sources(conn: asyncpg.Connection, region: str | None = None) -> Sequence[Source]:
    """Return the sources, by region and name."""
    return [Source(**row) for row in await conn.fetch(_ALL, region)]


async def find(conn: asyncpg.Connection, name: str) -> tuple[str, str] | None:
    """Return the key and the region of a source; None when no source has this name."""
    row = await conn.fetchrow(_FIND, name)
    return (row["key"], row["region"]) if row else None


async def add(conn: asyncpg.Connection, name: str, region: str, now: datetime) -> None:
    """Add a source, unless it is known already; its name is its key."""
    await conn.execute(_ADD, name, region, now)


async def is_taken(conn: asyncpg.Connection, name: str, *, by_other_than: str | None = None) -> bool:
    """Return whether a name is in use, or was the first name of a source, from which its ids derive."""
    return bool(await conn.fetchval(_IS_TAKEN, name, by_other_than))


async def rename(conn: asyncpg.Connection, name: str, new_name: str) -> None:
    """Rename a source; its ids stay."""
    await conn.execute(_RENAME, name, new_name)


async def lock_all(conn: asyncpg.Connection) -> None:
    """Let no other transaction add or rename a source until this one ends."""
    await conn.execute(_LOCK_ALL)


async def load_rows(conn: asyncpg.Connection, source_key: str) -> Mapping[str, int]:
    """Return how many rows each table had in the package that was imported last; empty when that is not known."""
    rows = await conn.fetchval(_ROWS, source_key)
    return orjson.loads(rows) if rows else {}


async def set_rows(conn: asyncpg.Connection, source_key: str, rows: Mapping[str, int]) -> None:
    """Store how many rows each table of the imported package had."""
    await conn.execute(_SET_ROWS, source_key, orjson.dumps(dict(rows)).decode())
