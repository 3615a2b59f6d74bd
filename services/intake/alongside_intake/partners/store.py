"""SQL statements about what partners are owed, one function per question.

Registering a partner and deciding that it cannot be answered exclude each other: the first takes the partner's lock alone,
the second shares it. So whatever was kept back is visible to the registration, or was answered after it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.partner import Problem
from alongside_intake.partners.pauses import StreamPause


@dataclass(frozen=True, slots=True)
class Registration:
    """Where and since when a partner is registered."""

    region: str
    registered_at: datetime


async def lock_registration(tx: Tx, partner: str) -> None:
    """Wait for those who keep answers to a partner back because it is not registered, and hold them back until the commit."""
    await tx.conn.execute(_LOCK, partner)


async def find_registration(tx: Tx, partner: str) -> Registration | None:
    """Return the registration of a partner; None when it is not registered, and then hold its registration back.

    A registration that runs at the same time comes before this question, or after the end of its transaction.
    """
    row = await tx.conn.fetchrow(_REGISTRATION, partner)
    if row is None:
        await tx.conn.execute(_SHARE, partner)
        row = await tx.conn.fetchrow(_REGISTRATION, partner)
    return None if row is None else Registration(*row)


async def add_unanswered(tx: Tx, partner: str, letters: Sequence[dead_letters.LetterPosition]) -> None:
    """Store the dead letters about which a partner has to be answered."""
    await tx.conn.executemany(
        'insert into unanswered_letter (letter_id, partner, partition, "offset") values ($1, $2, $3, $4)',
        [(letter.id, partner, letter.partition, letter.offset) for letter in letters],
    )


async def list_unanswered(tx: Tx, partner: str, limit: int) -> list[UUID]:
    """Return the first dead letters about which a partner has to be answered, by their positions."""
    rows = await tx.conn.fetch(
        'select letter_id from unanswered_letter where partner = $1 order by partition, "offset", letter_id limit $2',
        partner,
        limit,
    )
    return [row["letter_id"] for row in rows]


async def take_unanswered(tx: Tx, letters: Collection[UUID]) -> frozenset[UUID]:
    """Delete these from what has to be answered; return those that still had to be."""
    rows = await tx.conn.fetch(
        "delete from unanswered_letter where letter_id = any($1::uuid[]) returning letter_id", list(letters)
    )
    return frozenset(row["letter_id"] for row in rows)


async def settle_unanswered(tx: Tx, partner: str, origin: RecordOrigin) -> None:
    """Delete the record at this position from what has to be answered: it is answered now."""
    await tx.conn.execute(
        'delete from unanswered_letter where partner = $1 and partition = $2 and "offset" = $3',
        partner,
        origin.partition,
        origin.offset,
    )


async def add_pause(tx: Tx, pause: StreamPause, *, is_announced: bool) -> None:
    """Store the open pause of a partner's stream, and whether it is announced to the partner in this transaction."""
    problem = pause.problem
    await tx.conn.execute(
        _ADD_PAUSE,
        pause.partner,
        pause.because,
        pause.refused,
        problem.code,
        problem.where,
        problem.remedy,
        pause.partition,
        pause.offset,
        pause.paused_at,
        tx.now if is_announced else None,
    )


async def has_pause(tx: Tx, partner: str, paused_at: datetime) -> bool:
    """Return whether the pause of a partner's stream that began then is stored here."""
    found: bool = await tx.conn.fetchval(
        "select exists (select from stream_pause where partner = $1 and paused_at = $2)", partner, paused_at
    )
    return found


async def take_unannounced_pause(tx: Tx, partner: str) -> StreamPause | None:
    """Return the pause that was not announced to its partner, and store that it is announced now; None when there is none.

    It is open, or ends in this transaction. A pause that another release resumed may still be stored here.
    """
    row = await tx.conn.fetchrow(_TAKE_PAUSE, partner, tx.now)
    return None if row is None else _stream_pause(row)


async def end_pause(tx: Tx, partner: str) -> None:
    """Delete the pause of a partner's stream, which has ended."""
    await tx.conn.execute("delete from stream_pause where partner = $1", partner)


async def begin_missing_summary(tx: Tx, partner: str) -> None:
    """Let the first day of a partner begin now if it has none: a release without summaries registered it since the start."""
    await tx.conn.execute(
        "update partner set summarised_to = $2 where id = $1 and summarised_to is null", partner, tx.now
    )


async def begin_missing_summaries(tx: Tx) -> list[str]:
    """Let the first day of partners that have none begin now; return their ids."""
    rows = await tx.conn.fetch(
        "update partner set summarised_to = $1 where summarised_to is null returning id", tx.now
    )
    return [row["id"] for row in rows]


async def lock_summarised_to(tx: Tx, partner: str) -> datetime | None:
    """Return until when the days of a partner are summarised, and lock the partner; None when no day began."""
    summarised_to: datetime | None = await tx.conn.fetchval(
        "select summarised_to from partner where id = $1 for no key update", partner
    )
    return summarised_to


async def hold_summary_back(tx: Tx, partner: str) -> datetime:
    """Return until when the days of a partner, which has begun one, are summarised; no other is before the commit."""
    summarised_to: datetime = await tx.conn.fetchval(
        "select summarised_to from partner where id = $1 for share", partner
    )
    return summarised_to


async def set_summarised_to(tx: Tx, partner: str, to: datetime) -> None:
    """Store until when the days of a partner are summarised."""
    await tx.conn.execute("update partner set summarised_to = $2 where id = $1", partner, to)


async def count_decided(tx: Tx, partner: str, begins_at: datetime, ends_at: datetime) -> int:
    """Return how many submissions and consent statements on a partner's stream were decided in a period."""
    count: int = await tx.conn.fetchval(
        """
        select count(*) from submission
        where source = $1 and received_at >= $2 and received_at < $3 and cause is not null and is_read
        """,
        partner,
        begins_at,
        ends_at,
    )
    return count


_REGISTRATION: Final = "select region, registered_at from partner where id = $1"
_ADD_PAUSE: Final = """
    insert into stream_pause (partner, because, refused, code, "where", remedy, partition, "offset", paused_at, announced_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (partner) do update set
        because = excluded.because, refused = excluded.refused, code = excluded.code, "where" = excluded."where",
        remedy = excluded.remedy, partition = excluded.partition, "offset" = excluded."offset",
        paused_at = excluded.paused_at, announced_at = excluded.announced_at
"""
_TAKE_PAUSE: Final = """
    update stream_pause p set announced_at = $2
    where partner = $1 and announced_at is null and exists (
        select from quarantine q
        where q.partner = p.partner and q.paused_at = p.paused_at and (q.resumed_at is null or q.resumed_at = $2)
    )
    returning partner, because, refused, code, "where", remedy, partition, "offset", paused_at
"""
_KEY: Final = "hashtextextended('registration of ' || $1, 0)"
_LOCK: Final = f"select pg_advisory_xact_lock({_KEY})"
_SHARE: Final = f"select pg_advisory_xact_lock_shared({_KEY})"


def _stream_pause(row: asyncpg.Record) -> StreamPause:
    return StreamPause(
        row["partner"],
        row["because"],
        row["refused"],
        Problem(code=row["code"], where=row["where"], remedy=row["remedy"]),
        row["partition"],
        row["offset"],
        row["paused_at"],
    )
