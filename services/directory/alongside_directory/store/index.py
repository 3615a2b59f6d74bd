"""The words by which records are found, stored beside them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_directory.codes import RecordKind
from alongside_directory.documents import Document
from alongside_directory.finding.texts import IndexedTexts
from alongside_directory.finding.words import END_OF_TEXT

_NOT_INDEXED: Final = """
    select record.id, record.kind, record.region, record.document, service.document as service
    from directory_record record
    left join directory_record service on record.kind = 'service_at_location' and service.id = record.service_id
    where not record.indexed and record.removed_at is null and ($1::text is null or record.source = $1)
      and ($2::timestamptz is null or record.changed_at = $2)
    order by record.id limit $3
    for update of record skip locked
"""
_STORE: Final = """
    with texts as (
        select id, array_agg(config order by config) as languages, string_agg(ts_delete(
            setweight(to_tsvector(config::regconfig, names), 'A') || setweight(to_tsvector(config::regconfig, others), 'B')
            || setweight(to_tsvector(config::regconfig, descriptions), 'C'), $2)::text, ' ')::tsvector as search
        from jsonb_to_recordset($1::jsonb) as new (id uuid, config text, names text, others text, descriptions text)
        group by id
    )
    update directory_record record set languages = texts.languages, search = texts.search, indexed = true
    from texts where record.id = texts.id
"""
"""Texts end with the same word in each language, so a word has the same position in each, and all vectors are written as one."""
_ADD_LANGUAGES: Final = (
    "insert into directory_language (config) select unnest($1::text[]) on conflict do nothing"
)


@dataclass(frozen=True, slots=True)
class NotIndexed:
    """A listed record that is new or changed. `service`: that of a service at a location."""

    id: UUID
    kind: RecordKind
    region: str
    document: Document
    service: Document | None


async def lock_not_indexed(
    conn: asyncpg.Connection, *, source_key: str | None, changed_at: datetime | None, limit: int
) -> Sequence[NotIndexed]:
    """Lock records that are not indexed and that nobody else is indexing: of one source, changed at one time, or all."""
    return [
        NotIndexed(
            id=row["id"],
            kind=RecordKind(row["kind"]),
            region=row["region"],
            document=orjson.loads(row["document"]),
            service=orjson.loads(row["service"]) if row["service"] else None,
        )
        for row in await conn.fetch(_NOT_INDEXED, source_key, changed_at, limit)
    ]


async def store(conn: asyncpg.Connection, indexed: Mapping[UUID, IndexedTexts]) -> None:
    """Store the words of records, which are found by them from now on."""
    rows = [
        {"id": str(key), "config": config, "names": names, "others": others, "descriptions": descriptions}
        for key, texts in indexed.items()
        for config, (names, others, descriptions) in texts.items()
    ]
    await conn.execute(_STORE, orjson.dumps(rows).decode(), END_OF_TEXT)


async def add_languages(conn: asyncpg.Connection, configs: Collection[str]) -> None:
    """Add configurations in which records are indexed; the last step of a transaction, which others may wait for."""
    await conn.execute(_ADD_LANGUAGES, sorted(configs))
