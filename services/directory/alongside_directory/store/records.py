"""The directory as published, stored entity by entity."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_directory.codes import RecordKind
from alongside_directory.documents import Document, Record
from alongside_directory.store.imports import ClaimedImport

_UPSERT: Final = """
    insert into directory_record as known (
        id, region, source, kind, source_id, document, organization_id, service_id, taxonomy_id, parent_id, terms,
        latitude, longitude, postal_code, verified_on, hotline, first_import, last_import, created_at, changed_at)
    select id, $2, $5, kind, source_id, document, organization_id, service_id, taxonomy_id, parent_id, terms, latitude,
        longitude, postal_code, verified_on, hotline, $3, $3, $4, $4
    from jsonb_to_recordset($1::jsonb) as new (
        id uuid, kind text, source_id text, document jsonb, organization_id uuid, service_id uuid, taxonomy_id uuid,
        parent_id uuid, terms uuid[], latitude float, longitude float, postal_code text, verified_on date, hotline boolean)
    on conflict (id) do update
    set document = excluded.document, organization_id = excluded.organization_id, service_id = excluded.service_id,
        taxonomy_id = excluded.taxonomy_id, parent_id = excluded.parent_id, terms = excluded.terms,
        latitude = excluded.latitude, longitude = excluded.longitude, postal_code = excluded.postal_code,
        hotline = excluded.hotline, verified_on = excluded.verified_on, last_import = excluded.last_import, removed_at = null,
        (indexed, changed_at) = (
            select known.indexed and is_same, case when is_same then known.changed_at else excluded.changed_at end
            from (values (known.document = excluded.document and known.terms = excluded.terms and known.removed_at is null)
                 ) as compared (is_same))
"""
_CHANGE_LOCATIONS: Final = """
    update directory_record record set indexed = false, changed_at = $2
    from directory_record service
    where service.source = $1 and service.kind = 'service' and not service.indexed and service.removed_at is null
      and service.changed_at = $2 and record.service_id = service.id and record.kind = 'service_at_location'
      and record.removed_at is null and (record.indexed or record.changed_at <> $2)
"""
_KEEP: Final = """
    update directory_record set last_import = $2
    where source = $1 and removed_at is null and (
        service_id = any($3::uuid[])
        or id in (select organization_id from directory_record where id = any($3::uuid[]))
        or id in (select unnest(terms) from directory_record where id = any($3::uuid[])))
"""
_ADD_TOMBSTONES: Final = """
    update directory_record
    set removed_at = $3, changed_at = $3, latitude = null, longitude = null, postal_code = null, search = '',
        indexed = false, document = jsonb_strip_nulls(jsonb_build_object(
            'id', id, 'name', document -> 'name',
            'organization', jsonb_build_object('name', document -> 'organization' -> 'name')))
    where source = $1 and last_import <> $2 and removed_at is null
"""
_HIDE_OUTDATED: Final = """
    with hidden as (
        select distinct service_id from directory_record
        where source = $1 and kind = 'service_at_location' and (document ->> 'location_id')::uuid = any($2::uuid[])
          and document #>> '{location,addresses,0,address_1}' is distinct from 'Confidential')
    update directory_record
    set changed_at = $3, latitude = null, longitude = null, postal_code = null, search = '', indexed = false,
        document = case kind
            when 'service' then document - array['service_at_locations', 'description', 'url', 'alternate_name',
                'application_process', 'eligibility_description', 'fees_description', 'wait_time', 'schedules']
            else jsonb_set(document - 'service', '{location}', jsonb_build_object(
                'id', document -> 'location_id', 'location_type', 'physical')) end
    where service_id in (select service_id from hidden) and kind in ('service', 'service_at_location')
    returning kind, split_part(source_id, '@', 1) as service
"""
_LISTED: Final = "select kind, id, service_id from directory_record where source = $1 and removed_at is null"
_SERVICES: Final = """
    select source_id, document ->> 'name' as name, document -> 'organization' ->> 'name' as organisation, terms
    from directory_record where source = $1 and kind = 'service'
"""
_ONE: Final = """
    select record.id, record.region, source.name as source, source_id, document, changed_at, verified_on, first_import,
        last_import, record.created_at, removed_at
    from directory_record record join directory_source source on source.key = record.source
    where kind = $1 and id = $2
"""
_SERVICES_OF: Final = """
    select organization_id, document from directory_record
    where kind = 'service' and removed_at is null and organization_id = any($1) order by id
"""
_BY_ID: Final = "select id, document, changed_at from directory_record where id = any($1)"
_LOCATIONS_OF: Final = """
    select organization_id, document -> 'location' as location from directory_record
    where kind = 'service_at_location' and removed_at is null and organization_id = any($1) order by id
"""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A published entity. `json` is its unparsed document: a list of ten thousand may need only ids."""

    id: UUID
    json: str
    changed_at: datetime

    def document(self) -> Document:
        """Return the entity as published."""
        document: Document = orjson.loads(self.json)
        return document


@dataclass(frozen=True, slots=True)
class TracedRecord:
    """A record with its source; with `removed_at`, its publisher no longer lists it."""

    record: StoredRecord
    region: str
    source: str
    source_id: str
    first_import: UUID
    last_import: UUID
    verified_on: date | None
    created_at: datetime
    removed_at: datetime | None


async def upsert(
    conn: asyncpg.Connection, records: Sequence[Record], *, of: ClaimedImport, now: datetime
) -> None:
    """Add or update records of an import; a record that had vanished is listed again. What changed is not indexed yet.

    A service at a location changes when its service does, which is shown with it.
    """
    await conn.execute(_UPSERT, orjson.dumps(list(records)).decode(), of.region, of.id, now, of.source_key)
    await conn.execute(_CHANGE_LOCATIONS, of.source_key, now)


async def keep(conn: asyncpg.Connection, service_ids: Collection[UUID], *, of: ClaimedImport) -> None:
    """Let services stay as they are, with their locations, organisations and terms, though an import says otherwise."""
    await conn.execute(_KEEP, of.source_key, of.id, list(service_ids))


async def hide_outdated(
    conn: asyncpg.Connection, locations: Sequence[UUID], *, of: ClaimedImport, now: datetime
) -> Sequence[str]:
    """Hide confidential locations in records that an import left as they were; return the source's ids of their services.

    Of such a service only what is not about its place stays: what it was called, its phones, terms and languages.
    """
    if not locations:
        return []
    rows = await conn.fetch(_HIDE_OUTDATED, of.source_key, list(locations), now)
    return sorted({row["service"] for row in rows if row["kind"] == "service"})


async def add_tombstones(conn: asyncpg.Connection, *, of: ClaimedImport, now: datetime) -> None:
    """Add tombstones for records of its source that an import no longer lists. Of their content only the names stay."""
    await conn.execute(_ADD_TOMBSTONES, of.source_key, of.id, now)


async def listed_ids(
    conn: asyncpg.Connection, source_key: str
) -> Mapping[RecordKind, Mapping[UUID, UUID | None]]:
    """Return the ids of a source's records that are no tombstones, each with the id of the service it belongs to."""
    ids: dict[RecordKind, dict[UUID, UUID | None]] = defaultdict(dict)
    for row in await conn.fetch(_LISTED, source_key):
        ids[RecordKind(row["kind"])][row["id"]] = row["service_id"]
    return ids


async def services_of_source(
    conn: asyncpg.Connection, source_key: str
) -> Mapping[str, tuple[str, str, frozenset[UUID]]]:
    """Return the name, organisation and terms of a source's services, tombstones too, by the source's id."""
    return {
        row["source_id"]: (row["name"] or "", row["organisation"] or "", frozenset(row["terms"]))
        for row in await conn.fetch(_SERVICES, source_key)
    }


async def analyze(conn: asyncpg.Connection) -> None:
    """Let PostgreSQL count what an import has stored, so that it plans searches by what is there now."""
    await conn.execute("analyze directory_record")


async def load_traced(conn: asyncpg.Connection, kind: RecordKind, record_id: UUID) -> TracedRecord | None:
    """Return one record with its source, also one that its publisher no longer lists; None when unknown."""
    row = await conn.fetchrow(_ONE, kind, record_id)
    return _traced(row) if row else None


async def by_id(conn: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, StoredRecord]:
    """Return records by their ids."""
    return {row["id"]: _stored(row) for row in await conn.fetch(_BY_ID, list(ids))}


async def services_of(conn: asyncpg.Connection, organizations: Sequence[UUID]) -> list[tuple[UUID, Document]]:
    """Return the services of organisations, each with its organisation's id."""
    rows = await conn.fetch(_SERVICES_OF, list(organizations))
    return [(row["organization_id"], orjson.loads(row["document"])) for row in rows]


async def locations_of(
    conn: asyncpg.Connection, organizations: Sequence[UUID]
) -> list[tuple[UUID, Document]]:
    """Return the locations of organisations' services, each with the organisation's id."""
    rows = await conn.fetch(_LOCATIONS_OF, list(organizations))
    return [(row["organization_id"], orjson.loads(row["location"])) for row in rows]


def _stored(row: asyncpg.Record) -> StoredRecord:
    return StoredRecord(row["id"], row["document"], row["changed_at"])


def _traced(row: asyncpg.Record) -> TracedRecord:
    return TracedRecord(
        record=_stored(row),
        region=row["region"],
        source=row["source"],
        source_id=row["source_id"],
        first_import=row["first_import"],
        last_import=row["last_import"],
        verified_on=row["verified_on"],
        created_at=row["created_at"],
        removed_at=row["removed_at"],
    )
