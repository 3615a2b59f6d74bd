"""Writes a package as an HSDS 1.x datapackage: a zip of CSV files, the same bytes for the same package."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from alongside_lab.faults.directory.packages import (
    ORGANISATIONS,
    TERMS,
    DirectoryPackage,
    PublishedService,
)

Rows: TypeAlias = Sequence[Mapping[str, str]]
_STATE: Final = "FL"


def datapackage(package: DirectoryPackage) -> bytes:
    """Return the zip of a package."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, rows in _tables(package).items():
            entry = zipfile.ZipInfo(f"data/{name}.csv")  # without a time, it is 1980
            archive.writestr(entry, _csv_text(rows), compress_type=zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _tables(package: DirectoryPackage) -> dict[str, Rows]:
    source, services = package.source, package.services
    return {
        "organizations": [
            {"id": _organisation_id(source, number), "name": f"Organisation {number} of {source}"}
            for number in range(1, ORGANISATIONS + 1)
        ],
        "services": [_service(source, service) for service in services],
        "locations": [_location(source, service) for service in services],
        "services_at_location": [
            {"id": f"place-{each.id}", "service_id": each.id, "location_id": _location_id(each)}
            for each in services
        ],
        "physical_addresses": [_address(service) for service in services],
        "phones": [
            {"id": f"phone-{each.id}", "service_id": each.id, "number": "305-555-0100"} for each in services
        ],
        "languages": [
            {"id": f"language-{each.id}", "service_id": each.id, "language": each.language}
            for each in services
        ],
        "taxonomy": [{"id": term.code, "name": term.name} for term in TERMS],
        "services_taxonomy": [
            {"id": f"term-{each.id}", "service_id": each.id, "taxonomy_id": each.term.code}
            for each in services
        ],
    }


def _service(source: str, service: PublishedService) -> dict[str, str]:
    return {
        "id": service.id,
        "organization_id": _organisation_id(source, service.organisation),
        "name": service.name,
        "description": f"Invented for a storm by {source}.",
        "url": "www.example.org",
        "status": "active",
    }


def _location(source: str, service: PublishedService) -> dict[str, str]:
    return {
        "id": _location_id(service),
        "organization_id": _organisation_id(source, service.organisation),
        "name": service.place.name,
        "latitude": str(service.place.latitude),
        "longitude": str(service.place.longitude),
    }


def _address(service: PublishedService) -> dict[str, str]:
    return {
        "id": f"address-{service.id}",
        "location_id": _location_id(service),
        "address_1": "1 Example Street",
        "city": service.place.name,
        "region": service.place.county,
        "state_province": _STATE,
        "postal_code": service.place.postal_code,
        "country": "US",
    }


def _organisation_id(source: str, number: int) -> str:
    return f"{source}-organisation-{number}"


def _location_id(service: PublishedService) -> str:
    return f"location-{service.id}"


def _csv_text(rows: Rows) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
