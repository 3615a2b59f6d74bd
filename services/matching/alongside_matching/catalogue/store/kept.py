"""What staff have set on offers with a source, so that the next import does not set it again.

`kept_by_staff` has the names of columns of the offer, and three more: `contact_email`, `record` (certificates, trainings and
agreements of a supporter) and `schedule` (of a group).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

CONTACT_EMAIL: Final = "contact_email"
RECORD: Final = "record"
SCHEDULE: Final = "schedule"
PAUSE: Final = "paused_because"
_ELSEWHERE: Final = frozenset({CONTACT_EMAIL, RECORD})
"""Kept fields that are not in the row of the offer."""
_KEEP: Final = """
    update offer set kept_by_staff = array(select distinct unnest(kept_by_staff || $2::text[]) order by 1)
    where id = $1 and source is not null and not kept_by_staff @> $2::text[]
"""
_FOLLOW_SOURCE: Final = "update offer set kept_by_staff = '{}', content_hash = null where id = $1"
_KEPT: Final = """
    select id, source, source_id, kept_by_staff, paused_because = 'staff' as paused, to_jsonb(offer) as stored
    from offer
    join unnest($1::text[], $2::text[]) as wanted (source, source_id) using (source, source_id)
    where kept_by_staff <> '{}' or paused_because = 'staff'
    order by id
"""
SentOffer: TypeAlias = Mapping[str, Any]
"""The columns of an offer as JSON, and `contact_email` and `record` where the source sends them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Fields of an offer that staff have set and its source sends otherwise: they stay as staff set them."""

    source_id: str
    fields: tuple[str, ...]


async def keep(conn: asyncpg.Connection, offer_id: UUID, names: Iterable[str]) -> None:
    """Keep these fields as staff set them now; an offer without a source has nothing to keep them from."""
    if kept := list(names):
        await conn.execute(_KEEP, offer_id, kept)


async def follow_source(conn: asyncpg.Connection, offer_id: UUID) -> None:
    """Let the source set every field again, at its next import."""
    await conn.execute(_FOLLOW_SOURCE, offer_id)


async def find_kept(
    conn: asyncpg.Connection, sent: Mapping[tuple[str, str], SentOffer], *, unsent: Iterable[str]
) -> list[Kept]:
    """Return what staff have set and these sources send otherwise; `unsent` are fields that the source never sends.

    `sent` is by source and the source's id.
    """
    keys = list(sent)
    rows = await conn.fetch(_KEPT, [source for source, _ in keys], [source_id for _, source_id in keys])
    kept = []
    for row in rows:
        offer = sent[row["source"], row["source_id"]]
        names = {*row["kept_by_staff"]} - {SCHEDULE, *unsent}
        fields = [name for name in sorted(names) if _differs(name, offer, orjson.loads(row["stored"]))]
        if row["paused"] and offer[PAUSE] is None:
            fields.append(PAUSE)
        if fields:
            kept.append(Kept(row["source_id"], tuple(fields)))
    return kept


def _differs(name: str, sent: SentOffer, stored: Mapping[str, Any]) -> bool:
    if name in _ELSEWHERE:
        return sent.get(name) is not None and sent["content_hash"] != stored["content_hash"]
    value = stored[name]
    if name == "availability" and value is not None:
        value = value.removeprefix("\\x")
    return bool(_plain(sent[name]) != _plain(value))


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple) else str(value)
