"""Stores each service as it was announced last, so that only changes are announced."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
import orjson

from alongside_contracts.directory import Listing
from alongside_contracts.vocabulary import WithdrawalEffect

ANNOUNCED_AT_ONCE_MAX: Final = 500
BEFORE_ALL: Final = ("", 0)
"""The place before every listing."""
_LOAD: Final = """
    select source_id, content_hash, withdrawn,
        withdrawn is distinct from 'pause' and (state ->> 'active')::boolean and not (state ->> 'hotline')::boolean
            and jsonb_array_length(state -> 'needs') > 0 as proposable
    from directory_listing where source = $1
"""
# A sequence never falls behind the clock, so that it grows too after a database was restored from a backup.
_STORE: Final = """
    insert into directory_listing as known (source, source_id, number, sequence, state, content_hash)
    select $1, new.source_id, last.number + row_number() over (partition by known.source_id is null order by place),
        (extract(epoch from $3::timestamptz) * 1000)::bigint, new.state, new.content_hash
    from (select coalesce(max(number), 0) as number from directory_listing where source = $1) as last,
        jsonb_to_recordset($2::jsonb) as new (place int, source_id text, state jsonb, content_hash text)
        left join directory_listing known on known.source = $1 and known.source_id = new.source_id
    on conflict (source, source_id) do update
    set state = excluded.state, content_hash = excluded.content_hash, withdrawn = null,
        sequence = greatest(known.sequence + 1, excluded.sequence)
    where known.content_hash is distinct from excluded.content_hash or known.withdrawn is not null
    returning source, source_id, number, sequence, state, withdrawn, old.source is null or old.withdrawn is not null as published
"""
_WITHDRAW: Final = """
    update directory_listing
    set withdrawn = $3, state = case when $3 = 'pause' then state - 'position' else state end,
        sequence = greatest(sequence + 1, (extract(epoch from $4::timestamptz) * 1000)::bigint)
    where source = $1 and source_id = any($2::text[]) and (withdrawn is null or withdrawn = 'hide' and $3 = 'pause')
    returning source, source_id, number, sequence, state, withdrawn, false as published
"""
_FORGET_POSITIONS: Final = """
    update directory_listing
    set state = state - 'position', content_hash = null,
        sequence = greatest(sequence + 1, (extract(epoch from $3::timestamptz) * 1000)::bigint)
    where source = $1 and source_id = any($2::text[]) and state ? 'position'
    returning source, source_id, number, sequence, state, withdrawn, false as published
"""
_PAGE: Final = """
    select source, source_id, number, sequence, state, withdrawn, true as published from directory_listing
    where ($1::text is null or source = $1) and (source, number) > ($2, $3)
    order by source, number limit $4
    for no key update
"""


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing as it was announced last, with the effect of its withdrawal. People may be referred to a `proposable` one."""

    content_hash: str | None
    withdrawn: WithdrawalEffect | None
    proposable: bool


@dataclass(frozen=True, slots=True)
class NewListing:
    """A service as its package lists it: what its readers decide by, without number and sequence.

    Without a `content_hash` the next import announces it anyhow.
    """

    source_id: str
    state: Mapping[str, Any]
    content_hash: str | None


@dataclass(frozen=True, slots=True)
class ToAnnounce:
    """A listing that changed. `published`: it was not listed before. `effect`: it is withdrawn, and what that means."""

    listing: Listing
    published: bool
    effect: WithdrawalEffect | None


async def load(conn: asyncpg.Connection, source_key: str) -> Mapping[str, StoredListing]:
    """Return the listings of a source by its own ids, withdrawn ones too."""
    return {
        row["source_id"]: StoredListing(row["content_hash"], _effect(row), row["proposable"])
        for row in await conn.fetch(_LOAD, source_key)
    }


async def store(
    conn: asyncpg.Connection, source_key: str, new: Iterable[NewListing], now: datetime
) -> list[ToAnnounce]:
    """Store services of a source as they are listed now, and return those that are new, changed or listed again.

    Only one transaction at a time stores listings of a source: its imports follow one another.
    """
    rows = [
        {"place": place, "source_id": it.source_id, "state": it.state, "content_hash": it.content_hash}
        for place, it in enumerate(new)
    ]
    return _changed(await conn.fetch(_STORE, source_key, orjson.dumps(rows).decode(), now))


async def withdraw(
    conn: asyncpg.Connection,
    source_key: str,
    source_ids: Collection[str],
    effect: WithdrawalEffect,
    now: datetime,
) -> list[ToAnnounce]:
    """Withdraw listings, and return those that were not, or were only hidden. Where nobody is referred any more the position goes."""
    return _changed(await conn.fetch(_WITHDRAW, source_key, list(source_ids), effect, now))


async def forget_positions(
    conn: asyncpg.Connection, source_key: str, source_ids: Collection[str], now: datetime
) -> list[ToAnnounce]:
    """Remove the positions of listings, and return those that had one; the next import compares them again."""
    return _changed(await conn.fetch(_FORGET_POSITIONS, source_key, list(source_ids), now))


async def page(
    conn: asyncpg.Connection, source_key: str | None, after: tuple[str, int]
) -> Sequence[ToAnnounce]:
    """Return listings after a source and number, in this order.

    They are locked, so that what is announced of a listing later is later on the stream too.
    """
    return _changed(await conn.fetch(_PAGE, source_key, *after, ANNOUNCED_AT_ONCE_MAX))


def _changed(rows: Iterable[asyncpg.Record]) -> list[ToAnnounce]:
    return [_to_announce(row) for row in sorted(rows, key=lambda row: (row["source"], row["number"]))]


def _to_announce(row: asyncpg.Record) -> ToAnnounce:
    of_row = {name: row[name] for name in ("source", "source_id", "number", "sequence")}
    return ToAnnounce(Listing(**orjson.loads(row["state"]), **of_row), row["published"], _effect(row))


def _effect(row: asyncpg.Record) -> WithdrawalEffect | None:
    return WithdrawalEffect(row["withdrawn"]) if row["withdrawn"] else None
