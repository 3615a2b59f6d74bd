"""Stores directory imports: the uploaded file until the import ends, its progress, and the remarks on its lines."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_matching.directory.codes import ImportState, LineKind

_COLUMNS: Final = (
    "id, region, pause_vanished, state, of, read, created, changed, unchanged, quarantined, lines_quarantined,"
    " flagged, vanished, problem, remedy, created_at, finished_at"
)
_ADD: Final = """
    insert into directory_import (id, region, pause_vanished, state, created_at) values ($1, $2, $3, 'queued', $4)
"""
_ADD_PART: Final = "insert into directory_import_part (import_id, number, content) values ($1, $2, $3)"
_RELEASE_CLAIM: Final = "select pg_advisory_unlock(hashtextextended('directory-import:' || $1, 0))"
_UNFINISHED: Final = """
    select id from directory_import where state in ('queued', 'reading', 'storing') order by id limit $1
"""
_CLAIM: Final = "select pg_try_advisory_lock(hashtextextended('directory-import:' || $1, 0))"
_BEGIN: Final = """
    update directory_import set state = 'reading', attempts = attempts + 1 where id = $1
    returning region, pause_vanished, attempts
"""
_STORE_REPORT: Final = """
    update directory_import
    set state = 'storing', of = $2, quarantined = $3, read = $3, lines_quarantined = $4, flagged = $5
    where id = $1
"""
_ADD_PROGRESS: Final = """
    update directory_import
    set read = $2, created = created + $3, changed = changed + $4,
        unchanged = greatest($2 - quarantined - (created + $3) - (changed + $4), 0)
    where id = $1
"""
_FINISH: Final = """
    update directory_import set state = $2, vanished = $3, problem = $4, remedy = $5, finished_at = $6 where id = $1
"""
_ADD_REMARKS: Final = """
    insert into directory_import_line (import_id, number, kind, file, line, source_id, "column", code, detail, remedy)
    select $1, number, kind, file, line, source_id, "column", code, detail, remedy
    from jsonb_to_recordset($2::jsonb) as remark (
        number int, kind text, file text, line int, source_id text, "column" text, code text, detail text, remedy text)
"""
_LAST_REMARK: Final = "select coalesce(max(number), 0) from directory_import_line where import_id = $1"
_COUNT_FLAGGED: Final = "update directory_import set flagged = flagged + $2 where id = $1"
_REMARKS: Final = """
    select number, kind, file, line, source_id, "column", code, detail, remedy
    from directory_import_line
    where import_id = $1 and number > $2::bigint and ($3::text is null or kind = $3)
    order by number
    limit $4
"""


@dataclass(frozen=True, slots=True)
class ClaimedImport:
    """An import that this process works on; `attempts` counts its starts, this one included."""

    id: UUID
    region: str
    pause_vanished: bool
    attempts: int


@dataclass(frozen=True, slots=True)
class LineRemark:
    """One remark on one line of a file: `quarantined` (not imported) or `flagged` (imported). `number` counts remarks."""

    number: int
    kind: LineKind
    file: str
    line: int
    source_id: str
    column: str
    code: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StoredImport:
    """Progress of an import: `of` is the number of services in the file, `read` how many of them are done.

    `vanished` counts the offers that were paused, with `pause_vanished`, because the file no longer lists them.
    """

    id: UUID
    region: str
    pause_vanished: bool
    state: ImportState
    of: int | None
    read: int
    created: int
    changed: int
    unchanged: int
    quarantined: int
    lines_quarantined: int
    flagged: int
    vanished: int
    problem: str | None
    remedy: str | None
    created_at: datetime
    finished_at: datetime | None


async def add(
    conn: asyncpg.Connection, import_id: UUID, *, region: str, pause_vanished: bool, now: datetime
) -> None:
    """Store a new import, queued."""
    await conn.execute(_ADD, import_id, region, pause_vanished, now)


async def add_part(conn: asyncpg.Connection, import_id: UUID, number: int, content: bytes) -> None:
    """Store the next part of an import's file until it has been read; numbers count from 0."""
    await conn.execute(_ADD_PART, import_id, number, content)


async def claim(conn: asyncpg.Connection, candidates_max: int = 20) -> UUID | None:
    """Claim and return the oldest unfinished import that no process works on; None when there is none.

    The claim belongs to this connection until `release_claim`.
    """
    for row in await conn.fetch(_UNFINISHED, candidates_max):
        if await conn.fetchval(_CLAIM, str(row["id"])):
            return UUID(int=row["id"].int)  # a plain UUID, not asyncpg's subclass
    return None


async def release_claim(conn: asyncpg.Connection, import_id: UUID) -> None:
    """Release the claim, so that another process may continue an unfinished import."""
    await conn.execute(_RELEASE_CLAIM, str(import_id))


async def begin(conn: asyncpg.Connection, import_id: UUID) -> ClaimedImport:
    """Set the import to reading and count the attempt. Raises LookupError when the import is missing."""
    row = await conn.fetchrow(_BEGIN, import_id)
    if row is None:
        raise LookupError(f"import {import_id} does not exist")
    return ClaimedImport(import_id, row["region"], row["pause_vanished"], row["attempts"])


async def parts(conn: asyncpg.Connection, import_id: UUID) -> AsyncIterator[bytes]:
    """Yield the uploaded file, one part at a time."""
    number = 0
    while True:
        part: bytes | None = await conn.fetchval(
            "select content from directory_import_part where import_id = $1 and number = $2",
            import_id,
            number,
        )
        if part is None:
            return
        yield part
        number += 1


async def store_report(
    conn: asyncpg.Connection, import_id: UUID, *, of: int, quarantined: int, remarks: Sequence[LineRemark]
) -> None:
    """Store the counts and remarks of a parsed file instead of earlier ones; quarantined services count as `read`."""
    quarantined_lines = sum(remark.kind is LineKind.QUARANTINED for remark in remarks)
    await conn.execute(
        _STORE_REPORT, import_id, of, quarantined, quarantined_lines, len(remarks) - quarantined_lines
    )
    await conn.execute("delete from directory_import_line where import_id = $1", import_id)
    await conn.execute(_ADD_REMARKS, import_id, orjson.dumps([asdict(remark) for remark in remarks]).decode())


async def add_flagged(conn: asyncpg.Connection, import_id: UUID, remarks: Sequence[LineRemark]) -> None:
    """Add remarks on services that were imported, numbered after those of the report, and count them."""
    if not remarks:
        return
    last = await conn.fetchval(_LAST_REMARK, import_id)
    rows = [asdict(remark) | {"number": last + place} for place, remark in enumerate(remarks, start=1)]
    await conn.execute(_ADD_REMARKS, import_id, orjson.dumps(rows).decode())
    await conn.execute(_COUNT_FLAGGED, import_id, len(remarks))


async def add_progress(
    conn: asyncpg.Connection, import_id: UUID, *, read: int, created: int, changed: int
) -> None:
    """Set the number of services read so far, and add those `created` and `changed` by this batch."""
    await conn.execute(_ADD_PROGRESS, import_id, read, created, changed)


async def finish(
    conn: asyncpg.Connection,
    import_id: UUID,
    now: datetime,
    *,
    vanished: int = 0,
    problem: str | None = None,
    remedy: str | None = None,
) -> None:
    """Set the import to done, or to failed with a problem, and delete its file."""
    state = ImportState.DONE if problem is None else ImportState.FAILED
    await conn.execute(_FINISH, import_id, state, vanished, problem, remedy, now)
    await conn.execute("delete from directory_import_part where import_id = $1", import_id)


async def view(conn: asyncpg.Connection, import_id: UUID) -> StoredImport | None:
    """Return an import without locking it; None when it does not exist."""
    row = await conn.fetchrow(f"select {_COLUMNS} from directory_import where id = $1", import_id)
    return StoredImport(**{**row, "state": ImportState(row["state"])}) if row else None


async def remarks(
    conn: asyncpg.Connection, import_id: UUID, *, after: int, kind: LineKind | None, limit: int
) -> list[LineRemark]:
    """Return the remarks after number `after`."""
    rows = await conn.fetch(_REMARKS, import_id, after, kind, limit)
    return [LineRemark(**{**row, "kind": LineKind(row["kind"])}) for row in rows]
