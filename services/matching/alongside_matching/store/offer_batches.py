"""Many offers at once: from a form, a sample region or a directory. Known by their `source` and the id they have there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

_ADD: Final = """
    insert into offer (id, kind, region, name, needs, languages, formats, modes, age_bands, capacity,
                       paused_because, source, source_id, content_hash, created_at, updated_at)
    select id, kind, region, name, needs, languages, formats, modes, age_bands, capacity,
           paused_because, source, source_id, content_hash, $2, $2
    from jsonb_to_recordset($1::jsonb) as new (
        id uuid, kind text, region text, name text, needs text[], languages text[], formats text[], modes text[],
        age_bands text[], capacity int, paused_because text, source text, source_id text, content_hash text)
    on conflict (source, source_id) do update
    set kind = excluded.kind, name = excluded.name, needs = excluded.needs, languages = excluded.languages,
        formats = excluded.formats, modes = excluded.modes, age_bands = excluded.age_bands,
        capacity = case when $3 then offer.capacity else excluded.capacity end,
        content_hash = excluded.content_hash,
        paused_because = case when offer.paused_because = 'staff' then 'staff' else excluded.paused_because end,
        updated_at = excluded.updated_at
    where offer.region = excluded.region
      and (offer.content_hash is distinct from excluded.content_hash or offer.paused_because = 'vanished')
    returning id, source, source_id, old.id is null as created
"""
_KEEP_CONTACTS: Final = """
    insert into offer_contact (offer_id, email) select * from unnest($1::uuid[], $2::text[])
    on conflict (offer_id) do update set email = excluded.email
"""
_KNOWN: Final = """
    select id, region, held + taken as promised, source, source_id
    from offer
    join unnest($1::text[], $2::text[]) as wanted (source, source_id) using (source, source_id)
"""
_PAUSE_VANISHED: Final = """
    with vanished as (
        update offer set paused_because = 'vanished', updated_at = $3
        where source = $1 and source_id <> all($2::text[]) and paused_because is null
        returning id)
    select count(*) from vanished
"""


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer to be added, or to replace what is known under the same `source` and `source_id`."""

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
    paused_because: str | None
    source: str | None
    source_id: str | None
    content_hash: str | None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An offer that is here already."""

    id: UUID
    region: str
    promised: int


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch: offers that are new, and offers whose content changed; all others were known."""

    created: tuple[UUID, ...]
    changed: tuple[UUID, ...]


async def add(
    conn: asyncpg.Connection, offers: Sequence[NewOffer], now: datetime, *, keep_capacity: bool = False
) -> Added:
    """Add offers, or change those whose content hash differs. No two of them may be the same one.

    `keep_capacity` leaves the places of known offers as they are: staff set them, a directory only assumes them.
    """
    emails = {_name(offer.source, offer.source_id, offer.id): offer.email for offer in offers}
    document = orjson.dumps([asdict(replace(offer, email=None)) for offer in offers]).decode()
    rows = await conn.fetch(_ADD, document, now, keep_capacity)
    contacts = {row["id"]: emails[_name(row["source"], row["source_id"], row["id"])] for row in rows}
    told = [(offer_id, email) for offer_id, email in contacts.items() if email is not None]
    await conn.execute(_KEEP_CONTACTS, [offer_id for offer_id, _ in told], [email for _, email in told])
    return Added(
        created=tuple(row["id"] for row in rows if row["created"]),
        changed=tuple(row["id"] for row in rows if not row["created"]),
    )


async def known(conn: asyncpg.Connection, names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """Which of these (`source`, `source_id`) are here already."""
    rows = await conn.fetch(_KNOWN, [source for source, _ in names], [there for _, there in names])
    return {
        (row["source"], row["source_id"]): Known(row["id"], row["region"], row["promised"]) for row in rows
    }


async def pause_vanished(
    conn: asyncpg.Connection, source: str, still_there: Sequence[str], now: datetime
) -> int:
    """Pause the offers of a source that it no longer lists; answers how many."""
    paused: int = await conn.fetchval(_PAUSE_VANISHED, source, list(still_there), now)
    return paused


def _name(source: str | None, source_id: str | None, offer_id: UUID) -> tuple[str, str] | UUID:
    """What an offer is known by: its name at its source, else its id here."""
    return (source, source_id) if source is not None and source_id is not None else offer_id
