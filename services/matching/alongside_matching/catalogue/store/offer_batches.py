"""Adds or changes many offers at once, identified by `source` and `source_id`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_matching.catalogue.rules.pauses import PausedBecause, pause_of
from alongside_matching.catalogue.store import supporters
from alongside_matching.catalogue.store.kept import CONTACT_EMAIL, RECORD, Kept, find_kept
from alongside_matching.catalogue.store.offers import CODE_FIELDS, PROFILE_FIELDS
from alongside_matching.catalogue.store.supporters import NewRecord
from alongside_matching.engine.week import pack_mask

_PLAIN: Final = (
    *("id", "kind", "region", "name", *CODE_FIELDS, *PROFILE_FIELDS),
    *("capacity", "paused_because", "source", "source_id", "content_hash"),
)
_COLUMNS: Final = ", ".join(_PLAIN)
_TYPED: Final = ", ".join(
    (
        "id uuid, kind text, region text, name text",
        *(f"{name} text[]" for name in CODE_FIELDS),
        "required_endorsement text, certification_required boolean, check_required boolean, checked_until date",
        "latitude float, longitude float, reach_km float, capacity int, paused_because text, source text",
        "source_id text, content_hash text, availability text",
    )
)
_STAFF_ONLY: Final = frozenset(
    {
        *(code for code in CODE_FIELDS if code not in ("needs", "languages", "formats")),
        *("required_endorsement", "certification_required", "check_required", "checked_until", "reach_km"),
        *("availability", "capacity"),
    }
)
"""Columns of a service that no directory publishes: only staff set them."""
_UPDATES: Final = ", ".join(
    (
        *(f"{name} = excluded.{name}" for name in ("kind", "content_hash", "updated_at")),
        *(
            f"{name} = (case when offer.kept_by_staff @> array['{name}']{' or $3' if name in _STAFF_ONLY else ''}"
            f" then offer.{name} else excluded.{name} end)"
            for name in ("name", *CODE_FIELDS, *PROFILE_FIELDS, "capacity", "availability")
        ),
    )
)
_ADD: Final = f"""
    insert into offer ({_COLUMNS}, availability, withdrawn, created_at, updated_at)
    select {_COLUMNS}, decode(availability, 'hex'), paused_because is not null, $2, $2 from jsonb_to_recordset($1::jsonb) as new ({_TYPED})
    on conflict (source, source_id) do update
    set {_UPDATES},
        capacity_limit = case when excluded.kind = 'supporter' then offer.capacity_limit end,
        paused_because = case
            when offer.paused_because = 'staff' or (offer.withdrawn and excluded.withdrawn) then offer.paused_because
            else excluded.paused_because end,
        withdrawn = excluded.withdrawn
    where offer.region = excluded.region
      and (offer.content_hash is distinct from excluded.content_hash or (offer.withdrawn and not excluded.withdrawn))
    returning id, source, source_id, old.id is null as created, kept_by_staff
"""
_SET_CONTACTS: Final = """
    insert into offer_contact (offer_id, email) select * from unnest($1::uuid[], $2::text[])
    on conflict (offer_id) do update set email = excluded.email, unusable_since = null
"""
_LOCK_EXISTING: Final = """
    select id, region, held + taken as promised, paused_because, content_hash, kept_by_staff, withdrawn, source, source_id
    from offer
    join unnest($1::text[], $2::text[]) as wanted (source, source_id) using (source, source_id)
    order by id
    for no key update of offer
"""
_LOCK_OF_SOURCE: Final = """
    select source_id, withdrawn, source_id <> all($2::text[]) as missing from offer
    where source = $1 and ($3::text[] is null or needs = $3)
    order by id for no key update
"""
_WITHDRAW: Final = """
    update offer set withdrawn = true, paused_because = coalesce(paused_because, 'vanished'), updated_at = $3
    where source = $1 and source_id = any($2::text[]) and not withdrawn
    returning source_id
"""
_FORGET_POSITIONS: Final = """
    update offer set latitude = null, longitude = null, content_hash = null, updated_at = $3
    where source = $1 and source_id = any($2::text[]) and latitude is not null
      and not kept_by_staff && array['latitude', 'longitude']
    returning source_id
"""
_FORGET_DIFFERENT: Final = """
    update offer set content_hash = null
    from jsonb_to_recordset($1::jsonb) as new (
        source text, source_id text, region text, kind text, paused_because text, name text, needs text[], languages text[],
        formats text[], latitude float, longitude float)
    where offer.source = new.source and offer.source_id = new.source_id and offer.region = new.region and (
        offer.kind <> new.kind or offer.withdrawn <> (new.paused_because is not null)
        or new.paused_because is null and offer.paused_because in ('not-active', 'vanished')
        or not offer.kept_by_staff @> '{name}' and offer.name is distinct from new.name
        or not offer.kept_by_staff @> '{needs}' and offer.needs <> new.needs
        or not offer.kept_by_staff @> '{languages}' and offer.languages <> new.languages
        or not offer.kept_by_staff @> '{formats}' and offer.formats <> new.formats
        or not offer.kept_by_staff && '{latitude,longitude}'
            and (offer.latitude, offer.longitude) is distinct from (new.latitude, new.longitude))
"""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to add, or to replace the one with the same `source` and `source_id`.

    `availability` is a mask of the region's week; the position is coarse. `record` is for supporters only.
    """

    id: UUID
    kind: str
    region: str
    name: str | None
    needs: Sequence[str]
    languages: Sequence[str]
    formats: Sequence[str]
    modes: Sequence[str]
    age_bands: Sequence[str]
    capacity: int | None
    paused_because: PausedBecause | None
    source: str | None
    source_id: str | None
    content_hash: str | None
    email: str | None = None
    hopes: Sequence[str] = ()
    interests: Sequence[str] = ()
    identities: Sequence[str] = ()
    organisations: Sequence[str] = ()
    eligibility: Sequence[str] = ()
    only_for: Sequence[str] = ()
    required_endorsement: str | None = None
    certification_required: bool = False
    check_required: bool = False
    checked_until: date | None = None
    latitude: float | None = None
    longitude: float | None = None
    reach_km: float | None = None
    availability: int = 0
    record: NewRecord | None = None


@dataclass(frozen=True, slots=True)
class ExistingOffer:
    """An offer that is stored already."""

    id: UUID
    region: str
    promised: int
    paused_because: PausedBecause | None
    content_hash: str | None
    kept_by_staff: frozenset[str]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Added:
    """Result of a batch: new offers, and offers whose content changed; all others were unchanged.

    `kept`: what staff have set and the source sends otherwise, of changed and unchanged offers.
    """

    created: tuple[UUID, ...]
    changed: tuple[UUID, ...]
    kept: tuple[Kept, ...] = ()


async def add(
    conn: asyncpg.Connection, offers: Sequence[NewOffer], now: datetime, *, as_listed: bool = False
) -> Added:
    """Add offers, or change those whose content hash differs. No two may have the same `source` and `source_id`.

    What staff have set on an existing offer stays unchanged. With `as_listed`, so do all fields that only staff set:
    places, ages and restrictions.
    """
    await lock_existing(conn, [(o.source, o.source_id) for o in offers if o.source and o.source_id])
    by_key = {_key_of(offer.source, offer.source_id, offer.id): offer for offer in offers}
    columns = [_row(offer) for offer in offers]
    kept = await _find_kept(conn, offers, columns, as_listed=as_listed)
    rows = await conn.fetch(_ADD, orjson.dumps(columns).decode(), now, as_listed)
    stored = {row["id"]: by_key[_key_of(row["source"], row["source_id"], row["id"])] for row in rows}
    kept_fields = {row["id"]: row["kept_by_staff"] for row in rows}
    emails = {
        offer_id: offer.email
        for offer_id, offer in stored.items()
        if offer.email is not None and CONTACT_EMAIL not in kept_fields[offer_id]
    }
    await conn.execute(_SET_CONTACTS, list(emails), list(emails.values()))
    records = {key: it.record for key, it in stored.items() if it.record and RECORD not in kept_fields[key]}
    await supporters.replace_records(conn, records)
    return Added(
        created=tuple(row["id"] for row in rows if row["created"]),
        changed=tuple(row["id"] for row in rows if not row["created"]),
        kept=tuple(kept),
    )


async def rewrite_listed(conn: asyncpg.Connection, offers: Sequence[NewOffer], now: datetime) -> int:
    """Write offers that are stored otherwise than they are listed or are missing, and return how many."""
    rows = [_row(offer) for offer in offers]
    await conn.execute(_FORGET_DIFFERENT, orjson.dumps(rows).decode())
    written = await add(conn, offers, now, as_listed=True)
    return len(written.created) + len(written.changed)


async def _find_kept(
    conn: asyncpg.Connection,
    offers: Sequence[NewOffer],
    columns: Sequence[Mapping[str, object]],
    *,
    as_listed: bool,
) -> list[Kept]:
    sent = {
        (it.source or "", it.source_id or ""): _sent(it, row) for it, row in zip(offers, columns, strict=True)
    }
    return await find_kept(conn, sent, unsent=_STAFF_ONLY if as_listed else ())


async def lock_existing(
    conn: asyncpg.Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], ExistingOffer]:
    """Lock and return the offers that exist under these (`source`, `source_id`), in the order of their ids."""
    rows = await conn.fetch(
        _LOCK_EXISTING, [source for source, _ in keys], [source_id for _, source_id in keys]
    )
    return {
        (row["source"], row["source_id"]): ExistingOffer(
            row["id"],
            row["region"],
            row["promised"],
            pause_of(row["paused_because"]),
            row["content_hash"],
            frozenset(row["kept_by_staff"]),
            row["withdrawn"],
        )
        for row in rows
    }


async def find_missing(
    conn: asyncpg.Connection, source: str, listed_ids: Sequence[str], *, needs: Sequence[str] | None = None
) -> tuple[list[str], int]:
    """Lock the offers of a source (with exactly these needs); return those missing from its list, and how many are listed
    so far. An offer that was withdrawn before counts for neither."""
    rows = await conn.fetch(_LOCK_OF_SOURCE, source, list(listed_ids), needs)
    open_rows = [row for row in rows if not row["withdrawn"]]
    return [row["source_id"] for row in open_rows if row["missing"]], len(open_rows)


async def withdraw(
    conn: asyncpg.Connection, source: str, source_ids: Sequence[str], now: datetime
) -> list[str]:
    """Mark offers as withdrawn by their source and pause them, and return those that were not; any other pause stays."""
    return [row["source_id"] for row in await conn.fetch(_WITHDRAW, source, list(source_ids), now)]


async def forget_positions(
    conn: asyncpg.Connection, source: str, source_ids: Sequence[str], now: datetime
) -> list[str]:
    """Remove the positions of these offers, unless staff set them, and return those that had one.

    When they are listed again they are changed.
    """
    return [row["source_id"] for row in await conn.fetch(_FORGET_POSITIONS, source, list(source_ids), now)]


def _row(offer: NewOffer) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(offer, name) for name in _PLAIN}
    mask = pack_mask(offer.availability)
    row["availability"] = mask.hex() if mask else None
    return row


def _sent(offer: NewOffer, row: Mapping[str, object]) -> dict[str, object]:
    """Return an offer as its source sends it: its columns, and what is stored elsewhere."""
    elsewhere = {CONTACT_EMAIL: offer.email, RECORD: offer.record}
    return {**row, **elsewhere, "paused_because": offer.paused_because}


def _key_of(source: str | None, source_id: str | None, offer_id: UUID) -> tuple[str, str] | UUID:
    """Return the key of an offer: its `source` and `source_id`, or its own id when it has no source."""
    return (source, source_id) if source is not None and source_id is not None else offer_id
