"""The result of an import: services as the directory lists them, and the counts of every row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from alongside_contracts.vocabulary import Format, Need, OfferKind
from alongside_directory.listing.needs import Term
from alongside_directory.source.findings import Flag, Quarantined
from alongside_directory.source.tables import Table


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Decimal degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class ServiceLocation:
    """Where a service is given. `postal_code` is None when it was blank or invalid (flagged).

    A `confidential` place has no street or position, and only the district of its postal code (see `confidential`).
    """

    location_id: str
    city: str
    county: str
    state: str
    postal_code: str | None
    coordinates: Coordinates | None
    name: str = ""
    alternate_name: str = ""
    description: str = ""
    transportation: str = ""
    street: str = ""
    street_2: str = ""
    country: str = ""
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation that gives services, as published."""

    id: str
    name: str
    alternate_name: str = ""
    description: str = ""
    url: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PublishedTerm:
    """A taxonomy term as published. `taxonomy` is the name of its taxonomy, if published."""

    id: str
    code: str
    name: str
    description: str = ""
    parent_id: str = ""
    taxonomy: str = ""

    @property
    def term(self) -> Term:
        """Return the term in the form the rules take."""
        return Term(code=self.code, name=self.name)


@dataclass(frozen=True, slots=True)
class PublishedSchedule:
    """One schedule row as published, not interpreted yet."""

    weekday: str
    opens_at: str
    closes_at: str
    text: str


@dataclass(frozen=True, slots=True)
class DirectoryService:
    """One listed service with every fact that matching needs.

    `source_id` is the publisher's id and the key of a later import; `content_hash` changes exactly when another field
    does, so an unchanged service is not written again. `status` is the publisher's value, empty when absent.
    `area_markers` are codes such as `MON` that the publisher hid in the description to name a served area.
    `verified_on` is when the publisher last verified the record, not when they last changed it. A `hotline` is called at
    once: it is listed, and never an offer.
    """

    source_id: str
    organization_id: str
    organization_name: str
    name: str
    description: str
    url: str
    status: str
    kind: OfferKind = OfferKind.SERVICE
    needs: frozenset[Need] = frozenset()
    formats: frozenset[Format] = frozenset()
    hotline: bool = False
    languages: frozenset[str] = frozenset()
    interpreter: bool = False
    places: tuple[ServiceLocation, ...] = ()
    phones: tuple[str, ...] = ()
    eligibility: str = ""
    terms: tuple[Term, ...] = ()
    schedules: tuple[PublishedSchedule, ...] = ()
    area_markers: tuple[str, ...] = ()
    alternate_name: str = ""
    email: str = ""
    application_process: str = ""
    fees: str = ""
    wait_time: str = ""
    accreditations: str = ""
    licenses: str = ""
    interpretation_services: str = ""
    term_ids: tuple[str, ...] = ()
    language_names: tuple[str, ...] = ()
    verified_on: date | None = None
    content_hash: str = ""

    @property
    def is_active(self) -> bool:
        """Return whether the service may be proposed: HSDS has active, inactive, defunct and temporarily closed."""
        return self.status in ("", "active")

    @property
    def postal_codes(self) -> tuple[str, ...]:
        """Return every known postal code of its places, each once."""
        return tuple(dict.fromkeys(place.postal_code for place in self.places if place.postal_code))

    @property
    def states(self) -> tuple[str, ...]:
        """Return every state or province of its places, each once."""
        return tuple(dict.fromkeys(place.state for place in self.places if place.state))

    @property
    def counties(self) -> tuple[str, ...]:
        """Return every county of its places, each once; most publishers leave this blank."""
        return tuple(dict.fromkeys(place.county for place in self.places if place.county))

    @property
    def coordinates(self) -> Coordinates | None:
        """Return the coordinates of the first place that has any."""
        return next((place.coordinates for place in self.places if place.coordinates), None)


@dataclass(frozen=True, slots=True)
class RowCount:
    """Outcomes of a table's rows: `read` is the sum of the other five, so no row is dropped silently.

    `taken`: in the directory. `quarantined`: not imported, with a reason. `repeated`: same content as an earlier row.
    `with_service`: belongs to a quarantined service. `elsewhere`: not about a service.
    """

    read: int = 0
    taken: int = 0
    quarantined: int = 0
    repeated: int = 0
    with_service: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A checked datapackage. Services in the order of their file; findings by table and line.

    `cut`: tables whose last row is malformed, as in a file that ends too early. `confidential`: ids of confidential locations.
    """

    package: str
    services: tuple[DirectoryService, ...]
    quarantined: tuple[Quarantined, ...]
    flags: tuple[Flag, ...]
    counts: Mapping[Table, RowCount]
    organisations: tuple[Organisation, ...] = ()
    terms: tuple[PublishedTerm, ...] = ()
    cut: tuple[Table, ...] = ()
    confidential: frozenset[str] = frozenset()

    @property
    def services_read(self) -> int:
        """Return the number of service rows in the package, valid or not."""
        return self.counts[Table.SERVICES].read

    @property
    def quarantined_services(self) -> frozenset[str]:
        """Return the ids of services of which a line is quarantined: they are listed, though not as they are now."""
        return frozenset(
            row.source_id for row in self.quarantined if row.table is Table.SERVICES and row.source_id
        )

    @property
    def services_quarantined(self) -> int:
        """Return the number of service rows quarantined."""
        return self.counts[Table.SERVICES].quarantined
