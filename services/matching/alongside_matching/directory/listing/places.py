"""Locations and addresses joined to places. Nothing is looked up: what the publisher left out stays out, flagged."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from alongside_matching.directory.listing.ledger import Fate, Ledger, known_by_id
from alongside_matching.directory.listing.model import Coordinates, Place
from alongside_matching.directory.listing.remarks import words_in
from alongside_matching.directory.source.findings import FlagKind, QuarantineReason
from alongside_matching.directory.source.reader import Row
from alongside_matching.directory.source.tables import Table

_US_POSTAL_CODE = re.compile(r"\d{5}(-\d{4})?")
_US = ("", "US", "USA", "UNITED STATES")  # publishers of 211 data leave the country blank


@dataclass(frozen=True, slots=True)
class _Address:
    city: str = ""
    county: str = ""
    state: str = ""
    postal_code: str | None = None
    street: str = ""
    street_2: str = ""
    country: str = ""


def places_of(ledger: Ledger, organisations: Collection[str]) -> Mapping[str, Place]:
    """Every location with the first address given for it, by location id."""

    def located(row: Row) -> Place:
        organisation = row.text("organization_id")
        if organisation and organisation not in organisations:
            # Kept: services name their own organisation, so nothing hangs on the location's.
            ledger.flag(row, FlagKind.LOCATION_ORGANISATION_MISSING, "organization_id", organisation)
        return _located(ledger, row)

    found = known_by_id(ledger, Table.LOCATIONS, located)
    addresses = _addresses(ledger, found)
    return {
        location: _addressed(place, addresses.get(location, _Address())) for location, place in found.items()
    }


def _located(ledger: Ledger, row: Row) -> Place:
    """A location before its address is known."""
    return Place(
        location_id=row.text("id"),
        city="",
        county="",
        state="",
        postal_code=None,
        coordinates=_coordinates(ledger, row),
        name=words_in(ledger, row, "name").text,
        alternate_name=words_in(ledger, row, "alternate_name").text,
        description=words_in(ledger, row, "description").text,
        transportation=words_in(ledger, row, "transportation").text,
    )


def _addressed(place: Place, address: _Address) -> Place:
    return replace(
        place,
        city=address.city,
        county=address.county,
        state=address.state,
        postal_code=address.postal_code,
        street=address.street,
        street_2=address.street_2,
        country=address.country,
    )


def _coordinates(ledger: Ledger, row: Row) -> Coordinates | None:
    written = row.text("latitude"), row.text("longitude")
    if not all(written):
        ledger.flag(row, FlagKind.NO_COORDINATES)
        return None
    try:
        latitude, longitude = map(float, written)
    except ValueError:
        latitude = longitude = math.nan
    on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    if not on_earth or (latitude, longitude) == (0, 0):
        ledger.flag(row, FlagKind.BAD_COORDINATES, detail=", ".join(written)[:80])
        return None
    return Coordinates(latitude, longitude)


def _addresses(ledger: Ledger, located: Mapping[str, Place]) -> dict[str, _Address]:
    found: dict[str, _Address] = {}
    for row in ledger.rows(Table.ADDRESSES):
        location, address = row.text("location_id"), _address(ledger, row)
        if row.text("address_type") == "postal":  # HSDS 3.0: where letters go, not where the service is
            ledger.settle(row, Fate.ELSEWHERE)
        elif location not in located:
            ledger.quarantine(
                row, QuarantineReason.LOCATION_MISSING, f"no location has the id {location or '(blank)'}"
            )
        elif location not in found:
            found[location] = address
            ledger.settle(row, Fate.TAKEN)
        elif found[location] == address:
            ledger.settle(row, Fate.REPEATED)
        else:
            detail = f"location {location} has an address already; the first was read"
            ledger.quarantine(row, QuarantineReason.ID_REPEATED, detail)
    return found


def _address(ledger: Ledger, row: Row) -> _Address:
    return _Address(
        city=row.text("city"),
        county=row.text("region"),
        state=row.text("state_province").upper(),
        postal_code=_postal_code(ledger, row),
        street=row.text("address_1"),
        street_2=row.text("address_2"),
        country=row.text("country").upper(),
    )


def _postal_code(ledger: Ledger, row: Row) -> str | None:
    written = row.text("postal_code")
    is_us = row.text("country").upper() in _US
    if not written or (is_us and not _US_POSTAL_CODE.fullmatch(written)):
        ledger.flag(row, FlagKind.BAD_POSTAL_CODE, "postal_code", written or "blank")
        return None
    return written
