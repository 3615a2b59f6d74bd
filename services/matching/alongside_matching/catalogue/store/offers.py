"""Offers and their places."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_contracts.codes import installed
from alongside_contracts.vocabulary import Mode, OfferKind
from alongside_matching.catalogue.rules.pauses import PausedBecause, pause_of
from alongside_matching.engine.facts import Offer, Point
from alongside_matching.engine.week import pack_mask, unpack_mask

CODE_FIELDS: Final = (
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
"""Lists of codes in an offer's profile, in the order in which they are written."""
PROFILE_FIELDS: Final = (
    "required_endorsement",
    "certification_required",
    "check_required",
    "checked_until",
    "latitude",
    "longitude",
    "reach_km",
)
"""The other fields of the profile."""
_FACTS: Final = (
    "id, kind, region, needs, languages, formats, modes, age_bands, effective_capacity, held, taken, paused_because,"
    " hopes, interests, identities, organisations, endorsements, required_endorsement, availability, latitude,"
    " longitude, reach_km, certified_until, certification_required, checked_until, check_required, eligibility,"
    " only_for, place_closed"
)
_VIEW: Final = f"{_FACTS}, capacity, name, source, source_id, paused_until, created_at, updated_at"

_FACTS_OF: Final = f"select {_FACTS} from offer where id = any($1::uuid[])"
_REGION_PAGE: Final = f"""
    select {_FACTS} from offer where region = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
LOAD_PAGE_MAX: Final = 500
_AWAITED: Final = f"""
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
_END_PAUSE: Final = """
    update offer set paused_because = case when withdrawn then 'vanished' end, paused_until = null, updated_at = $2
    where id = $1
"""
_SET_GROUP_AVAILABILITY: Final = """
    update offer
    set availability = $2, updated_at = $4,
        paused_because = case
            when paused_because is distinct from $5 then paused_because
            when paused_because is not null and $3::text is null and withdrawn then 'vanished'
            else $3 end
    where id = $1
"""
_PAUSES: Final = "select id, paused_because from offer where id = any($1)"
_SET_PLACE_CLOSED: Final = "update offer set place_closed = $2, updated_at = $3 where id = $1"
_SET_CONTACT: Final = """
    insert into offer_contact (offer_id, email) values ($1, $2)
    on conflict (offer_id) do update set email = excluded.email, unusable_since = null
"""


@dataclass(frozen=True, slots=True)
class OfferProfile:
    """The description of an offer: its public name, `CODE_FIELDS` and `PROFILE_FIELDS`. A change writes all of them."""

    name: str | None
    needs: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    modes: tuple[str, ...]
    age_bands: tuple[str, ...]
    hopes: tuple[str, ...]
    interests: tuple[str, ...]
    identities: tuple[str, ...]
    organisations: tuple[str, ...]
    eligibility: tuple[str, ...]
    only_for: tuple[str, ...]
    required_endorsement: str | None
    certification_required: bool
    check_required: bool
    checked_until: date | None
    latitude: float | None
    longitude: float | None
    reach_km: float | None


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """An offer as stored, without its contact.

    `capacity` is agreed; `effective_capacity` is what matching uses. `availability` are half hours of the region's
    week; 0 means unknown.
    """

    id: UUID
    kind: OfferKind
    region: str
    profile: OfferProfile
    availability: int
    capacity: int | None
    effective_capacity: int | None
    held: int
    taken: int
    certified_until: date | None
    endorsements: tuple[str, ...]
    paused_because: PausedBecause | None
    paused_until: datetime | None
    place_closed: bool
    source: str | None
    source_id: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def promised(self) -> int:
        """Return the number of places held or taken."""
        return self.held + self.taken


async def load_facts(conn: asyncpg.Connection, ids: Iterable[UUID]) -> list[Offer]:
    """Return the facts that rules may read of these offers, in no particular order."""
    return [_offer(row) for row in await conn.fetch(_FACTS_OF, list(ids))]


async def regions(conn: asyncpg.Connection) -> list[str]:
    """Return every region that has offers."""
    return [row["region"] for row in await conn.fetch("select distinct region from offer order by region")]


async def load_page(conn: asyncpg.Connection, region: str, *, after: UUID | None) -> list[Offer]:
    """Return the facts of the next `LOAD_PAGE_MAX` offers of a region, in the order of their ids."""
    return [_offer(row) for row in await conn.fetch(_REGION_PAGE, region, after, LOAD_PAGE_MAX)]


async def find_awaited(conn: asyncpg.Connection, ids: Iterable[UUID]) -> list[Offer]:
    """Return the offers among `ids` that have a free place and share a need with a waiting request."""
    rows = await conn.fetch(_AWAITED, list(ids))
    return [_offer(row) for row in rows]


async def lock(conn: asyncpg.Connection, offer_id: UUID) -> StoredOffer | None:
    """Wait for and lock one offer, so that nobody moves its places. Call it before anything else is locked."""
    row = await conn.fetchrow(_LOCK, offer_id)
    return _stored(row) if row else None


async def view(conn: asyncpg.Connection, offer_id: UUID) -> StoredOffer | None:
    """Return one offer without locking it."""
    row = await conn.fetchrow(f"select {_VIEW} from offer where id = $1", offer_id)
    return _stored(row) if row else None


async def page(
    conn: asyncpg.Connection,
    *,
    after: UUID | None,
    region: str | None,
    kind: OfferKind | None,
    need: str | None,
    paused: bool | None,
    source: str | None,
    limit: int,
) -> list[StoredOffer]:
    """Return a page of offers in the order they were added, without locking them."""
    rows = await conn.fetch(_PAGE, after, region, kind, need, paused, source, limit)
    return [_stored(row) for row in rows]


async def change(conn: asyncpg.Connection, offer_id: UUID, profile: OfferProfile, now: datetime) -> None:
    """Replace an offer's profile."""
    codes = (getattr(profile, name) for name in CODE_FIELDS)
    rest = (getattr(profile, name) for name in PROFILE_FIELDS)
    await conn.execute(_CHANGE, offer_id, profile.name, *codes, *rest, now)


async def set_capacity(conn: asyncpg.Connection, offer_id: UUID, capacity: int | None, now: datetime) -> None:
    """Set the agreed number of places; the well-being rule sets the limit in another column."""
    await conn.execute(_SET_CAPACITY, offer_id, capacity, now)


async def set_availability(conn: asyncpg.Connection, offer_id: UUID, mask: int, now: datetime) -> None:
    """Set the free half hours of an offer in the region's week; 0 means unknown."""
    await conn.execute(_SET_AVAILABILITY, offer_id, pack_mask(mask), now)


async def pauses(conn: asyncpg.Connection, ids: Iterable[UUID]) -> dict[UUID, PausedBecause | None]:
    """Return why each of these offers, which must be locked, is paused; None for one that is not."""
    return {row["id"]: pause_of(row["paused_because"]) for row in await conn.fetch(_PAUSES, list(ids))}


async def set_group_availability(
    conn: asyncpg.Connection,
    offer_id: UUID,
    mask: bytes | None,
    *,
    paused: tuple[PausedBecause | None, PausedBecause | None],
    now: datetime,
) -> None:
    """Set the half hours of a group's schedule; replace the pause `paused[0]` by `paused[1]`, and keep any other."""
    before, after = paused
    await conn.execute(_SET_GROUP_AVAILABILITY, offer_id, mask, after, now, before)


async def set_place_closed(conn: asyncpg.Connection, offer_id: UUID, *, closed: bool, now: datetime) -> None:
    """Set whether an offer's place is closed; the offer may continue by other modes, such as video."""
    await conn.execute(_SET_PLACE_CLOSED, offer_id, closed, now)


async def pause(
    conn: asyncpg.Connection,
    offer_id: UUID,
    because: PausedBecause | None,
    now: datetime,
    *,
    until: datetime | None = None,
) -> None:
    """Pause this offer for a reason, or resume it (None)."""
    await conn.execute(_PAUSE, offer_id, because, until, now)


async def end_pause(conn: asyncpg.Connection, offer_id: UUID, now: datetime) -> None:
    """End a pause whose time is over; an offer that its source has withdrawn meanwhile stays paused for that."""
    await conn.execute(_END_PAUSE, offer_id, now)


async def contact_emails(conn: asyncpg.Connection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the e-mail addresses of these offers, for those that have one."""
    rows = await conn.fetch("select offer_id, email from offer_contact where offer_id = any($1)", list(ids))
    return {row["offer_id"]: row["email"] for row in rows}


async def set_contact(conn: asyncpg.Connection, offer_id: UUID, email: str) -> None:
    """Set the e-mail address of an offer."""
    await conn.execute(_SET_CONTACT, offer_id, email)


def _offer(row: asyncpg.Record) -> Offer:
    """Return an offer as the engine sees it: with the broader codes, but reserved (`only_for`) for exactly what it says."""
    codes = installed()
    modes = frozenset(row["modes"])
    return Offer(
        id=row["id"],
        kind=row["kind"],
        region=row["region"],
        needs=codes["needs"].with_broader(row["needs"]),
        languages=frozenset(row["languages"]),
        formats=frozenset(row["formats"]),
        modes=modes - {Mode.IN_PERSON} if row["place_closed"] else modes,
        age_bands=frozenset(row["age_bands"]),
        capacity=row["effective_capacity"],
        held=row["held"],
        taken=row["taken"],
        paused=row["paused_because"] is not None,
        hopes=codes["hopes"].with_broader(row["hopes"]),
        interests=codes["interests"].with_broader(row["interests"]),
        identities=codes["identities"].with_broader(row["identities"]),
        organisations=frozenset(row["organisations"]),
        endorsements=frozenset(row["endorsements"]),
        required_endorsement=row["required_endorsement"],
        availability=unpack_mask(row["availability"]),
        where=None if row["latitude"] is None else Point(row["latitude"], row["longitude"]),
        reach_km=row["reach_km"],
        certified_until=row["certified_until"],
        certification_required=row["certification_required"],
        checked_until=row["checked_until"],
        check_required=row["check_required"],
        eligibility=frozenset(row["eligibility"]),
        only_for=frozenset(row["only_for"]),
    )


def _stored(row: asyncpg.Record) -> StoredOffer:
    return StoredOffer(
        id=row["id"],
        kind=OfferKind(row["kind"]),
        region=row["region"],
        profile=_profile(row),
        availability=unpack_mask(row["availability"]),
        capacity=row["capacity"],
        effective_capacity=row["effective_capacity"],
        held=row["held"],
        taken=row["taken"],
        certified_until=row["certified_until"],
        endorsements=tuple(row["endorsements"]),
        paused_because=pause_of(row["paused_because"]),
        paused_until=row["paused_until"],
        place_closed=row["place_closed"],
        source=row["source"],
        source_id=row["source_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _profile(row: asyncpg.Record) -> OfferProfile:
    return OfferProfile(
        name=row["name"],
        needs=tuple(row["needs"]),
        languages=tuple(row["languages"]),
        formats=tuple(row["formats"]),
        modes=tuple(row["modes"]),
        age_bands=tuple(row["age_bands"]),
        hopes=tuple(row["hopes"]),
        interests=tuple(row["interests"]),
        identities=tuple(row["identities"]),
        organisations=tuple(row["organisations"]),
        eligibility=tuple(row["eligibility"]),
        only_for=tuple(row["only_for"]),
        required_endorsement=row["required_endorsement"],
        certification_required=row["certification_required"],
        check_required=row["check_required"],
        checked_until=row["checked_until"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        reach_km=row["reach_km"],
    )
