"""What belongs to a service: its places, terms, phones, schedules, languages and eligibility.

A row finds its service by `service_id`, else by `service_at_location_id`, else by `location_id` (then it belongs to
every service there). Places come first because the others may be found through them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from alongside_matching.directory.listing.languages import spoken
from alongside_matching.directory.listing.ledger import Fate, Ledger
from alongside_matching.directory.listing.model import DirectoryService, Place, PublishedTerm, Schedule
from alongside_matching.directory.listing.needs import Term
from alongside_matching.directory.listing.remarks import words_in
from alongside_matching.directory.source.findings import FlagKind, QuarantineReason
from alongside_matching.directory.source.reader import Row
from alongside_matching.directory.source.tables import Table

_Part = TypeVar("_Part")
_CLOCK_TIME = re.compile(
    r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)? ?(?:[ap]\.?m\.?)?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
# A row that names one of these, and no service or location, is about that.
_OTHER_SUBJECTS = ("organization_id", "contact_id", "phone_id", "program_id")


@dataclass(slots=True)
class Draft:
    """A service while its parts are being found; each dict is an ordered set."""

    row: Row
    service: DirectoryService
    places: dict[Place, None] = field(default_factory=dict)
    terms: dict[Term, None] = field(default_factory=dict)
    term_ids: dict[str, None] = field(default_factory=dict)
    phones: dict[str, None] = field(default_factory=dict)
    schedules: dict[Schedule, None] = field(default_factory=dict)
    languages: dict[str, None] = field(default_factory=dict)
    language_texts: dict[str, None] = field(default_factory=dict)
    eligibility: dict[str, None] = field(default_factory=dict)
    interpreter: bool = False


@dataclass(slots=True)
class Services:
    """The services kept and those set aside, and how else than by their id a row may name them."""

    kept: dict[str, Draft] = field(default_factory=dict)
    set_aside: set[str] = field(default_factory=set)
    by_service_at_location: dict[str, str] = field(default_factory=dict)
    by_location: dict[str, list[str]] = field(default_factory=dict)


def attach_all(
    ledger: Ledger, services: Services, places: Mapping[str, Place], terms: Mapping[str, PublishedTerm]
) -> None:
    """Read the remaining tables into the drafts of `services.kept`."""
    _attach_places(ledger, services, places)
    _attach_terms(ledger, services, terms)
    for row in ledger.rows(Table.PHONES):
        _attach(ledger, services, row, _phone(ledger, row), lambda draft: draft.phones)
    for row in ledger.rows(Table.SCHEDULES):
        _attach(ledger, services, row, _schedule(ledger, row), lambda draft: draft.schedules)
    for row in ledger.rows(Table.ELIGIBILITY):
        _attach(
            ledger, services, row, words_in(ledger, row, "eligibility").text, lambda draft: draft.eligibility
        )
    for row in ledger.rows(Table.LANGUAGES):
        _attach_language(ledger, services, row)


def _attach_places(ledger: Ledger, services: Services, places: Mapping[str, Place]) -> None:
    for row in ledger.rows(Table.SERVICES_AT_LOCATION):
        service, location = row.text("service_id"), row.text("location_id")
        if location not in places:
            detail = f"no location has the id {location or '(blank)'}"
            ledger.quarantine(row, QuarantineReason.LOCATION_MISSING, detail)
            continue
        if service in services.kept or service in services.set_aside:
            services.by_service_at_location[row.text("id")] = service
            services.by_location.setdefault(location, []).append(service)
        _attach(ledger, services, row, places[location], lambda draft: draft.places, by=("service_id",))


def _attach_terms(ledger: Ledger, services: Services, terms: Mapping[str, PublishedTerm]) -> None:
    for row in ledger.rows(Table.SERVICE_TERMS):
        term = terms.get(row.text("taxonomy_id"))
        if row.text("link_entity") not in ("", "service"):  # HSDS 3.0: any entity may carry a term
            ledger.settle(row, Fate.ELSEWHERE)
        elif term is None:
            detail = f"no term has the id {row.text('taxonomy_id') or '(blank)'}"
            ledger.quarantine(row, QuarantineReason.TERM_MISSING, detail)
        else:
            carry = _attach(ledger, services, row, term.term, lambda draft: draft.terms, by=("service_id",))
            for draft in carry:
                draft.term_ids[term.id] = None


def _phone(ledger: Ledger, row: Row) -> str:
    number = row.text("number")
    if not number:
        ledger.flag(row, FlagKind.PHONE_BLANK, "number")
    return f"{number} x{row.text('extension')}" if number and row.text("extension") else number


def _schedule(ledger: Ledger, row: Row) -> Schedule:
    opens, closes = row.text("opens_at"), row.text("closes_at")
    if not opens or not closes:
        ledger.flag(row, FlagKind.SCHEDULE_WITHOUT_TIMES, detail=row.text("original_text")[:200])
    elif not (_CLOCK_TIME.fullmatch(opens) and _CLOCK_TIME.fullmatch(closes)):
        ledger.flag(row, FlagKind.SCHEDULE_TIME_UNREADABLE, detail=f"{opens} to {closes}"[:200])
    return Schedule(row.text("weekday"), opens, closes, row.text("original_text"))


def _attach_language(ledger: Ledger, services: Services, row: Row) -> None:
    text = words_in(ledger, row, "language").text
    said = spoken(text, row.text("code"))
    if not said.tags:
        ledger.flag(row, FlagKind.LANGUAGE_NOT_RECOGNISED, "language", text[:200] or "blank")
    for draft in _attach(ledger, services, row, text or row.text("code"), lambda draft: draft.language_texts):
        draft.languages.update(dict.fromkeys(said.tags))
        draft.interpreter = draft.interpreter or said.interpreter


def _attach(
    ledger: Ledger,
    services: Services,
    row: Row,
    part: _Part,
    parts_of: Callable[[Draft], dict[_Part, None]],
    *,
    by: tuple[str, ...] = ("service_id", "service_at_location_id", "location_id"),
) -> list[Draft]:
    """Add a part to every kept service the row names, settle the row, and say which services they were."""
    owners = _owners(services, row, by)
    if isinstance(owners, Fate):
        ledger.settle(row, owners)
        return []
    if isinstance(owners, tuple):
        ledger.quarantine(row, *owners)
        return []
    new = [draft for draft in owners if part not in parts_of(draft)]
    for draft in new:
        if part:
            parts_of(draft)[part] = None
    ledger.settle(row, Fate.TAKEN if new else Fate.REPEATED)
    return owners


def _owners(
    services: Services, row: Row, by: tuple[str, ...]
) -> list[Draft] | Fate | tuple[QuarantineReason, str]:
    named = next((column for column in by if row.text(column)), None)
    if named is None:
        if any(row.text(column) for column in _OTHER_SUBJECTS):
            return Fate.ELSEWHERE
        return QuarantineReason.SERVICE_NOT_NAMED, f"{' and '.join(by)}: blank"
    value = row.text(named)
    service_ids = _named(services, named, value)
    if not service_ids and named == "location_id":
        return Fate.ELSEWHERE  # a location without services
    if not any(service in services.kept or service in services.set_aside for service in service_ids):
        return QuarantineReason.SERVICE_MISSING, f"no service has the {named} {value}"
    kept = [services.kept[service] for service in service_ids if service in services.kept]
    return kept or Fate.WITH_SERVICE


def _named(services: Services, column: str, value: str) -> list[str]:
    if column == "service_at_location_id":
        return [services.by_service_at_location.get(value, "")]
    if column == "location_id":
        return services.by_location.get(value, [])
    return [value]
