"""Withholds the confidential places of a package: of every service there, and in every text that repeats a street."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from alongside_matching.directory.listing.confidential import Secrets, secrets_of, withhold
from alongside_matching.directory.listing.model import DirectoryService, Organisation, ServiceLocation
from alongside_matching.directory.listing.places import Places
from alongside_matching.directory.listing.service_parts import ServiceDrafts
from alongside_matching.directory.source.reader import Row
from alongside_matching.directory.source.tables import Table

_OWN_ID: Final[Mapping[Table, str]] = {
    Table.ORGANIZATIONS: "organization_id",
    Table.SERVICES: "service_id",
    Table.LOCATIONS: "location_id",
}
_NAMES_ITS_PLACE: Final = ("location_id", "service_at_location_id", "service_id", "organization_id")
_SERVICE_TEXTS: Final = (
    *(
        "organization_name",
        "name",
        "description",
        "url",
        "alternate_name",
        "email",
        "application_process",
        "fees",
    ),
    *("wait_time", "accreditations", "licenses", "interpretation_services", "eligibility"),
)
_PLACE_TEXTS: Final = ("name", "alternate_name", "description", "transportation")
_ORGANISATION_TEXTS: Final = ("name", "alternate_name", "description", "url", "email")


@dataclass(frozen=True, slots=True)
class ConfidentialPlaces:
    """The confidential places of a package by location id, and the secrets of organisations that have any."""

    locations: frozenset[str]
    secrets: Mapping[str, Secrets]

    def without_secrets(self, service: DirectoryService) -> DirectoryService:
        """Return a service without the streets and positions of its organisation's confidential places."""
        secrets = self.secrets.get(service.organization_id)
        if secrets is None:
            return service
        return replace(
            service,
            **_without(secrets, service, _SERVICE_TEXTS),
            places=tuple(self._shown(place, secrets) for place in service.places),
            schedules=tuple(replace(each, text=secrets.remove(each.text)) for each in service.schedules),
        )

    def without_secrets_of(self, organisation: Organisation) -> Organisation:
        """Return an organisation without the streets and positions of its confidential places."""
        secrets = self.secrets.get(organisation.id)
        if secrets is None:
            return organisation
        return replace(organisation, **_without(secrets, organisation, _ORGANISATION_TEXTS))

    def _shown(self, place: ServiceLocation, secrets: Secrets) -> ServiceLocation:
        if place.location_id in self.locations:
            return withhold(place)
        return replace(place, **_without(secrets, place, _PLACE_TEXTS))


def _without(secrets: Secrets, of: object, names: Iterable[str]) -> dict[str, Any]:
    """Return the named texts of a record without secrets."""
    return {name: secrets.remove(getattr(of, name)) for name in names}


def withhold_places(rows: Iterable[Row], services: ServiceDrafts, places: Places) -> ConfidentialPlaces:
    """Return the places that these rows call confidential, each for all services there."""
    of_service: dict[str, list[str]] = defaultdict(list)
    for location, service_ids in services.by_location.items():
        for service_id in service_ids:
            of_service[service_id].append(location)
    of_organisation = _locations_of_organisations(services, places, of_service)
    locations = frozenset(
        location for row in rows for location in _locations(row, services, of_service, of_organisation)
    )
    secrets = {}
    for organisation, its_locations in of_organisation.items():
        hidden = [places.by_id[it] for it in its_locations if it in locations and it in places.by_id]
        if hidden:
            secrets[organisation] = secrets_of(hidden)
    return ConfidentialPlaces(locations, secrets)


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


def _locations(
    row: Row,
    services: ServiceDrafts,
    of_service: Mapping[str, list[str]],
    of_organisation: Mapping[str, set[str]],
) -> Iterator[str]:
    """Yield the ids of the locations that a row is about: its own, or those of the service or organisation it names."""
    own = _OWN_ID.get(row.table)
    column, value = (own, row.text("id")) if own else _named(row)
    if column == "service_at_location_id":
        column, value = "service_id", services.by_service_at_location.get(value, "")
    if column == "location_id":
        yield value
    else:
        yield from (of_service if column == "service_id" else of_organisation).get(value, ())


def _named(row: Row) -> tuple[str, str]:
    """Return the column and the id of the nearest thing that a row names."""
    return next(
        ((column, row.text(column)) for column in _NAMES_ITS_PLACE if row.text(column)), ("location_id", "")
    )
