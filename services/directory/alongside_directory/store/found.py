"""The directory as it is found: by words, terms, dates and distance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_directory.codes import RecordKind
from alongside_directory.finding.languages import CONFIGS, SIMPLE
from alongside_directory.finding.words import for_stemmer, searched_words
from alongside_directory.store.records import StoredRecord

_METRES: Final = """
    12742018 * asin(least(1, sqrt(
        power(sin(radians(latitude - $10) / 2), 2)
        + cos(radians($10)) * cos(radians(latitude)) * power(sin(radians(longitude - $11) / 2), 2))))
"""
_FILTERS: Final = f"""
    kind = $1 and removed_at is null
    and ($2::text is null or region = $2)
    and ($3::uuid is null or terms @> array[$3])
    and ($4::uuid is null or taxonomy_id = $4 or terms && array(
          select id from directory_record term where term.kind = 'taxonomy_term' and term.taxonomy_id = $4))
    and ($5::uuid is null or organization_id = $5)
    and ($6::timestamptz is null or changed_at >= $6)
    and ($7::uuid is null or parent_id = $7)
    and (not $8 or parent_id is null)
    and ($9::boolean is null or hotline = $9)
    and ($10::float is null or (latitude between $10 - $12::float / 111195 and $10 + $12::float / 111195 and {_METRES} <= $12))
"""
_DISTANCE: Final = f"case when $10::float is not null then {_METRES} end as metres"
_SEARCHED: Final = """
    searched as materialized (
        select config, query, websearch_to_tsquery(config::regconfig, without) as excluded
        from unnest($15::text[], $16::text[], $17::text[]) as given (config, words, without)
        join directory_language using (config), websearch_to_tsquery(config::regconfig, words) as query
        where numnode(query) > 0
    )
"""
_IN_SOME_LANGUAGE: Final = """
    search @@ (select string_agg('(' || query::text || ')', ' | ')::tsquery from searched)
"""
_RANK: Final = """
    lateral (select max(ts_rank(search, query)) filter (where search @@ query) as rank, bool_or(search @@ excluded) as is_excluded
             from searched where config = any(languages)) as ranked
"""
_LISTED: Final = (
    f"with matched as materialized (select id, {_DISTANCE}, 0 as rank from directory_record where {_FILTERS})"
)
_BY_WORDS: Final = f"""
    with {_SEARCHED}, matched as materialized (
        select id, {_DISTANCE}, rank from directory_record, {_RANK}
        where {_FILTERS} and {_IN_SOME_LANGUAGE} and rank is not null and not is_excluded
    )
"""
"""A record is found by its words as each of its languages stems them, and excluded in each."""
_BY_PARTS: Final = f"""
    with {_SEARCHED}, hit as materialized (
        select case kind when $1 then id when 'service' then organization_id else taxonomy_id end as id,
            case kind when $1 then rank else rank / 10 end as rank
        from directory_record, {_RANK}
        where kind in ($1, $18) and removed_at is null and {_IN_SOME_LANGUAGE} and rank is not null and not is_excluded
    ), found as materialized (
        select id, max(rank) as rank from hit group by id
    ), matched as materialized (
        select id, {_DISTANCE}, rank from directory_record join found using (id) where {_FILTERS}
    )
"""
"""An organisation is also found by the words of its services, and a taxonomy by those of its terms, which count less."""
_PAGE: Final = """
    , picked as (
        select * from matched order by metres, rank desc, id limit $13 offset $14
    )
    select id, document, changed_at, metres, total
    from (select count(*) as total from matched) counted
    left join (picked join directory_record using (id)) on true
    order by metres, rank desc, id
"""
"""One row at least, for the number of matching records; without a record after the last page."""
_CENTRE: Final = """
    select percentile_cont(0.5) within group (order by latitude) as latitude,
           percentile_cont(0.5) within group (order by longitude) as longitude
    from directory_record
    where kind = 'service_at_location' and removed_at is null and latitude is not null
      and split_part(postal_code, '-', 1) = split_part($1, '-', 1) and ($2::text is null or region = $2)
"""
_PARTS: Final[Mapping[RecordKind, RecordKind]] = {
    RecordKind.ORGANIZATION: RecordKind.SERVICE,
    RecordKind.TAXONOMY: RecordKind.TAXONOMY_TERM,
}
"""The kind of records by whose words those of another kind are found too."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle around a point in degrees, with a radius in metres."""

    latitude: float
    longitude: float
    metres: float


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Filters for records; an omitted filter has no effect."""

    kind: RecordKind
    region: str | None = None
    words: str | None = None
    term: UUID | None = None
    taxonomy: UUID | None = None
    organization: UUID | None = None
    changed_since: datetime | None = None
    parent: UUID | None = None
    top_only: bool = False
    hotline: bool | None = None
    within: Circle | None = None


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record that was found. `metres`: its distance from the centre, when one was searched around."""

    record: StoredRecord
    metres: float | None


async def page(
    conn: asyncpg.Connection, query: RecordQuery, *, limit: int, offset: int
) -> tuple[list[FoundRecord], int]:
    """Return a page of listed records, and how many there are on all pages.

    The nearest come first when searched around a point, otherwise the best match.
    """
    filters = (*_filters(query), limit, offset)
    if query.words is None:
        rows = await conn.fetch(_LISTED + _PAGE, *filters)
    elif query.kind in _PARTS:
        rows = await conn.fetch(_BY_PARTS + _PAGE, *filters, *_searched(query.words), _PARTS[query.kind])
    else:
        rows = await conn.fetch(_BY_WORDS + _PAGE, *filters, *_searched(query.words))
    return [_found(row) for row in rows if row["id"]], rows[0]["total"]


async def centre_of(
    conn: asyncpg.Connection, postal_code: str, region: str | None
) -> tuple[float, float] | None:
    """Return the median position of the listed places in a postal code; None when there are none."""
    row = await conn.fetchrow(_CENTRE, postal_code, region)
    return None if row is None or row["latitude"] is None else (row["latitude"], row["longitude"])


def _found(row: asyncpg.Record) -> FoundRecord:
    return FoundRecord(StoredRecord(row["id"], row["document"], row["changed_at"]), row["metres"])


def _filters(query: RecordQuery) -> Sequence[Any]:
    circle = query.within
    return (
        *(query.kind, query.region, query.term, query.taxonomy, query.organization),
        *(query.changed_since, query.parent, query.top_only, query.hotline),
        *((circle.latitude, circle.longitude, circle.metres) if circle else (None, None, None)),
    )


def _searched(words: str) -> tuple[list[str], list[str], list[str]]:
    """Return every text search configuration, and what is searched for and excluded as its stemmer knows them."""
    configs, asked = [*CONFIGS.values(), SIMPLE], searched_words(words)
    wanted, excluded = (
        [for_stemmer(it, config) for config in configs] for it in (asked.wanted, asked.excluded)
    )
    return configs, wanted, excluded
