"""Attaches parts to services: places, terms, phones, schedules, languages and eligibility.

A row names its service by `service_id`, else by `service_at_location_id`, else by `location_id` (then it belongs to
every service there). Places come first because other rows may refer to services through them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from alongside_directory.confidential.words import has_word
from alongside_directory.listing.checked_columns import read_text
from alongside_directory.listing.languages import read_languages
from alongside_directory.listing.model import (
    DirectoryService,
    PublishedSchedule,
    PublishedTerm,
    ServiceLocation,
)
from alongside_directory.listing.needs import Term
from alongside_directory.listing.row_audit import RowAudit, RowOutcome
from alongside_directory.source.findings import FlagKind, QuarantineReason
from alongside_directory.source.reader import Row
from alongside_directory.source.tables import Table

_Part = TypeVar("_Part")
_CLOCK_TIME = re.compile(
    r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)? ?(?:[ap]\.?m\.?)?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
# A row with one of these ids, and no service or location, does not belong to a service.
_OTHER_SUBJECTS = ("organization_id", "contact_id", "phone_id", "program_id")


@dataclass(slots=True)
class ServiceDraft:
    """A service while its parts are collected; each dict is an ordered set."""

    row: Row
    service: DirectoryService
    places: dict[ServiceLocation, None] = field(default_factory=dict)
    terms: dict[Term, None] = field(default_factory=dict)
    term_ids: dict[str, None] = field(default_factory=dict)
    phones: dict[str, None] = field(default_factory=dict)
    schedules: dict[PublishedSchedule, None] = field(default_factory=dict)
    languages: dict[str, None] = field(default_factory=dict)
    language_texts: dict[str, None] = field(default_factory=dict)
    eligibility: dict[str, None] = field(default_factory=dict)
    interpreter: bool = False


@dataclass(slots=True)
class ServiceDrafts:
    """Services that are accepted or quarantined, and indexes for rows that name them by location."""

    accepted: dict[str, ServiceDraft] = field(default_factory=dict)
    quarantined: set[str] = field(default_factory=set)
    by_service_at_location: dict[str, str] = field(default_factory=dict)
    by_location: dict[str, list[str]] = field(default_factory=dict)


def attach_parts(
    audit: RowAudit,
    services: ServiceDrafts,
    places: Mapping[str, ServiceLocation],
    terms: Mapping[str, PublishedTerm],
) -> None:
    """Read the remaining tables into the drafts of `services.accepted`."""
    _attach_places(audit, services, places)
    _attach_terms(audit, services, terms)
    for row in audit.rows(Table.PHONES):
        _attach(audit, services, row, _phone(audit, row), lambda draft: draft.phones)
    for row in audit.rows(Table.SCHEDULES):
        _attach(audit, services, row, _schedule(audit, row), lambda draft: draft.schedules)
    for row in audit.rows(Table.ELIGIBILITY):
        _attach(
            audit, services, row, read_text(audit, row, "eligibility").text, lambda draft: draft.eligibility
        )
    for row in audit.rows(Table.LANGUAGES):
        _attach_language(audit, services, row)
    for table in (Table.CONTACTS, Table.ACCESSIBILITY):
        for row in audit.rows(table):
            audit.record_outcome(row, RowOutcome.ELSEWHERE)


def _attach_places(audit: RowAudit, services: ServiceDrafts, places: Mapping[str, ServiceLocation]) -> None:
    for row in audit.rows(Table.SERVICES_AT_LOCATION):
        service, location = row.text("service_id"), row.text("location_id")
        if location not in places:
            audit.quarantine(row, QuarantineReason.LOCATION_MISSING)
            continue
        if service in services.accepted or service in services.quarantined:
            services.by_service_at_location[row.text("id")] = service
            services.by_location.setdefault(location, []).append(service)
        _attach(
            audit, services, row, places[location], lambda draft: draft.places, naming_columns=("service_id",)
        )


def _attach_terms(audit: RowAudit, services: ServiceDrafts, terms: Mapping[str, PublishedTerm]) -> None:
    for row in audit.rows(Table.SERVICE_TERMS):
        term = terms.get(row.text("taxonomy_id"))
        if row.text("link_entity") not in ("", "service"):  # HSDS 3.0: any entity may carry a term
            if term is not None and has_word(term.name):
                audit.add_confidential(row)
            audit.record_outcome(row, RowOutcome.ELSEWHERE)
        elif term is None:
            audit.quarantine(row, QuarantineReason.TERM_MISSING)
        else:
            drafts = _attach(
                audit, services, row, term.term, lambda draft: draft.terms, naming_columns=("service_id",)
            )
            for draft in drafts:
                draft.term_ids[term.id] = None


def _phone(audit: RowAudit, row: Row) -> str:
    number = row.text("number")
    if not number:
        audit.flag(row, FlagKind.PHONE_BLANK, "number")
    return f"{number} x{row.text('extension')}" if number and row.text("extension") else number


def _schedule(audit: RowAudit, row: Row) -> PublishedSchedule:
    opens, closes = row.text("opens_at"), row.text("closes_at")
    if not opens or not closes:
        audit.flag(row, FlagKind.SCHEDULE_WITHOUT_TIMES)
    elif not (_CLOCK_TIME.fullmatch(opens) and _CLOCK_TIME.fullmatch(closes)):
        audit.flag(row, FlagKind.SCHEDULE_TIME_UNREADABLE)
    return PublishedSchedule(row.text("weekday"), opens, closes, row.text("original_text"))


def _attach_language(audit: RowAudit, services: ServiceDrafts, row: Row) -> None:
    text = read_text(audit, row, "language").text
    languages = read_languages(text, row.text("code"))
    if not languages.tags:
        audit.flag(row, FlagKind.LANGUAGE_NOT_RECOGNISED, "language")
    for draft in _attach(audit, services, row, text or row.text("code"), lambda draft: draft.language_texts):
        draft.languages.update(dict.fromkeys(languages.tags))
        draft.interpreter = draft.interpreter or languages.interpreter


def _attach(
    audit: RowAudit,
    services: ServiceDrafts,
    row: Row,
    part: _Part,
    parts_of: Callable[[ServiceDraft], dict[_Part, None]],
    *,
    naming_columns: tuple[str, ...] = ("service_id", "service_at_location_id", "location_id"),
) -> list[ServiceDraft]:
    """Add a part to every accepted service the row names, record the row's outcome, and return these services."""
    owners = _owners(services, row, naming_columns)
    if isinstance(owners, RowOutcome):
        audit.record_outcome(row, owners)
        return []
    if isinstance(owners, QuarantineReason):
        audit.quarantine(row, owners)
        return []
    without_part = [draft for draft in owners if part not in parts_of(draft)]
    for draft in without_part:
        if part:
            parts_of(draft)[part] = None
    audit.record_outcome(row, RowOutcome.TAKEN if without_part else RowOutcome.REPEATED)
    return owners


def _owners(
    services: ServiceDrafts, row: Row, naming_columns: tuple[str, ...]
) -> list[ServiceDraft] | RowOutcome | QuarantineReason:
    """Return the accepted services the row names; or the row's outcome; or why the row is quarantined."""
    column = next((column for column in naming_columns if row.text(column)), None)
    if column is None:
        if any(row.text(column) for column in _OTHER_SUBJECTS):
            return RowOutcome.ELSEWHERE
        return QuarantineReason.SERVICE_NOT_NAMED
    value = row.text(column)
    service_ids = _services_named(services, column, value)
    if not service_ids and column == "location_id":
        return RowOutcome.ELSEWHERE  # a location without services
    if not any(service in services.accepted or service in services.quarantined for service in service_ids):
        return QuarantineReason.SERVICE_MISSING
    accepted = [services.accepted[service] for service in service_ids if service in services.accepted]
    return accepted or RowOutcome.WITH_SERVICE


def _services_named(services: ServiceDrafts, column: str, value: str) -> list[str]:
    if column == "service_at_location_id":
        return [services.by_service_at_location.get(value, "")]
    if column == "location_id":
        return services.by_location.get(value, [])
    return [value]
