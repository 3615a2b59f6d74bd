"""The HSDS 3.0 read API: pages of the directory in the terms of the standard.

Documents are created during the import (`directory/documents`); routes return the requested part. Beyond the
standard, lists accept `region`, services accept `hotline`, and service_at_locations accept `latitude` and `longitude`
besides `postcode`. Around a point they are returned nearest first, each with its `distance_metres`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
import orjson
from fastapi import Query, Response
from pydantic import AwareDatetime, BaseModel

from alongside_chassis.http import APIRouter, Read, refuses_with
from alongside_directory.api import refusals as hsds_refusals
from alongside_directory.api.queries import (
    MINIMAL_PER_PAGE_MAX,
    PER_PAGE_MAX,
    AtLocationQuery,
    DescribedQuery,
    OrganizationQuery,
    PageQuery,
    ServiceQuery,
    TermQuery,
)
from alongside_directory.codes import RecordKind
from alongside_directory.documents import Document
from alongside_directory.store import found
from alongside_directory.store import records as directory_records
from alongside_directory.store.found import Circle, FoundRecord, RecordQuery
from alongside_directory.store.records import StoredRecord, TracedRecord

JSON_LINES: Final = "application/x-ndjson"
NDJSON_MAX: Final = 50_000
"""Records in one answer as lines of JSON."""
PROFILE_URL: Final = "https://docs.openhumanservices.org/hsds/"
PROXIMITY_METRES_DEFAULT: Final = 10_000
_PAGE_OR_LINES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}
}
_NESTED: Final = frozenset(
    {"phones", "schedules", "service_areas", "service_at_locations", "languages", "funding", "cost_options"}
    | {"required_documents", "contacts", "attributes", "metadata", "services", "locations", "programs"}
    | {"organization_identifiers"}
)


class HsdsPage(BaseModel):
    """A page in the format of HSDS 3.0."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: Sequence[Document]


class ApiDescription(BaseModel):
    """The answer at `/` in HSDS 3.0: the version of the standard, its profile, and the address of its OpenAPI document."""

    version: str
    profile: str
    openapi_url: str


class Provenance(BaseModel):
    """The source of a record. `verified_on` is the publisher's own date; the others are ours."""

    id: UUID
    region: str
    source: str
    source_id: str
    first_import: UUID
    last_import: UUID
    verified_on: str | None
    created_at: AwareDatetime
    changed_at: AwareDatetime
    removed_at: AwareDatetime | None
    """A tombstone: when the publisher stopped listing the record."""

    @classmethod
    def of(cls, traced: TracedRecord) -> "Provenance":
        """Return the provenance of a stored record, without its document."""
        return cls(
            id=traced.record.id,
            region=traced.region,
            source=traced.source,
            source_id=traced.source_id,
            first_import=traced.first_import,
            last_import=traced.last_import,
            verified_on=traced.verified_on.isoformat() if traced.verified_on else None,
            created_at=traced.created_at,
            changed_at=traced.record.changed_at,
            removed_at=traced.removed_at,
        )


def router(public_url: str) -> APIRouter:
    """Return the routes of the HSDS read API and of provenance; `public_url` is the address at which they are read."""
    routes = APIRouter(tags=["directory (HSDS 3.0)"])
    _add_root(routes, public_url)
    _add_services(routes)
    _add_organizations(routes)
    _add_at_locations(routes)
    _add_taxonomies(routes)
    _add_provenance(routes)
    return routes


def _add_root(routes: APIRouter, public_url: str) -> None:
    @routes.get("/")
    async def describe_api() -> ApiDescription:
        """Return which standard this API follows, and where it is described."""
        return ApiDescription(version="3.0", profile=PROFILE_URL, openapi_url=f"{public_url}/openapi.json")


def _add_services(routes: APIRouter) -> None:
    @routes.get("/services", response_model=HsdsPage, responses=_PAGE_OR_LINES)
    async def list_services(read: Read, query: Annotated[ServiceQuery, Query()]) -> Response:
        """List services. `minimal` returns ids and dates only, `full` everything nested."""
        record_query = replace(_record_query(RecordKind.SERVICE, query), hotline=query.hotline)

        def render(record: StoredRecord) -> Document:
            if query.minimal:
                return {"id": str(record.id), "last_modified": record.changed_at.isoformat()}
            return _service(record) if query.full else _flat(_service(record))

        return await _answer(
            read.conn, record_query, query, render, default=MINIMAL_PER_PAGE_MAX if query.minimal else 50
        )

    @routes.get("/services/{id}", responses=refuses_with(410))
    async def get_service(id: UUID, read: Read) -> Document:  # noqa: A002  (HSDS names it so)
        """Return one service with all its parts."""
        return _service(await _load_listed(read.conn, RecordKind.SERVICE, id))


def _add_organizations(routes: APIRouter) -> None:
    @routes.get("/organizations", response_model=HsdsPage, responses=_PAGE_OR_LINES)
    async def list_organizations(read: Read, query: Annotated[OrganizationQuery, Query()]) -> Response:
        """List organisations. `full` nests locations and service ids, `full_service` whole services."""
        record_query = RecordQuery(RecordKind.ORGANIZATION, query.region, query.search)
        if not (query.full or query.full_service):
            return await _answer(read.conn, record_query, query)
        nested = _WithParts(read.conn, whole=query.full_service)
        return await _answer(read.conn, record_query, query, nested=nested)

    @routes.get("/organizations/{id}", responses=refuses_with(410))
    async def get_organization(id: UUID, read: Read, full_service: bool = False) -> Document:  # noqa: A002  (HSDS names it so)
        """Return one organisation with its locations and services; `full_service` nests whole services."""
        record = await _load_listed(read.conn, RecordKind.ORGANIZATION, id)
        (document,) = await _WithParts(read.conn, whole=full_service).into([record.document()])
        return document


def _add_at_locations(routes: APIRouter) -> None:
    @routes.get("/service_at_locations", response_model=HsdsPage, responses=_PAGE_OR_LINES)
    async def list_services_at_locations(read: Read, query: Annotated[AtLocationQuery, Query()]) -> Response:
        """List services at their locations. Around a postcode or a point the nearest come first, with `distance_metres`."""
        record_query = _record_query(
            RecordKind.SERVICE_AT_LOCATION, query, within=await _circle(read.conn, query)
        )
        with_service = _WithService(read.conn, whole=query.full)
        return await _answer(read.conn, record_query, query, nested=with_service)

    @routes.get("/service_at_locations/{id}", responses=refuses_with(410))
    async def get_service_at_location(id: UUID, read: Read) -> Document:  # noqa: A002  (HSDS names it so)
        """Return one service at one location, with the service."""
        record = await _load_listed(read.conn, RecordKind.SERVICE_AT_LOCATION, id)
        (document,) = await _WithService(read.conn, whole=True).into([record.document()])
        return document


def _add_taxonomies(routes: APIRouter) -> None:
    @routes.get("/taxonomies", response_model=HsdsPage, responses=_PAGE_OR_LINES)
    async def list_taxonomies(read: Read, query: Annotated[PageQuery, Query()]) -> Response:
        """List the taxonomies that describe services."""
        return await _answer(read.conn, RecordQuery(RecordKind.TAXONOMY, query.region, query.search), query)

    @routes.get("/taxonomies/{id}", responses=refuses_with(410))
    async def get_taxonomy(id: UUID, read: Read) -> Document:  # noqa: A002  (HSDS names it so)
        """Return one taxonomy."""
        return (await _load_listed(read.conn, RecordKind.TAXONOMY, id)).document()

    @routes.get("/taxonomy_terms", response_model=HsdsPage, responses=_PAGE_OR_LINES)
    async def list_taxonomy_terms(read: Read, query: Annotated[TermQuery, Query()]) -> Response:
        """List taxonomy terms; `top_only` returns those without a parent, `parent_id` the children of one."""
        record_query = RecordQuery(
            RecordKind.TAXONOMY_TERM,
            query.region,
            query.search,
            taxonomy=query.taxonomy_id,
            parent=query.parent_id,
            top_only=query.top_only,
        )
        return await _answer(read.conn, record_query, query)

    @routes.get("/taxonomy_terms/{id}", responses=refuses_with(410))
    async def get_taxonomy_term(id: UUID, read: Read) -> Document:  # noqa: A002  (HSDS names it so)
        """Return one taxonomy term with its taxonomy."""
        document = (await _load_listed(read.conn, RecordKind.TAXONOMY_TERM, id)).document()
        taxonomy = UUID(document["taxonomy_id"])
        record = (await directory_records.by_id(read.conn, [taxonomy])).get(taxonomy)
        return document | ({"taxonomy_detail": record.document()} if record else {})


def _add_provenance(routes: APIRouter) -> None:
    @routes.get("/directory/provenance/{kind}/{id}")
    async def get_provenance(
        kind: Literal["organization", "service", "service_at_location", "taxonomy", "taxonomy_term"],
        id: UUID,  # noqa: A002  (HSDS names it so)
        read: Read,
    ) -> Provenance:
        """Return the source and verification date of a record, also of one that is no longer listed."""
        traced = await directory_records.load_traced(read.conn, RecordKind(kind), id)
        if traced is None:
            raise hsds_refusals.not_listed()
        return Provenance.of(traced)


class _WithParts:
    """Adds services and locations to organisations."""

    def __init__(self, conn: asyncpg.Connection, *, whole: bool) -> None:
        self._conn, self._whole = conn, whole

    async def into(self, documents: list[Document]) -> list[Document]:
        """Return the organisations with their services and locations."""
        ids = [UUID(document["id"]) for document in documents]
        services: dict[str, list[Document]] = defaultdict(list)
        for owner, service in await directory_records.services_of(self._conn, ids):
            services[str(owner)].append(service if self._whole else _flat(service))
        locations: dict[str, dict[str, Document]] = defaultdict(dict)
        for owner, location in await directory_records.locations_of(self._conn, ids):
            locations[str(owner)].setdefault(location["id"], location)
        return [
            document | {"services": services[key], "locations": list(locations[key].values())}
            for document in documents
            for key in [document["id"]]
        ]


class _WithService:
    """Adds the service to services at locations: whole, or without nested parts."""

    def __init__(self, conn: asyncpg.Connection, *, whole: bool) -> None:
        self._conn, self._whole = conn, whole

    async def into(self, documents: list[Document]) -> list[Document]:
        """Return the documents with the service of each."""
        ids = [UUID(document["service_id"]) for document in documents]
        records = await directory_records.by_id(self._conn, ids)
        whole = {key: _service(record) for key, record in records.items()}
        services = {key: service if self._whole else _flat(service) for key, service in whole.items()}
        return [document | {"service": services[UUID(document["service_id"])]} for document in documents]


async def _answer(
    conn: asyncpg.Connection,
    record_query: RecordQuery,
    query: PageQuery,
    render: Callable[[StoredRecord], Document] = StoredRecord.document,
    *,
    nested: _WithParts | _WithService | None = None,
    default: int = 50,
) -> Response:
    """Return one page as JSON, or everything as lines of JSON."""
    lines = query.format == "ndjson"
    limit = NDJSON_MAX if lines else min(query.per_page or default, MINIMAL_PER_PAGE_MAX)
    if not lines and default == 50 and limit > PER_PAGE_MAX:
        raise hsds_refusals.too_many()
    offset = 0 if lines else (query.page - 1) * limit
    records, total = await found.page(conn, record_query, limit=limit, offset=offset)
    contents = [render(it.record) for it in records]
    contents = _with_distances(await nested.into(contents) if nested else contents, records)
    if lines:
        body = b"".join(orjson.dumps(document) + b"\n" for document in contents)
        return Response(body, media_type=JSON_LINES)
    pages = ceil(total / limit)
    page = {
        "total_items": total,
        "total_pages": pages,
        "page_number": query.page,
        "size": len(contents),
        "first_page": query.page == 1,
        "last_page": query.page >= pages,
        "empty": not contents,
        "contents": contents,
    }
    return Response(orjson.dumps(page), media_type="application/json")


def _record_query(kind: RecordKind, query: DescribedQuery, *, within: Circle | None = None) -> RecordQuery:
    """Return the store's query for these filters."""
    return RecordQuery(
        kind,
        query.region,
        query.search,
        term=query.taxonomy_term_id,
        taxonomy=query.taxonomy_id,
        organization=query.organization_id,
        changed_since=query.modified_after,
        within=within,
    )


async def _load_listed(conn: asyncpg.Connection, kind: RecordKind, record_id: UUID) -> StoredRecord:
    traced = await directory_records.load_traced(conn, kind, record_id)
    if traced is None:
        raise hsds_refusals.not_listed()
    if traced.removed_at is not None:
        raise hsds_refusals.no_longer_listed()
    return traced.record


async def _circle(conn: asyncpg.Connection, query: AtLocationQuery) -> Circle | None:
    metres = query.proximity or PROXIMITY_METRES_DEFAULT
    if query.postcode is not None:
        centre = await found.centre_of(conn, query.postcode, query.region)
        if centre is None:
            raise hsds_refusals.unknown_postcode()
        return Circle(*centre, metres)
    if query.latitude is None and query.longitude is None:
        if query.proximity is not None:
            raise hsds_refusals.distance_without_point()
        return None
    if query.latitude is None or query.longitude is None:
        raise hsds_refusals.distance_without_point()
    return Circle(query.latitude, query.longitude, metres)


def _with_distances(contents: list[Document], records: Sequence[FoundRecord]) -> list[Document]:
    """Add to each document its distance from the point around which was searched, if there is one."""
    return [
        document if it.metres is None else document | {"distance_metres": round(it.metres)}
        for document, it in zip(contents, records, strict=True)
    ]


def _service(record: StoredRecord) -> Document:
    return record.document() | {"last_modified": record.changed_at.isoformat()}


def _flat(document: Document) -> Document:
    """Remove lists of nested parts; objects that are nested once stay."""
    return {name: value for name, value in document.items() if name not in _NESTED}
