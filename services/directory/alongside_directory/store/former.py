"""The directory as matching had it until it became a service: its tables there, and the offers made of listed services."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from alongside_directory.tables import metadata

CARRIED_TABLES: Final = (
    *("directory_source", "directory_import", "directory_import_line", "directory_record"),
)
"""The tables that are carried over, in an order in which no row lacks the one that it refers to."""
COPY_SECONDS_MAX: Final = 3600.0
_NOT_CARRIED: Final = frozenset({"digest_key", "search", "languages", "indexed"})
"""An import that has ended needs no key, and records are indexed here."""
_PIECES_MAX: Final = 16
"""Pieces of a table in memory; PostgreSQL sends a row in each."""
_PAGE_ROWS: Final = 1000
_HAS_SOURCES: Final = """
    select exists (
        select from pg_attribute
        where attrelid = to_regclass('directory_record') and attname = 'source' and not attisdropped
          and to_regclass('offer') is not null)
"""
_IS_UP_TO_DATE: Final = "select to_regclass('directory_language') is not null"
_HAS_ROWS: Final = "select exists (select from directory_source) or exists (select from directory_import)"
_UNFINISHED: Final = "select count(*) from directory_import where state in ('queued', 'reading', 'storing')"
_COUNT: Final = "select count(*) from "
_OFFERS: Final = """
    select offer.id, offer.kind, offer.region, offer.name, needs, languages, formats, offer.latitude, offer.longitude, withdrawn,
        paused_because, offer.source_id, source.key as source, source.region as source_region,
        record.removed_at is not null as removed, coalesce(record.hotline, false) as hotline
    from offer
    left join directory_source source on offer.source = 'directory:' || source.key
    left join directory_record record on record.source = source.key and record.kind = 'service' and record.source_id = offer.source_id
    where offer.source like 'directory:%'
    order by offer.id
"""
_SERVICES_WITHOUT_OFFER: Final = """
    select source, source_id, region, hotline, document ->> 'name' as name, document ->> 'status' = 'active' as active
    from directory_record record
    where kind = 'service' and removed_at is null and not exists (
        select from offer where offer.source = 'directory:' || record.source and offer.source_id = record.source_id)
    order by source, id
"""


@dataclass(frozen=True, slots=True)
class FormerOffer:
    """An offer made of a listed service. `source` is None when the offer names one that does not exist.

    `removed`: its record is a tombstone. `hotline`: its publisher lists it as a hotline now.
    """

    id: UUID
    kind: str
    region: str
    name: str | None
    needs: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    withdrawn: bool
    paused_because: str | None
    source_id: str
    source: str | None
    source_region: str | None
    removed: bool
    hotline: bool


@dataclass(frozen=True, slots=True)
class ServiceWithoutOffer:
    """A service that is listed and has no offer: a hotline, or one that should have an offer."""

    source: str
    source_id: str
    region: str
    hotline: bool
    name: str | None
    active: bool | None


async def has_sources(conn: asyncpg.Connection) -> bool:
    """Return whether this is a database of matching in which records have a source (migration 0018)."""
    return bool(await conn.fetchval(_HAS_SOURCES))


async def is_up_to_date(conn: asyncpg.Connection) -> bool:
    """Return whether this is a database of the directory, brought up to date."""
    return bool(await conn.fetchval(_IS_UP_TO_DATE))


async def has_rows(conn: asyncpg.Connection) -> bool:
    """Return whether a directory has a source or an import already."""
    return bool(await conn.fetchval(_HAS_ROWS))


async def count_unfinished(conn: asyncpg.Connection) -> int:
    """Return how many imports have not ended."""
    return int(await conn.fetchval(_UNFINISHED))


async def count_rows(conn: asyncpg.Connection, table: str) -> int:
    """Return how many rows one of our tables has."""
    return int(await conn.fetchval(_COUNT + metadata.tables[table].name))


async def copy_table(matching: asyncpg.Connection, own: asyncpg.Connection, table: str) -> None:
    """Copy a table as it is, in PostgreSQL's own binary form; at most `_PIECES_MAX` pieces of it are in memory."""
    names = [column.name for column in metadata.tables[table].columns if column.name not in _NOT_CARRIED]
    query = " ".join(("select", ", ".join(f'"{name}"' for name in names), "from", table))
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_PIECES_MAX)

    async def read() -> None:
        await matching.copy_from_query(query, output=pieces.put, format="binary", timeout=COPY_SECONDS_MAX)
        await pieces.put(None)

    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(read())
            await own.copy_to_table(
                table, source=_taken(pieces), columns=names, format="binary", timeout=COPY_SECONDS_MAX
            )
    except ExceptionGroup as failed:  # one of the two failed, and the other was cancelled
        raise failed.exceptions[0] from failed


async def _taken(pieces: asyncio.Queue[bytes | None]) -> AsyncIterator[bytes]:
    while (piece := await pieces.get()) is not None:
        yield piece


async def offers(conn: asyncpg.Connection) -> AsyncIterator[Sequence[FormerOffer]]:
    """Yield the offers made of directories in pages, in the order of their ids."""
    async for page in _pages(conn, _OFFERS):
        yield [_offer(row) for row in page]


async def services_without_offer(
    conn: asyncpg.Connection,
) -> AsyncIterator[Sequence[ServiceWithoutOffer]]:
    """Yield the listed services that have no offer in pages, by source."""
    async for page in _pages(conn, _SERVICES_WITHOUT_OFFER):
        yield [ServiceWithoutOffer(**row) for row in page]


async def _pages(conn: asyncpg.Connection, query: str) -> AsyncIterator[Sequence[asyncpg.Record]]:
    cursor = await conn.cursor(query)
    while page := await cursor.fetch(_PAGE_ROWS):
        yield page


def _offer(row: asyncpg.Record) -> FormerOffer:
    lists = {name: tuple(row[name]) for name in ("needs", "languages", "formats")}
    return FormerOffer(**{**row, **lists})
