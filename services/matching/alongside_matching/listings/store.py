"""Every SQL statement about listings."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

import asyncpg
import orjson

from alongside_contracts.directory import Listing
from alongside_contracts.vocabulary import WithdrawalEffect

OFFER_SOURCE_PREFIX: Final = "directory:"
"""What the `source` of an offer begins with that was made of a listing; the listing's source follows."""
Key: TypeAlias = tuple[str, str]
"""A source and its own id of a listing."""
_REGIONS: Final = "select distinct source, region from listing where source = any($1::text[])"
_UPSERT: Final = """
    insert into listing as known (source, source_id, number, sequence, region, state, effect, changed_at)
    select source, source_id, number, sequence, region, state, effect, $2
    from jsonb_to_recordset($1::jsonb) as new (
        source text, source_id text, number int, sequence bigint, region text, state jsonb, effect text)
    order by source, source_id
    on conflict (source, source_id) do update
    set number = excluded.number, sequence = excluded.sequence, state = excluded.state, effect = excluded.effect,
        changed_at = excluded.changed_at
    where known.sequence < excluded.sequence
    returning source, source_id
"""
_FIND: Final = "select state, effect from listing where source = $1 and source_id = $2"
_NUMBERS: Final = "select source, array_agg(number) as numbers from listing group by source"


@dataclass(frozen=True, slots=True)
class ListingState:
    """The state of a listing that an event carries, and for a withdrawal what it means."""

    listing: Listing
    effect: WithdrawalEffect | None = None

    @property
    def key(self) -> Key:
        """Return the source and the source's id."""
        return self.listing.source, self.listing.source_id

    @property
    def offer_key(self) -> tuple[str, str]:
        """Return the `source` and `source_id` of its offer."""
        return f"{OFFER_SOURCE_PREFIX}{self.listing.source}", self.listing.source_id


async def load_regions(conn: asyncpg.Connection, sources: Collection[str]) -> Mapping[str, str]:
    """Return the region of each of these sources that is known."""
    return {row["source"]: row["region"] for row in await conn.fetch(_REGIONS, list(sources))}


async def now(conn: asyncpg.Connection) -> datetime:
    """Return the time at which the transaction began."""
    at: datetime = await conn.fetchval("select now()")
    return at


async def upsert(conn: asyncpg.Connection, states: Iterable[ListingState], now: datetime) -> set[Key]:
    """Store the states that are newer than what is stored, and return their keys. No two may have the same key."""
    rows = await conn.fetch(_UPSERT, orjson.dumps([_row(it) for it in states]).decode(), now)
    return {(row["source"], row["source_id"]) for row in rows}


async def find(conn: asyncpg.Connection, source: str, source_id: str) -> ListingState | None:
    """Return a listing; None when it was never announced."""
    row = await conn.fetchrow(_FIND, source, source_id)
    if row is None:
        return None
    effect = WithdrawalEffect(row["effect"]) if row["effect"] else None
    return ListingState(Listing.model_validate_json(row["state"]), effect)


async def load_numbers(conn: asyncpg.Connection) -> Mapping[str, frozenset[int]]:
    """Return the numbers of each source's listings."""
    return {row["source"]: frozenset(row["numbers"]) for row in await conn.fetch(_NUMBERS)}


def _row(state: ListingState) -> dict[str, object]:
    listing = state.listing
    plain = {name: getattr(listing, name) for name in ("source", "source_id", "number", "sequence", "region")}
    return plain | {"state": listing.model_dump(mode="json"), "effect": state.effect}
