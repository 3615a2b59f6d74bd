"""The join: tables in, listed services out, every invalid row quarantined or flagged.

1. tables that others refer to: terms, organisations, places;
2. services, checked against their organisation;
3. parts of services (see `service_parts`);
4. confidential places, without their street and position from here on;
5. services assembled, with their content hash.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import IO, cast

from alongside_directory.confidential.withholding import ConfidentialPlaces, withhold_places
from alongside_directory.listing.checked_columns import read_text, read_url
from alongside_directory.listing.model import DirectoryService, Listing, Organisation, PublishedTerm
from alongside_directory.listing.needs import (
    formats_of,
    is_for_families,
    is_hotline,
    kind_of,
    needs_of,
)
from alongside_directory.listing.places import places_of
from alongside_directory.listing.row_audit import RowAudit, RowOutcome, index_by_id
from alongside_directory.listing.service_parts import ServiceDraft, ServiceDrafts, attach_parts
from alongside_directory.policy import Area
from alongside_directory.source.findings import FlagKind, QuarantineReason
from alongside_directory.source.reader import Datapackage, Progress, Row, open_datapackage
from alongside_directory.source.tables import Table


def read_directory(
    package: Path | IO[bytes],
    progress: Progress | None = None,
    *,
    area: Area | None = None,
    digest_key: bytes = b"",
) -> Listing:
    """Open and read a datapackage, zip or folder. Raises DirectoryError when it cannot be read at all.

    `area` is where the region's places are: coordinates far from it are not used. `digest_key` is for the digests of rows.
    """
    with open_datapackage(package) as opened:
        return read_listing(opened, progress, area=area, digest_key=digest_key)


def read_listing(
    package: Datapackage,
    progress: Progress | None = None,
    *,
    area: Area | None = None,
    digest_key: bytes = b"",
) -> Listing:
    """Join an open datapackage. The same bytes always give an equal Listing."""
    audit = RowAudit(package, progress, digest_key)

    # 1. tables that others refer to
    terms = index_by_id(audit, Table.TERMS, _term)
    organisations = index_by_id(audit, Table.ORGANIZATIONS, lambda row: _organisation(audit, row))
    places = places_of(audit, organisations, area)

    # 2. services
    services = _services(audit, organisations)

    # 3. parts of services
    attach_parts(audit, services, places.by_id, terms)

    # 4. confidential places
    hidden = withhold_places(audit, services, places)

    # 5. assemble
    listed = tuple(_listed(audit, draft, hidden) for draft in services.accepted.values())
    return Listing(
        package.name,
        listed,
        audit.quarantined(),
        audit.flags(),
        audit.counts(),
        tuple(hidden.without_secrets(each) for each in organisations.values()),
        tuple(terms.values()),
        audit.cut(),
        hidden.locations,
    )


def _term(row: Row) -> PublishedTerm:
    return PublishedTerm(
        id=row.text("id"),
        code=row.text("code") or row.text("id"),
        name=row.text("name"),
        description=row.text("description"),
        parent_id=row.text("parent_id"),
        taxonomy=row.text("vocabulary"),
    )


def _organisation(audit: RowAudit, row: Row) -> Organisation:
    return Organisation(
        id=row.text("id"),
        name=read_text(audit, row, "name").text,
        alternate_name=read_text(audit, row, "alternate_name").text,
        description=read_text(audit, row, "description").text,
        url=read_url(audit, row),
        email=row.text("email"),
    )


def _services(audit: RowAudit, organisations: Mapping[str, Organisation]) -> ServiceDrafts:
    services = ServiceDrafts()
    for row in audit.rows(Table.SERVICES):
        draft = _draft(audit, row, organisations)
        fault = _find_fault(row, services, organisations)
        if fault is None:
            services.accepted[draft.service.source_id] = draft
            audit.record_outcome(row, RowOutcome.TAKEN)
        else:
            audit.quarantine(row, fault)
            if row.text("id") and row.text("id") not in services.accepted:
                services.quarantined.add(row.text("id"))
    return services


def _find_fault(
    row: Row, services: ServiceDrafts, organisations: Mapping[str, Organisation]
) -> QuarantineReason | None:
    row_id, organisation = row.text("id"), row.text("organization_id")
    if not row_id:
        return QuarantineReason.ID_MISSING
    if row_id in services.accepted or row_id in services.quarantined:
        return QuarantineReason.ID_REPEATED
    if not row.text("name"):
        return QuarantineReason.NAME_MISSING
    if not organisation:
        return QuarantineReason.ORGANISATION_NOT_NAMED
    if organisation not in organisations:
        return QuarantineReason.ORGANISATION_MISSING
    return None


def _draft(audit: RowAudit, row: Row, organisations: Mapping[str, Organisation]) -> ServiceDraft:
    description = read_text(audit, row, "description")
    if not description.text:
        audit.flag(row, FlagKind.DESCRIPTION_BLANK, "description")
    status = row.text("status").lower()
    if status not in ("", "active"):
        audit.flag(row, FlagKind.NOT_ACTIVE, "status")
    owner = organisations.get(row.text("organization_id"))
    draft = ServiceDraft(
        row=row,
        service=DirectoryService(
            source_id=row.text("id"),
            organization_id=row.text("organization_id"),
            organization_name=owner.name if owner else "",
            name=read_text(audit, row, "name").text,
            description=description.text,
            url=read_url(audit, row),
            status=status,
            area_markers=description.area_markers,
            alternate_name=read_text(audit, row, "alternate_name").text,
            application_process=read_text(audit, row, "application_process").text,
            verified_on=_verified_on(audit, row),
            email=row.text("email"),
            fees=row.text("fees"),
            wait_time=row.text("wait_time"),
            accreditations=row.text("accreditations"),
            licenses=row.text("licenses"),
            interpretation_services=row.text("interpretation_services"),
        ),
    )
    if eligibility := read_text(audit, row, "eligibility_description").text:  # HSDS 3.0 has it in this column
        draft.eligibility[eligibility] = None
    if row.text("interpretation_services"):
        draft.interpreter = True
    return draft


def _verified_on(audit: RowAudit, row: Row) -> date | None:
    written = row.text("assured_date")
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError:
        audit.flag(row, FlagKind.BAD_DATE, "assured_date")
        return None


def _listed(audit: RowAudit, draft: ServiceDraft, hidden: ConfidentialPlaces) -> DirectoryService:
    if not draft.places:
        audit.flag(draft.row, FlagKind.NO_LOCATION)
    if not draft.terms:
        audit.flag(draft.row, FlagKind.NO_TERMS)
    names = draft.service.name, draft.service.alternate_name
    if hotline := is_hotline(draft.terms, names):
        audit.flag(draft.row, FlagKind.HOTLINE)
    all_names = (*names, draft.service.organization_name)
    needs = needs_of(draft.terms, all_names)
    if is_for_families(all_names, needs):
        audit.flag(draft.row, FlagKind.FOR_FAMILIES)
    complete = hidden.without_secrets(
        dataclasses.replace(
            draft.service,
            kind=kind_of(draft.terms),
            needs=needs,
            formats=formats_of(draft.terms),
            hotline=hotline,
            languages=frozenset(draft.languages),
            interpreter=draft.interpreter,
            places=tuple(draft.places),
            phones=tuple(draft.phones),
            eligibility="\n\n".join(draft.eligibility),
            terms=tuple(sorted(draft.terms)),
            schedules=tuple(draft.schedules),
            term_ids=tuple(draft.term_ids),
            language_names=tuple(name for name in draft.language_texts if name),
        )
    )
    return dataclasses.replace(complete, content_hash=_content_hash(complete))


def _content_hash(service: DirectoryService) -> str:
    content = json.dumps(dataclasses.asdict(service), sort_keys=True, default=_plain)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(value: object) -> object:
    """Convert a value without a JSON type: a set to a sorted list, a date to ISO 8601."""
    return value.isoformat() if isinstance(value, date) else sorted(cast("frozenset[str]", value))
