"""Offers and their places."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_matching.engine.facts import Offer, Point
from alongside_matching.engine.week import packed, unpacked

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
    "only_for",
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
    " only_for, place_closed"
)
_VIEW: Final = f"{_FACTS}, capacity, name, source, source_id, paused_until, created_at, updated_at"

_FACTS_OF: Final = f"select {_FACTS} from offer where id = any($1::uuid[])"
_PART_OF: Final = f"""
    select {_FACTS} from offer where region = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
PART_MAX: Final = 500
_WANTED: Final = f"""
    select {_FACTS} from offer
    where id = any($1::uuid[]) and paused_because is null
      and (capacity is null or held + taken < effective_capacity)
      and exists (
        select from request
        where request.region = offer.region and request.state = 'waiting' and request.needs && offer.needs)
"""
_LOCK: Final = f"select {_VIEW} from offer where id = $1 for no key update"
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
        identities = $10, organisations = $11, eligibility = $12, only_for = $13,
        required_endorsement = $14, certification_required = $15, check_required = $16, checked_until = $17,
        latitude = $18, longitude = $19, reach_km = $20, updated_at = $21
    where id = $1
"""
_SET_CAPACITY: Final = "update offer set capacity = $2, updated_at = $3 where id = $1"
_SET_AVAILABILITY: Final = "update offer set availability = $2, updated_at = $3 where id = $1"
_PAUSE: Final = "update offer set paused_because = $2, paused_until = $3, updated_at = $4 where id = $1"
_MEETS: Final = """
    update offer
    set availability = $2, updated_at = $4,
        paused_because = case
            when paused_because is not null and paused_because <> 'not-meeting' then paused_because
            when $3 then null else 'not-meeting' end
    where id = $1
"""
_SET_PLACE_CLOSED: Final = "update offer set place_closed = $2, updated_at = $3 where id = $1"
_KEEP_CONTACT: Final = """
    insert into offer_contact (offer_id, email) values ($1, $2)
    on conflict (offer_id) do update set email = excluded.email
"""


async def facts_of(conn: asyncpg.Connection, ids: Iterable[UUID]) -> list[Offer]:
    """What the rules may know of these offers, in no particular order."""
    return [_offer(row) for row in await conn.fetch(_FACTS_OF, list(ids))]


async def regions(conn: asyncpg.Connection) -> list[str]:
    """Every region that has offers."""
    return [row["region"] for row in await conn.fetch("select distinct region from offer order by region")]


async def part_of(conn: asyncpg.Connection, region: str, *, after: UUID | None) -> list[Offer]:
    """What the rules may know of the next `PART_MAX` offers of a region, in the order of their ids."""
    return [_offer(row) for row in await conn.fetch(_PART_OF, region, after, PART_MAX)]


async def wanted(conn: asyncpg.Connection, ids: Iterable[UUID]) -> list[Offer]:
    """Those of these offers that have a place somebody waits for."""
    rows = await conn.fetch(_WANTED, list(ids))
    return [_offer(row) for row in rows]


async def lock(conn: asyncpg.Connection, offer_id: UUID) -> asyncpg.Record | None:
    """Wait for one offer; nobody moves its places until we are done. Only for who has locked nothing before."""
    return await conn.fetchrow(_LOCK, offer_id)


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


async def meets(
    conn: asyncpg.Connection, offer_id: UUID, mask: bytes | None, *, takes_people: bool, now: datetime
) -> None:
    """Write what a schedule amounts to now. What staff paused stays paused."""
    await conn.execute(_MEETS, offer_id, mask, takes_people, now)


async def set_place_closed(conn: asyncpg.Connection, offer_id: UUID, *, closed: bool, now: datetime) -> None:
    """Write whether an offer's place is closed; it may go on another way."""
    await conn.execute(_SET_PLACE_CLOSED, offer_id, closed, now)


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


async def contacts(conn: asyncpg.Connection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The e-mail addresses of these offers; left out is who has none."""
    rows = await conn.fetch("select offer_id, email from offer_contact where offer_id = any($1)", list(ids))
    return {row["offer_id"]: row["email"] for row in rows}


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
        only_for=frozenset(row["only_for"]),
    )
