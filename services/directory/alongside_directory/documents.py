"""Converts a datapackage to HSDS 3.0 documents, which the read API returns; once per import.

Ids are UUIDv5 of the source's key, kind and the publisher's own id, so that an entity has the same id in every import,
two sources never share one, and HSDS 1.x ids of any form become valid in 3.0. Nothing is invented: what a publisher omitted stays absent, except the few
fields 3.0 requires (an organisation's description, an address's country), which are then empty.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from alongside_directory.codes import RecordKind
from alongside_directory.listing.hours import opening_hours
from alongside_directory.listing.model import (
    DirectoryService,
    Listing,
    Organisation,
    PublishedTerm,
    ServiceLocation,
)

NAMESPACE: Final = UUID("6f4a2c1e-3b0d-5a57-9c1f-0d7a3f5e8b11")
Document: TypeAlias = dict[str, Any]
"""An entity, or a part of one, in HSDS 3.0: JSON of many shapes."""
STATUSES: Final = frozenset({"active", "inactive", "defunct", "temporarily closed"})
_UNNAMED_TAXONOMY: Final = "Taxonomy of the publisher"


@dataclass(frozen=True, slots=True)
class Record:
    """One entity as a document, with the fields by which it is selected."""

    id: UUID
    kind: RecordKind
    source_id: str
    document: Mapping[str, Any]
    organization_id: UUID | None = None
    service_id: UUID | None = None
    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None
    terms: tuple[UUID, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    postal_code: str | None = None
    verified_on: date | None = None
    hotline: bool = False


def shared_records(listing: Listing, source_key: str) -> Iterator[Record]:
    """Yield the entities that services refer to: organisations, taxonomies and terms."""
    ids = _Ids(source_key)
    for organisation in listing.organisations:
        yield _organisation(ids, organisation)
    yield from _taxonomies(ids, listing)


def service_records(
    listing: Listing, services: Iterable[DirectoryService], source_key: str
) -> Iterator[Record]:
    """Yield these services of a listing, each followed by its locations."""
    ids = _Ids(source_key)
    organisations = {organisation.id: organisation for organisation in listing.organisations}
    terms = {term.id: term for term in listing.terms}
    for service in services:
        yield _service(ids, service, organisations, terms)
        for place in service.places:
            yield _at_location(ids, service, place)


def record_ids(listing: Listing, source_key: str) -> Mapping[RecordKind, frozenset[UUID]]:
    """Return the ids of what a listing has, without taxonomies, which nobody publishes by themselves."""
    ids = _Ids(source_key)
    return {
        RecordKind.ORGANIZATION: frozenset(ids.of("organization", it.id) for it in listing.organisations),
        RecordKind.SERVICE: frozenset(ids.of("service", it.source_id) for it in listing.services),
        RecordKind.SERVICE_AT_LOCATION: frozenset(
            ids.of("service_at_location", it.source_id, place.location_id)
            for it in listing.services
            for place in it.places
        ),
        RecordKind.TAXONOMY_TERM: frozenset(ids.of("taxonomy_term", it.id) for it in listing.terms),
    }


def service_id(source_key: str, source_id: str) -> UUID:
    """Return the id of a service."""
    return _Ids(source_key).of("service", source_id)


def location_id(source_key: str, source_id: str) -> UUID:
    """Return the id of a location."""
    return _Ids(source_key).of("location", source_id)


def term_ids(service: DirectoryService, source_key: str) -> frozenset[UUID]:
    """Return the ids of a service's taxonomy terms."""
    ids = _Ids(source_key)
    return frozenset(ids.of("taxonomy_term", term) for term in service.term_ids)


@dataclass(frozen=True, slots=True)
class _Ids:
    source_key: str

    def of(self, kind: str, *source_id: str) -> UUID:
        return uuid5(NAMESPACE, "\x1f".join((self.source_key, kind, *source_id)))


def _without_blanks(**fields: Any) -> Document:
    """Return a document without empty fields."""
    return {name: value for name, value in fields.items() if value not in ("", None, [], ())}


def _organisation(ids: _Ids, organisation: Organisation) -> Record:
    key = ids.of("organization", organisation.id)
    document = {
        "id": str(key),
        "name": organisation.name,
        "description": organisation.description,
        **_without_blanks(
            alternate_name=organisation.alternate_name,
            website=_uri(organisation.url),
            email=organisation.email,
        ),
    }
    return Record(
        key,
        RecordKind.ORGANIZATION,
        organisation.id,
        document,
    )


def _taxonomies(ids: _Ids, listing: Listing) -> Iterator[Record]:
    names = dict.fromkeys(term.taxonomy or _UNNAMED_TAXONOMY for term in listing.terms)
    for name in names:
        key = ids.of("taxonomy", name)
        document = {"id": str(key), "name": name, "description": f"Terms of {name}, as published."}
        yield Record(key, RecordKind.TAXONOMY, name, document)
    known = {term.id for term in listing.terms}
    for term in listing.terms:
        yield _term(ids, term, known)


def _term(ids: _Ids, term: PublishedTerm, known: set[str]) -> Record:
    key, taxonomy = ids.of("taxonomy_term", term.id), term.taxonomy or _UNNAMED_TAXONOMY
    parent = ids.of("taxonomy_term", term.parent_id) if term.parent_id in known else None
    return Record(
        id=key,
        kind=RecordKind.TAXONOMY_TERM,
        source_id=term.id,
        document=_term_document(ids, term) | ({"parent_id": str(parent)} if parent else {}),
        taxonomy_id=ids.of("taxonomy", taxonomy),
        parent_id=parent,
    )


def _term_document(ids: _Ids, term: PublishedTerm) -> Document:
    taxonomy = term.taxonomy or _UNNAMED_TAXONOMY
    return {
        "id": str(ids.of("taxonomy_term", term.id)),
        "code": term.code,
        "name": term.name,
        "description": term.description or term.name,
        "taxonomy": taxonomy,
        "taxonomy_id": str(ids.of("taxonomy", taxonomy)),
    }


def _service(
    ids: _Ids,
    service: DirectoryService,
    organisations: Mapping[str, Organisation],
    terms: Mapping[str, PublishedTerm],
) -> Record:
    key, owner = ids.of("service", service.source_id), ids.of("organization", service.organization_id)
    service_terms = [terms[term] for term in service.term_ids if term in terms]
    document = {
        **_basic(ids, service),
        "organization": _organisation(ids, organisations[service.organization_id]).document,
        **_without_blanks(
            phones=[_phone(key, number) for number in service.phones],
            schedules=[_schedule(key, **hours) for hours in opening_hours(service.schedules)],
            languages=[
                {"id": str(uuid5(key, f"language/{name}")), "service_id": str(key), "name": name}
                for name in service.language_names
            ],
            service_at_locations=[
                dict(_at_location(ids, service, place).document) for place in service.places
            ],
            attributes=[_attribute(ids, key, term) for term in service_terms],
        ),
    }
    return Record(
        id=key,
        kind=RecordKind.SERVICE,
        source_id=service.source_id,
        document=document,
        organization_id=owner,
        service_id=key,
        terms=tuple(ids.of("taxonomy_term", term.id) for term in service_terms),
        verified_on=service.verified_on,
        hotline=service.hotline,
    )


def _basic(ids: _Ids, service: DirectoryService) -> Document:
    """Return a service's own fields, none of which is nested."""
    assumed_status = "active" if service.is_active else "inactive"
    return {
        "id": str(ids.of("service", service.source_id)),
        "organization_id": str(ids.of("organization", service.organization_id)),
        "name": service.name,
        "status": service.status if service.status in STATUSES else assumed_status,
        **_without_blanks(
            alternate_name=service.alternate_name,
            description=service.description,
            url=_uri(service.url),
            email=service.email,
            application_process=service.application_process,
            fees_description=service.fees,
            wait_time=service.wait_time,
            accreditations=service.accreditations,
            licenses=service.licenses,
            interpretation_services=service.interpretation_services,
            eligibility_description=service.eligibility,
            assured_date=service.verified_on.isoformat() if service.verified_on else None,
        ),
    }


def _at_location(ids: _Ids, service: DirectoryService, place: ServiceLocation) -> Record:
    service_id, location_id = ids.of("service", service.source_id), ids.of("location", place.location_id)
    key = ids.of("service_at_location", service.source_id, place.location_id)
    document = {
        "id": str(key),
        "service_id": str(service_id),
        "location_id": str(location_id),
        "location": _location(location_id, place),
    }
    return Record(
        id=key,
        kind=RecordKind.SERVICE_AT_LOCATION,
        source_id=f"{service.source_id}@{place.location_id}",
        document=document,
        organization_id=ids.of("organization", service.organization_id),
        service_id=service_id,
        terms=tuple(ids.of("taxonomy_term", term) for term in service.term_ids),
        latitude=place.coordinates.latitude if place.coordinates else None,
        longitude=place.coordinates.longitude if place.coordinates else None,
        postal_code=place.postal_code,
        verified_on=service.verified_on,
    )


def _location(key: UUID, place: ServiceLocation) -> Document:
    coordinates = place.coordinates
    return {
        "id": str(key),
        "location_type": "physical",
        **_without_blanks(
            name=place.name,
            alternate_name=place.alternate_name,
            description=place.description,
            transportation=place.transportation,
            latitude=coordinates.latitude if coordinates else None,
            longitude=coordinates.longitude if coordinates else None,
            addresses=[_address(key, place)] if place.street or place.city or place.postal_code else [],
        ),
    }


def _address(location: UUID, place: ServiceLocation) -> Document:
    return {
        "id": str(uuid5(location, "address")),
        "location_id": str(location),
        "address_1": place.street,
        "city": place.city,
        "state_province": place.state,
        "postal_code": place.postal_code or "",
        "country": place.country,
        "address_type": "physical",
        **_without_blanks(address_2=place.street_2, region=place.county),
    }


def _phone(service: UUID, text: str) -> Document:
    number, _, extension = text.partition(" x")
    document = {"id": str(uuid5(service, f"phone/{text}")), "service_id": str(service), "number": number}
    return document | ({"extension": int(extension)} if extension.isdecimal() and extension.isascii() else {})


def _schedule(service: UUID, **hours: str) -> Document:
    text = "/".join(f"{name}={value}" for name, value in sorted(hours.items()))
    return {"id": str(uuid5(service, f"schedule/{text}")), "service_id": str(service), **hours}


def _attribute(ids: _Ids, service: UUID, term: PublishedTerm) -> Document:
    return {
        "id": str(uuid5(service, f"attribute/{term.id}")),
        "link_id": str(service),
        "link_entity": "service",
        "taxonomy_term_id": str(ids.of("taxonomy_term", term.id)),
        "taxonomy_term": _term_document(ids, term),
    }


def _uri(url: str) -> str:
    """Add a scheme: 3.0 requires a whole address where 1.x publishers write `www.example.org`."""
    return url if not url or "://" in url else f"http://{url}"
