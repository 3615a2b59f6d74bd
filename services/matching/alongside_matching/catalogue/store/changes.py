"""What changed on offer since we last looked, in a way that cannot miss anything.

Numbers drawn from a sequence become visible out of order, so "everything above the last one seen" passes over the
transaction that commits late. Here every changed offer carries the id of the transaction that changed it, and a
reader begins again at the oldest transaction that had not ended when it looked: it may read a change twice, never not
at all. The marks are made by triggers on `offer`, so no writer can forget them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

_HORIZON: Final = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_SINCE: Final = f"""
    select seen.horizon, id, region, held, taken,
           said_in >= $1 or said_in is null as said, changed_in >= seen.horizon as unsettled
    from (select {_HORIZON} as horizon) as seen
    left join (
        select offer.*, changed_in, said_in from offer join offer_change on offer_id = id
        where changed_in >= $1 or offer_id = any($2::uuid[])) as changed on true
"""


@dataclass(frozen=True, slots=True)
class Change:
    """An offer that changed. `content_changed`: not only its places. `unsettled`: by a transaction that may yet be undone."""

    offer_id: UUID
    region: str
    held: int
    taken: int
    content_changed: bool
    unsettled: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, and the horizon from which to read on."""

    horizon: int
    of: Sequence[Change]


async def horizon(conn: asyncpg.Connection) -> int:
    """From where to read on, for who has read nothing yet: whatever ended before is in the offers themselves."""
    value: int = await conn.fetchval(f"select {_HORIZON}")
    return value


async def since(conn: asyncpg.Connection, cursor: int, also: Iterable[UUID] = ()) -> Changes:
    """Every offer changed in or after the transaction `cursor`, this very one included, and those named beside."""
    rows = await conn.fetch(_SINCE, cursor, list(also))
    changes = [
        Change(row["id"], row["region"], row["held"], row["taken"], row["said"], row["unsettled"])
        for row in rows
        if row["id"] is not None
    ]
    return Changes(rows[0]["horizon"], changes)
