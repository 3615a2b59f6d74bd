"""Stores directory imports: the uploaded file until the import ends, its progress, and the remarks on its lines."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from alongside_directory.codes import ImportState, LineKind, QuestionCode
from alongside_directory.decision import ImportDecision, Question

_COLUMNS: Final = (
    "id, region, source, pause_vanished, dry_run, state, of, read, created, changed, unchanged, quarantined,"
    " lines_quarantined, flagged, vanished, questions, confirmation, problem, remedy, created_at, finished_at"
)
_ADD: Final = """
    insert into directory_import (
        id, region, source, source_key, digest_key, pause_vanished, dry_run, confirm, state, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9)
"""
_ADD_PART: Final = "insert into directory_import_part (import_id, number, content) values ($1, $2, $3)"
_UNFINISHED: Final = """
    select source_key, min(id::text)::uuid as id from directory_import where state in ('queued', 'reading', 'storing')
    group by source_key order by 2 limit $1
"""
_CLAIM: Final = "select pg_try_advisory_lock(hashtextextended('directory-source:' || $1, 0))"
_RELEASE_CLAIM: Final = "select pg_advisory_unlock(hashtextextended('directory-source:' || source_key, 0)) from directory_import where id = $1"
_OLDEST_OF_SOURCE: Final = """
    select id from directory_import
    where source_key = $1 and state in ('queued', 'reading', 'storing') order by id limit 1
"""
_BEGIN: Final = """
    update directory_import set state = 'reading', attempts = attempts + 1 where id = $1
    returning region, source_key, digest_key, pause_vanished, dry_run, confirm, attempts, moved, kept
"""
_LOCK_CLAIMED: Final = """
    select from directory_import
    where id = $1 and attempts = $2 and state in ('reading', 'storing') for no key update
"""
_STORE_REPORT: Final = """
    update directory_import
    set state = 'storing', of = $2, quarantined = $3, read = $3, lines_quarantined = $4, flagged = $5
    where id = $1
"""
_STORE_QUESTIONS: Final = "update directory_import set questions = $2::jsonb, confirmation = $3 where id = $1"
_STORE_DECISION: Final = "update directory_import set moved = $2, kept = $3 where id = $1"
_ADD_PROGRESS: Final = """
    update directory_import
    set read = $2, created = created + $3, changed = changed + $4,
        unchanged = greatest($2 - quarantined - (created + $3) - (changed + $4), 0)
    where id = $1
"""
_FINISH: Final = """
    update directory_import
    set state = $2, vanished = $3, problem = $4, remedy = $5, finished_at = $6, digest_key = null
    where id = $1
"""
_ADD_REMARKS: Final = """
    insert into directory_import_line (
        import_id, number, kind, file, path, line, digest, source_id, "column", code, remedy)
    select $1, number, kind, file, path, line, digest, source_id, "column", code, remedy
    from jsonb_to_recordset($2::jsonb) as remark (
        number int, kind text, file text, path text, line int, digest text, source_id text, "column" text, code text,
        remedy text)
"""
_REMARKS: Final = """
    select number, kind, file, path, line, digest, source_id, "column", code, remedy
    from directory_import_line
    where import_id = $1 and number > $2::bigint and ($3::text is null or kind = $3)
    order by number
    limit $4
"""


class ClaimLost(Exception):
    """Another process continues this import."""


@dataclass(frozen=True, slots=True)
class NewImport:
    """An upload to import: under which source, and what its sender wants. `digest_key` is for the digests of rows."""

    id: UUID
    region: str
    source: str
    source_key: str
    digest_key: bytes
    pause_vanished: bool
    dry_run: bool
    confirm: str | None


@dataclass(frozen=True, slots=True)
class ClaimedImport:
    """An import that this process works on; `attempts` counts its starts, this one included.

    `source_key` is what the ids of its records derive from; `decision` is None until it may change something.
    """

    id: UUID
    region: str
    source_key: str
    digest_key: bytes
    pause_vanished: bool
    dry_run: bool
    confirm: str | None
    attempts: int
    decision: ImportDecision | None


@dataclass(frozen=True, slots=True)
class LineRemark:
    """One remark on one line of a file: `quarantined` (not imported) or `flagged` (imported). `number` counts remarks.

    `file` is the table, `path` its file in the package; a remark on a service as such has neither path nor line (0).
    """

    number: int
    kind: LineKind
    file: str
    path: str
    line: int
    digest: str
    source_id: str
    column: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class StoredImport:
    """Progress of an import: `of` is the number of services in the file, `read` how many of them are done.

    `vanished` counts the listings whose offers are paused, with `pause_vanished`, because the file no longer lists them.
    """

    id: UUID
    region: str
    source: str
    pause_vanished: bool
    dry_run: bool
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
    questions: Sequence[Question]
    confirmation: str | None
    problem: str | None
    remedy: str | None
    created_at: datetime
    finished_at: datetime | None


async def add(conn: asyncpg.Connection, new: NewImport, now: datetime) -> None:
    """Store a new import, queued."""
    of_source = (new.region, new.source, new.source_key, new.digest_key)
    await conn.execute(_ADD, new.id, *of_source, new.pause_vanished, new.dry_run, new.confirm, now)


async def add_part(conn: asyncpg.Connection, import_id: UUID, number: int, content: bytes) -> None:
    """Store the next part of an import's file until it has been read; numbers count from 0."""
    await conn.execute(_ADD_PART, import_id, number, content)


async def claim(conn: asyncpg.Connection, candidates_max: int = 20) -> UUID | None:
    """Claim and return the oldest unfinished import of a source that no process works on; None when there is none.

    The claim is on the source: its packages are imported one after another, in the order in which they came. It belongs to
    this connection until `release_claim`.
    """
    for row in await conn.fetch(_UNFINISHED, candidates_max):
        if await conn.fetchval(_CLAIM, row["source_key"]):
            oldest = await conn.fetchval(_OLDEST_OF_SOURCE, row["source_key"])
            if oldest is not None:
                return UUID(int=oldest.int)  # a plain UUID, not asyncpg's subclass
            await release_claim(conn, row["id"])
    return None


async def release_claim(conn: asyncpg.Connection, import_id: UUID) -> None:
    """Release the claim on an import's source, so that another process may continue with it."""
    await conn.execute(_RELEASE_CLAIM, import_id)


async def begin(conn: asyncpg.Connection, import_id: UUID) -> ClaimedImport:
    """Set the import to reading and count the attempt. Raises LookupError when the import is missing."""
    row = await conn.fetchrow(_BEGIN, import_id)
    if row is None:
        raise LookupError(f"import {import_id} does not exist")
    facts = dict(row)
    moved, kept = facts.pop("moved"), facts.pop("kept")
    decided = None if moved is None else ImportDecision(frozenset(moved), frozenset(kept))
    digest_key = facts.pop("digest_key") or b""
    return ClaimedImport(id=import_id, digest_key=digest_key, decision=decided, **facts)


async def lock_claimed(conn: asyncpg.Connection, claimed: ClaimedImport) -> None:
    """Lock the import until the transaction ends. Raises ClaimLost when another process has begun it since."""
    if await conn.fetchrow(_LOCK_CLAIMED, claimed.id, claimed.attempts) is None:
        raise ClaimLost


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


async def store_questions(
    conn: asyncpg.Connection,
    import_id: UUID,
    questions: Sequence[Question],
    confirmation: str | None,
) -> None:
    """Store what somebody must confirm, and what confirms it."""
    await conn.execute(
        _STORE_QUESTIONS, import_id, orjson.dumps(list(map(asdict, questions))).decode(), confirmation
    )


async def store_decision(conn: asyncpg.Connection, import_id: UUID, decision: ImportDecision) -> None:
    """Store what was decided, so that a process that continues the import does not decide again."""
    await conn.execute(_STORE_DECISION, import_id, sorted(decision.moved), sorted(decision.kept))


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
    state: ImportState,
    vanished: int = 0,
    problem: str | None = None,
    remedy: str | None = None,
) -> None:
    """Set the import to a final state, and delete its file."""
    await conn.execute(_FINISH, import_id, state, vanished, problem, remedy, now)
    await conn.execute("delete from directory_import_part where import_id = $1", import_id)


async def view(conn: asyncpg.Connection, import_id: UUID) -> StoredImport | None:
    """Return an import without locking it; None when it does not exist."""
    row = await conn.fetchrow(f"select {_COLUMNS} from directory_import where id = $1", import_id)
    if row is None:
        return None
    questions = tuple(map(_question, orjson.loads(row["questions"])))
    return StoredImport(**{**row, "state": ImportState(row["state"]), "questions": questions})


def _question(stored: Mapping[str, Any]) -> Question:
    return Question(QuestionCode(stored["code"]), tuple(stored["about"]), stored["lost"], stored["before"])


async def remarks(
    conn: asyncpg.Connection, import_id: UUID, *, after: int, kind: LineKind | None, limit: int
) -> list[LineRemark]:
    """Return the remarks after number `after`."""
    rows = await conn.fetch(_REMARKS, import_id, after, kind, limit)
    return [LineRemark(**{**row, "kind": LineKind(row["kind"])}) for row in rows]
