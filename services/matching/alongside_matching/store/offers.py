"""Offers and their places."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_matching.domain.facts import Offer, Request

_COLUMNS: Final = (
    "id, kind, region, needs, languages, formats, modes, age_bands, capacity, held, taken, paused_because"
)
_VIEW: Final = f"{_COLUMNS}, name, source, source_id, created_at, updated_at"

# How many of the first needs asked for are shared: far cheaper per row than intersecting two arrays.
_SHARED: Final = " + ".join(f"coalesce($2[{place}] = any(needs), false)::int" for place in range(1, 9))

# A coarse order only, so that the closest candidates are among the first `limit`: the rules decide (domain).
_CANDIDATES: Final = f"""
    select {_COLUMNS} from offer
    where region = $1 and needs && $2::text[]
    order by
        (paused_because is null and (capacity is null or held + taken < capacity) and id <> all($3::uuid[])) desc,
        (languages && $4::text[] and (modes = '{{}}' or $5::text[] = '{{}}' or modes && $5)) desc,
        {_SHARED} desc,
        (held + taken)::float / greatest(capacity, 1),
        id
    limit $6 offset $7
"""
_OPEN_GROUPS: Final = f"""
    select {_COLUMNS} from offer
    where region = $1 and kind = 'group' and capacity is null and paused_because is null
    order by (needs && $2::text[]) desc, id
    limit $3
"""
_HOLD: Final = """
    update offer set held = held + 1, updated_at = $2
    where id = $1 and paused_because is null and (capacity is null or held + taken < capacity)
    returning id
"""
_TAKE: Final = "update offer set held = held - 1, taken = taken + 1, updated_at = $2 where id = $1"
_FREE_HELD: Final = "update offer set held = held - 1, updated_at = $2 where id = $1"
_FREE_TAKEN: Final = "update offer set taken = taken - 1, updated_at = $2 where id = $1"
_PAGE: Final = f"""
    select {_VIEW} from offer
    where ($1::uuid is null or id > $1)
      and ($2::text is null or region = $2)
      and ($3::text is null or kind = $3)
      and ($4::text is null or needs @> array[$4])
      and ($5::boolean is null or (paused_because is not null) = $5)
      and ($6::text is null or source = $6)
    order by id
    limit $7
"""
_CHANGE: Final = """
    update offer
    set name = $2, needs = $3, languages = $4, formats = $5, modes = $6, age_bands = $7, capacity = $8,
        updated_at = $9
    where id = $1
"""
_PAUSE: Final = "update offer set paused_because = $2, updated_at = $3 where id = $1"
_KEEP_CONTACT: Final = """
    insert into offer_contact (offer_id, email) values ($1, $2)
    on conflict (offer_id) do update set email = excluded.email
"""


class PlaceGone(RuntimeError):
    """An offer that looked free had no place when it was held: its region was not locked, which is a fault of ours."""


async def candidates(
    conn: asyncpg.Connection, request: Request, *, limit: int, offset: int = 0
) -> list[Offer]:
    """Offers of the region that share a need, the likeliest first."""
    rows = await conn.fetch(
        _CANDIDATES,
        request.region,
        sorted(request.needs),
        list(request.asked),
        list(request.languages),
        list(request.modes),
        limit,
        offset,
    )
    return [_offer(row) for row in rows]


async def open_groups(conn: asyncpg.Connection, request: Request, *, limit: int) -> list[Offer]:
    """Groups of the region that anyone may join, those that share a need first."""
    rows = await conn.fetch(_OPEN_GROUPS, request.region, sorted(request.needs), limit)
    return [_offer(row) for row in rows]


async def offer(conn: asyncpg.Connection, offer_id: UUID) -> Offer | None:
    """One offer as it stands."""
    row = await conn.fetchrow(f"select {_COLUMNS} from offer where id = $1", offer_id)
    return _offer(row) if row else None


async def region_of(conn: asyncpg.Connection, offer_id: UUID) -> str | None:
    """The region an offer belongs to, which never changes."""
    region: str | None = await conn.fetchval("select region from offer where id = $1", offer_id)
    return region


async def hold(conn: asyncpg.Connection, offer_id: UUID, now: datetime) -> None:
    """Hold one place. Raises PlaceGone when none is free: a place is never promised twice, whoever forgot a lock."""
    if await conn.fetchval(_HOLD, offer_id, now) is None:
        raise PlaceGone(f"no place of offer {offer_id} is free")


async def take(conn: asyncpg.Connection, offer_id: UUID, now: datetime) -> None:
    """The held place is taken."""
    await conn.execute(_TAKE, offer_id, now)


async def free(conn: asyncpg.Connection, offer_id: UUID, now: datetime, *, taken: bool) -> None:
    """Give a place back: one that was taken, or one that was only held."""
    await conn.execute(_FREE_TAKEN if taken else _FREE_HELD, offer_id, now)


async def view(conn: asyncpg.Connection, offer_id: UUID) -> asyncpg.Record | None:
    """One offer for reading: every column but its contact."""
    return await conn.fetchrow(f"select {_VIEW} from offer where id = $1", offer_id)


async def page(
    conn: asyncpg.Connection,
    *,
    after: UUID | None,
    region: str | None,
    kind: str | None,
    need: str | None,
    paused: bool | None,
    source: str | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Offers in the order they were added, for reading only."""
    return await conn.fetch(_PAGE, after, region, kind, need, paused, source, limit)


async def change(conn: asyncpg.Connection, offer_id: UUID, values: Mapping[str, Any], now: datetime) -> None:
    """Write an offer's own words anew; `values` holds all of them."""
    codes = (list(values[name]) for name in ("needs", "languages", "formats", "modes", "age_bands"))
    await conn.execute(_CHANGE, offer_id, values["name"], *codes, values["capacity"], now)


async def pause(conn: asyncpg.Connection, offer_id: UUID, because: str | None, now: datetime) -> None:
    """Ask this offer no more, for a reason of the table's list, or again (None)."""
    await conn.execute(_PAUSE, offer_id, because, now)


async def contact(conn: asyncpg.Connection, offer_id: UUID) -> str | None:
    """The e-mail address of an offer."""
    email: str | None = await conn.fetchval("select email from offer_contact where offer_id = $1", offer_id)
    return email


async def keep_contact(conn: asyncpg.Connection, offer_id: UUID, email: str) -> None:
    """Remember, or replace, the e-mail address of an offer."""
    await conn.execute(_KEEP_CONTACT, offer_id, email)


def _offer(row: asyncpg.Record) -> Offer:
    return Offer(
        id=row["id"],
        kind=row["kind"],
        region=row["region"],
        needs=frozenset(row["needs"]),
        languages=frozenset(row["languages"]),
        formats=frozenset(row["formats"]),
        modes=frozenset(row["modes"]),
        age_bands=frozenset(row["age_bands"]),
        capacity=row["capacity"],
        held=row["held"],
        taken=row["taken"],
        paused=row["paused_because"] is not None,
    )
