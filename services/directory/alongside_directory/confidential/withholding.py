"""Withholds the confidential places of a package: of every service there, and in every text that repeats a street."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

from alongside_directory.confidential.secret_texts import Secrets, secrets_of, without_any_street
from alongside_directory.confidential.words import plain_words
from alongside_directory.listing.model import (
    DirectoryService,
    Organisation,
    PublishedSchedule,
    ServiceLocation,
)
from alongside_directory.listing.places import Places
from alongside_directory.listing.row_audit import RowAudit
from alongside_directory.listing.service_parts import ServiceDrafts
from alongside_directory.source.reader import BadRow, Row
from alongside_directory.source.tables import Table

CONFIDENTIAL: Final = "Confidential"
"""The street of a confidential place as it is shown: HSDS 3.0 requires one for the city to be shown."""
_OWN_ID: Final[Mapping[Table, str]] = {
    Table.ORGANIZATIONS: "organization_id",
    Table.SERVICES: "service_id",
    Table.LOCATIONS: "location_id",
}
_NAMES_ITS_PLACE: Final = ("location_id", "service_at_location_id", "service_id", "organization_id")
_IDS: Final = frozenset(
    {"id", "source_id", "organization_id", "location_id", "status", "term_ids", "content_hash"}
)
_Cleaned = TypeVar("_Cleaned", DirectoryService, Organisation, ServiceLocation, PublishedSchedule)


@dataclass(frozen=True, slots=True)
class ConfidentialPlaces:
    """The confidential places of a package by location id, and what no text may say of them."""

    locations: frozenset[str]
    secrets: Secrets | None

    def without_secrets(self, of: _Cleaned) -> _Cleaned:
        """Return a service with its places and hours, or an organisation, without anything that must not be shown."""
        if self.secrets is None:
            return of
        cleaned: dict[str, Any] = {
            field.name: self._without(getattr(of, field.name))
            for field in fields(of)
            if field.name not in _IDS
        }
        return replace(of, **cleaned)

    def _without(self, value: Any) -> Any:
        """Return a text without secrets, a place as it may be shown, and all in a tuple in the same way."""
        if isinstance(value, ServiceLocation):
            return self.without_secrets(_withhold(value) if value.location_id in self.locations else value)
        if isinstance(value, PublishedSchedule):
            return self.without_secrets(value)
        if isinstance(value, tuple):
            return tuple(map(self._without, value))
        if type(value) is str and self.secrets is not None:
            return self.secrets.remove(value)
        return value


def _withhold(place: ServiceLocation) -> ServiceLocation:
    """Return a confidential place without street, position, full postal code, and the texts that describe the way."""
    return replace(
        place,
        confidential=True,
        street=CONFIDENTIAL,
        street_2="",
        postal_code=_district(place.postal_code or ""),
        coordinates=None,
        name=without_any_street(place.name),
        alternate_name=without_any_street(place.alternate_name),
        description="",
        transportation="",
    )


def _district(written: str) -> str | None:
    """Return the part of a postal code that names a district: a full one may name a single house."""
    if re.fullmatch(r"\d{5}(?:-\d{4})?", written):
        return written[:5]
    district, _, rest = written.partition(" ")
    return district if rest else None


def withhold_places(audit: RowAudit, services: ServiceDrafts, places: Places) -> ConfidentialPlaces:
    """Return the places that rows call confidential, each for all services there, and those of the same organisation in the
    same street."""
    of_service: dict[str, list[str]] = defaultdict(list)
    for location, service_ids in services.by_location.items():
        for service_id in service_ids:
            of_service[service_id].append(location)
    of_organisation = _locations_of_organisations(services, places, of_service)
    hidden = {
        *(it for row in audit.confidential() for it in _meant(row, services, of_service, of_organisation)),
        *(
            it
            for row in audit.malformed_confidential()
            for it in _named_anywhere(row, places, of_service, of_organisation)
        ),
    }
    hidden |= set(_in_the_same_street(hidden, places, of_organisation))
    if not hidden:
        return ConfidentialPlaces(frozenset(), None)
    found = [places.by_id[it] for it in hidden if it in places.by_id]
    lines = [line for it in hidden for line in places.lines.get(it, ())]
    codes = [place.postal_code for place in found if place.postal_code]
    positions = [place.coordinates for place in found if place.coordinates]
    return ConfidentialPlaces(frozenset(hidden), secrets_of(lines, codes, positions))


def _in_the_same_street(
    hidden: set[str], places: Places, of_organisation: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield the locations of an organisation with the street of one of its hidden ones: exports repeat places."""
    for locations in of_organisation.values():
        streets = {_street_of(places, it) for it in locations & hidden} - {None}
        if streets:
            yield from (it for it in locations - hidden if _street_of(places, it) in streets)


def _street_of(places: Places, location: str) -> tuple[str, ...] | None:
    place = places.by_id.get(location)
    words = tuple(plain_words(place.street).split()) if place else ()
    return words if any(word[0].isdigit() for word in words) else None


def _locations_of_organisations(
    services: ServiceDrafts, places: Places, of_service: Mapping[str, list[str]]
) -> dict[str, set[str]]:
    """Return the locations that name an organisation, and those where its services are given."""
    found: dict[str, set[str]] = defaultdict(set)
    for organisation, locations in places.of_organisation.items():
        found[organisation].update(locations)
    for service_id, draft in services.accepted.items():
        found[draft.service.organization_id].update(of_service.get(service_id, ()))
    return found


def _named_anywhere(
    row: BadRow, places: Places, of_service: Mapping[str, list[str]], of_organisation: Mapping[str, set[str]]
) -> Iterator[str]:
    """Yield the locations whose id, service or organisation is anywhere in a row that cannot be split."""
    for cell in re.split(r"[,;\t\r\n\"]+", row.origin.text):
        name = cell.strip()
        if name in places.by_id:
            yield name
        yield from of_service.get(name, ())
        if row.table is Table.ORGANIZATIONS:
            yield from of_organisation.get(name, ())


def _meant(
    row: Row,
    services: ServiceDrafts,
    of_service: Mapping[str, list[str]],
    of_organisation: Mapping[str, set[str]],
) -> Iterable[str]:
    """Return the ids of the locations that a row is about: its own, or those of the service or organisation it names."""
    own = _OWN_ID.get(row.table)
    column, value = (own, row.text("id")) if own else _named(row)
    if column == "service_at_location_id":
        column, value = "service_id", services.by_service_at_location.get(value, "")
    if column == "location_id":
        return (value,)
    return (of_service if column == "service_id" else of_organisation).get(value, ())


def _named(row: Row) -> tuple[str, str]:
    """Return the column and the id of the nearest thing that a row names; an attribute names what it is linked to."""
    linked = row.text("link_entity")
    if row.table is Table.SERVICE_TERMS and linked:
        return f"{linked}_id", row.text("service_id")
    return next(
        ((column, row.text(column)) for column in _NAMES_ITS_PLACE if row.text(column)), ("location_id", "")
    )
