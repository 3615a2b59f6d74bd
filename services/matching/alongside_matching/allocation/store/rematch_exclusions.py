"""Pairs that are not matched again: a person who asked for a rematch, and the offer they left."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

_ADD: Final = """
    insert into parted (person_id, offer_id, parted_at)
    select person_id, offer_id, $3 from unnest($1::uuid[], $2::uuid[]) as pair (person_id, offer_id)
    where not exists (select from erased_person e where e.person_id = pair.person_id for key share)
    order by person_id, offer_id
    on conflict do nothing
"""


class RematchExclusion(NamedTuple):
    """A person and an offer, by their opaque ids."""

    person_id: UUID
    offer_id: UUID


async def add(conn: asyncpg.Connection, pairs: Sequence[RematchExclusion], now: datetime) -> None:
    """Store exclusions, except those of people who were erased."""
    if pairs:
        await conn.execute(_ADD, [pair.person_id for pair in pairs], [pair.offer_id for pair in pairs], now)


async def delete_of(conn: asyncpg.Connection, person_ids: Iterable[UUID]) -> None:
    """Delete the exclusions of these people."""
    await conn.execute("delete from parted where person_id = any($1::uuid[])", list(person_ids))


async def load_excluded(conn: asyncpg.Connection, person_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return the excluded offers of each of these people; an empty set for a person without any."""
    rows = await conn.fetch(
        "select person_id, offer_id from parted where person_id = any($1::uuid[])", list(person_ids)
    )
    excluded: dict[UUID, set[UUID]] = defaultdict(set)
    for row in rows:
        excluded[row["person_id"]].add(row["offer_id"])
    return excluded
