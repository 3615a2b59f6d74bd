"""Offers and their places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_matching.domain.facts import Offer, Point, Request
from alongside_matching.domain.week import packed, unpacked

CODES: Final = (
    "needs",
    "languages",
    "formats",
    "modes",
    "age_bands",
    "hopes",
    "interests",
    "identities",
    "organisations",
    "eligibility",
)
"""Lists of codes an offer says of itself, in the order in which they are written."""
WORDS: Final = (
    "required_endorsement",
    "certification_required",
    "check_required",
    "checked_until",
    "latitude",
    "longitude",
    "reach_km",
)
"""What else it says of itself."""
_IN_PERSON: Final = "in-person"
_FACTS: Final = (
    "id, kind, region, needs, languages, formats, modes, age_bands, effective_capacity, held, taken, paused_because,"
    " hopes, interests, identities, organisations, endorsements, required_endorsement, availability, latitude,"
    " longitude, reach_km, certified_until, certification_required, checked_until, check_required, eligibility,"
    " place_closed"
)
_VIEW: Final = f"{_FACTS}, capacity, name, source, source_id, paused_until, created_at, updated_at"

# How many of the first needs asked for are shared: far cheaper per row than intersecting two arrays.
_SHARED: Final = " + ".join(f"coalesce($2[{place}] = any(needs), false)::int" for place in range(1, 9))

# A coarse order only, so that the closest candidates are among the first `limit`: the rules decide (domain).
_CANDIDATES: Final = f"""
    select {_FACTS} from offer
    where region = $1 and needs && $2::text[]
    order by
        (paused_because is null and (capacity is null or held + taken < effective_capacity)
            and id <> all($3::uuid[])) desc,
        (languages && $4::text[] and (modes = '{{}}' or $5::text[] = '{{}}' or modes && $5)) desc,
        {_SHARED} desc,
        (held + taken)::float / greatest(effective_capacity, 1),
        id
    limit $6 offset $7
"""
_OPEN_GROUPS: Final = f"""
    select {_FACTS} from offer
    where region = $1 and kind = 'group' and capacity is null and paused_because is null
    order by (needs && $2::text[]) desc, id
    limit $3
"""
_HOLD: Final = """
    update offer set held = held + 1, updated_at = $2
    where id = $1 and paused_because is null and (capacity is null or held + taken < effective_capacity)
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
    set name = $2, needs = $3, languages = $4, formats = $5, modes = $6, age_bands = $7, hopes = $8, interests = $9,
        identities = $10, organisations = $11, eligibility = $12, required_endorsement = $13,
        certification_required = $14, check_required = $15, checked_until = $16, latitude = $17, longitude = $18,
        reach_km = $19, updated_at = $20
    where id = $1
"""
_SET_CAPACITY: Final = "update offer set capacity = $2, updated_at = $3 where id = $1"
_SET_AVAILABILITY: Final = "update offer set availability = $2, updated_at = $3 where id = $1"
_PAUSE: Final = "update offer set paused_because = $2, paused_until = $3, updated_at = $4 where id = $1"
_KEEP_CONTACT: Final = """
    insert into offer_contact (offer_id, email) values ($1, $2)
    on conflict (offer_id) do update set email = excluded.email
"""


_FACTS_OF: Final = f"""
    select {_FACTS} from offer where ($1::uuid[] is null or id = any($1)) and ($2::text is null or region = $2)
"""


class PlaceGone(RuntimeError):
    """An offer that looked free had no place when it was held: its region was not locked, which is a fault of ours."""


async def facts_of(
    conn: asyncpg.Connection, *, ids: Sequence[UUID] | None = None, region: str | None = None
) -> list[Offer]:
    """What the rules may know of these offers, or of a region's, or of all; in no particular order."""
    rows = await conn.fetch(_FACTS_OF, None if ids is None else list(ids), region)
    return [_offer(row) for row in rows]


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
    row = await conn.fetchrow(f"select {_FACTS} from offer where id = $1", offer_id)
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


async def change(conn: asyncpg.Connection, offer_id: UUID, words: Mapping[str, Any], now: datetime) -> None:
    """Write an offer's own words anew; `words` holds all of them."""
    codes = (list(words[name]) for name in CODES)
    await conn.execute(_CHANGE, offer_id, words["name"], *codes, *(words[name] for name in WORDS), now)


async def set_capacity(conn: asyncpg.Connection, offer_id: UUID, capacity: int | None, now: datetime) -> None:
    """Write how many places are agreed; what the well-being valve lets through is another number."""
    await conn.execute(_SET_CAPACITY, offer_id, capacity, now)


async def set_availability(conn: asyncpg.Connection, offer_id: UUID, mask: int, now: datetime) -> None:
    """Write when an offer is free, as half hours of the region's week; 0 says nothing."""
    await conn.execute(_SET_AVAILABILITY, offer_id, packed(mask), now)


async def pause(
    conn: asyncpg.Connection,
    offer_id: UUID,
    because: str | None,
    now: datetime,
    *,
    until: datetime | None = None,
) -> None:
    """Ask this offer no more, for a reason of the table's list, or again (None)."""
    await conn.execute(_PAUSE, offer_id, because, until, now)


async def contact(conn: asyncpg.Connection, offer_id: UUID) -> str | None:
    """The e-mail address of an offer."""
    email: str | None = await conn.fetchval("select email from offer_contact where offer_id = $1", offer_id)
    return email


async def keep_contact(conn: asyncpg.Connection, offer_id: UUID, email: str) -> None:
    """Remember, or replace, the e-mail address of an offer."""
    await conn.execute(_KEEP_CONTACT, offer_id, email)


def _offer(row: asyncpg.Record) -> Offer:
    modes = frozenset(row["modes"])
    return Offer(
        id=row["id"],
        kind=row["kind"],
        region=row["region"],
        needs=frozenset(row["needs"]),
        languages=frozenset(row["languages"]),
        formats=frozenset(row["formats"]),
        modes=modes - {_IN_PERSON} if row["place_closed"] else modes,
        age_bands=frozenset(row["age_bands"]),
        capacity=row["effective_capacity"],
        held=row["held"],
        taken=row["taken"],
        paused=row["paused_because"] is not None,
        hopes=frozenset(row["hopes"]),
        interests=frozenset(row["interests"]),
        identities=frozenset(row["identities"]),
        organisations=frozenset(row["organisations"]),
        endorsements=frozenset(row["endorsements"]),
        required_endorsement=row["required_endorsement"],
        availability=unpacked(row["availability"]),
        where=None if row["latitude"] is None else Point(row["latitude"], row["longitude"]),
        reach_km=row["reach_km"],
        certified_until=row["certified_until"],
        certification_required=row["certification_required"],
        checked_until=row["checked_until"],
        check_required=row["check_required"],
        eligibility=frozenset(row["eligibility"]),
    )
