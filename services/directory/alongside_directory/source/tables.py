"""Names of HSDS tables and columns: 1.x names first, the 3.0 names where the content is the same.

Source: the HSDS 1.x `datapackage.json` template and the 3.0 schemas (docs.openreferral.org).
"""

from collections.abc import Mapping
from enum import StrEnum


class Table(StrEnum):
    """The tables that are read, under their HSDS 1.x names, in the order of the report.

    Contacts and accessibility are read for one thing only: whether they call a place confidential.
    """

    ORGANIZATIONS = "organizations"
    SERVICES = "services"
    LOCATIONS = "locations"
    SERVICES_AT_LOCATION = "services_at_location"
    ADDRESSES = "physical_addresses"
    PHONES = "phones"
    SCHEDULES = "regular_schedules"
    LANGUAGES = "languages"
    ELIGIBILITY = "eligibility"
    TERMS = "taxonomy"
    SERVICE_TERMS = "services_taxonomy"
    CONTACTS = "contacts"
    ACCESSIBILITY = "accessibility_for_disabilities"


REQUIRED_TABLES: tuple[Table, ...] = (Table.ORGANIZATIONS, Table.SERVICES)

# Possible file names (without .csv) of a table; the first that exists is read.
FILE_NAMES: Mapping[Table, tuple[str, ...]] = {
    Table.ORGANIZATIONS: ("organizations", "organization"),
    Table.SERVICES: ("services", "service"),
    Table.LOCATIONS: ("locations", "location"),
    Table.SERVICES_AT_LOCATION: ("services_at_location", "service_at_location", "service_at_locations"),
    Table.ADDRESSES: ("physical_addresses", "physical_address", "addresses", "address"),
    Table.PHONES: ("phones", "phone"),
    Table.SCHEDULES: ("regular_schedules", "regular_schedule", "schedules", "schedule"),
    Table.LANGUAGES: ("languages", "language"),
    Table.ELIGIBILITY: ("eligibility", "eligibilities"),
    # In 3.0 `taxonomies` lists whole taxonomies and `taxonomy_terms` their terms; 1.x has the terms in `taxonomy`.
    Table.TERMS: ("taxonomy_terms", "taxonomy_term", "taxonomy"),
    Table.SERVICE_TERMS: (
        "services_taxonomy",
        "service_taxonomy",
        "service_taxonomies",
        "attributes",
        "attribute",
    ),
    Table.CONTACTS: ("contacts", "contact"),
    Table.ACCESSIBILITY: ("accessibility_for_disabilities", "accessibility"),
}

# Columns that the join needs. Others may be absent and then read as empty.
REQUIRED_COLUMNS: Mapping[Table, tuple[str, ...]] = {
    Table.ORGANIZATIONS: ("id", "name"),
    Table.SERVICES: ("id", "organization_id", "name"),
    Table.LOCATIONS: ("id",),
    Table.SERVICES_AT_LOCATION: ("service_id", "location_id"),
    Table.ADDRESSES: ("location_id",),
    Table.PHONES: ("number",),
    Table.SCHEDULES: ("opens_at", "closes_at"),
    Table.LANGUAGES: ("language",),
    Table.ELIGIBILITY: ("service_id", "eligibility"),
    Table.TERMS: ("id", "name"),
    Table.SERVICE_TERMS: ("service_id", "taxonomy_id"),
    Table.CONTACTS: (),
    Table.ACCESSIBILITY: (),
}

# 3.0 column -> the 1.x column with the same content; used only where the 1.x column is absent.
COLUMN_NAMES: Mapping[Table, Mapping[str, str]] = {
    Table.ORGANIZATIONS: {"website": "url"},
    Table.SERVICES: {"fees_description": "fees"},
    Table.TERMS: {"taxonomy": "vocabulary"},
    Table.SCHEDULES: {"byday": "weekday", "description": "original_text"},
    Table.LANGUAGES: {"name": "language"},
    Table.SERVICE_TERMS: {"link_id": "service_id", "taxonomy_term_id": "taxonomy_id"},
}


def columns_of(table: Table, header: list[str]) -> list[str]:
    """Return the header in our names: trimmed, lower-case, 3.0 names mapped to 1.x names."""
    names = [name.strip().lower() for name in header]
    renamed = COLUMN_NAMES.get(table, {})
    return [renamed[name] if name in renamed and renamed[name] not in names else name for name in names]
