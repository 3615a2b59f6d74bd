"""SQL statements on crises that a coordinator must acknowledge, one function per question."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_notifications.domain.ladder import Escalation

_RAISE: Final = """
    insert into escalation (cause, submission_id, region, coordinator, raised_at, acknowledge_by)
    values ($1, $2, $3, $4, $5, $6)
"""
_OPEN_FOR_UPDATE: Final = """
    select cause, submission_id, region, coordinator, step, raised_at, acknowledge_by, acknowledged_at, acknowledged_by
    from escalation where cause = $1 and acknowledged_at is null for update
"""
_SAVE_STEP: Final = "update escalation set step = $2, coordinator = $3, acknowledge_by = $4 where cause = $1"
_ACKNOWLEDGE: Final = """
    update escalation set acknowledged_at = $2, acknowledged_by = $3
    where submission_id = $1 and acknowledged_at is null
    returning cause
"""
_OF_SUBMISSION: Final = """
    select cause, submission_id, region, coordinator, step, raised_at, acknowledge_by, acknowledged_at, acknowledged_by
    from escalation where submission_id = $1 order by raised_at desc, cause limit 1
"""
_OPEN: Final = """
    select cause, submission_id, region, coordinator, step, raised_at, acknowledge_by, acknowledged_at, acknowledged_by
    from escalation
    where acknowledged_at is null and ($1::timestamptz is null or (raised_at, cause) > ($1, $2))
    order by raised_at, cause limit $3
"""


async def raise_escalation(tx: Tx, escalation: Escalation) -> None:
    """Store a crisis that a coordinator must acknowledge."""
    await tx.conn.execute(
        _RAISE,
        escalation.cause,
        escalation.submission_id,
        escalation.region,
        escalation.coordinator,
        escalation.raised_at,
        escalation.acknowledge_by,
    )


async def open_escalation_for_update(tx: Tx, cause: str) -> Escalation | None:
    """Return a crisis that nobody has acknowledged, locked until the transaction ends, or None."""
    row = await tx.conn.fetchrow(_OPEN_FOR_UPDATE, cause)
    return Escalation(**row) if row else None


async def save_step(tx: Tx, escalation: Escalation) -> None:
    """Store the current step of a crisis, its coordinator and the time to acknowledge."""
    await tx.conn.execute(
        _SAVE_STEP, escalation.cause, escalation.step, escalation.coordinator, escalation.acknowledge_by
    )


async def acknowledge(tx: Tx, submission_id: UUID, *, by: str) -> list[str]:
    """Acknowledge all open crises of a submission; return the causes that were open."""
    return [row["cause"] for row in await tx.conn.fetch(_ACKNOWLEDGE, submission_id, tx.now, by)]


async def escalation_of(conn: asyncpg.Connection, submission_id: UUID) -> Escalation | None:
    """Return the latest crisis of a submission, or None."""
    row = await conn.fetchrow(_OF_SUBMISSION, submission_id)
    return Escalation(**row) if row else None


async def open_escalations(
    conn: asyncpg.Connection, *, after: tuple[datetime, str] | None, limit: int
) -> list[Escalation]:
    """List crises that nobody has acknowledged yet, oldest first."""
    raised_at, cause = after or (None, None)
    return [Escalation(**row) for row in await conn.fetch(_OPEN, raised_at, cause, limit)]
