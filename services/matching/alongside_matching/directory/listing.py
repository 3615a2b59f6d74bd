"""The join: tables in, listed services out, every odd row in quarantine or flagged.

1. what others refer to: terms, organisations, places;
2. services, judged by their organisation;
3. what belongs to a service (see `belongings`);
4. the services put together and sealed with their content hash.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from alongside_matching.directory.belongings import Draft, Services, attach_all
from alongside_matching.directory.findings import FlagKind, QuarantineReason
from alongside_matching.directory.ledger import Fate, Ledger, known_by_id
from alongside_matching.directory.model import DirectoryService, Listing
from alongside_matching.directory.needs import Term, formats_of, kind_of, needs_of
from alongside_matching.directory.places import places_of
from alongside_matching.directory.reader import Datapackage, Progress, Row, open_datapackage
from alongside_matching.directory.remarks import url_in, words_in
from alongside_matching.directory.tables import Table


def read_directory(path: Path, progress: Progress | None = None) -> Listing:
    """Open and read a datapackage, zip or folder; raises a DirectoryError when it cannot be read at all."""
    with open_datapackage(path) as package:
        return read_listing(package, progress)


def read_listing(package: Datapackage, progress: Progress | None = None) -> Listing:
    """Join an open datapackage. The same bytes always give an equal Listing."""
    ledger = Ledger(package, progress)

    # 1. what others refer to
    terms = known_by_id(ledger, Table.TERMS, _term)
    organisations = known_by_id(ledger, Table.ORGANIZATIONS, lambda row: words_in(ledger, row, "name").text)
    places = places_of(ledger, organisations)

    # 2. services
    services = _services(ledger, organisations)

    # 3. what belongs to them
    attach_all(ledger, services, places, terms)

    # 4. put together
    listed = tuple(_listed(ledger, draft) for draft in services.kept.values())
    return Listing(package.name, listed, ledger.quarantined(), ledger.flags(), ledger.counts())


def _term(row: Row) -> Term:
    return Term(code=row.text("code") or row.text("id"), name=row.text("name"))


def _services(ledger: Ledger, organisations: Mapping[str, str]) -> Services:
    services = Services()
    for row in ledger.rows(Table.SERVICES):
        draft = _draft(ledger, row, organisations)
        wrong = _wrong_with(row, services, organisations)
        if wrong is None:
            services.kept[draft.service.source_id] = draft
            ledger.settle(row, Fate.TAKEN)
        else:
            ledger.quarantine(row, *wrong)
            if row.text("id") and row.text("id") not in services.kept:
                services.set_aside.add(row.text("id"))
    return services


def _wrong_with(
    row: Row, services: Services, organisations: Mapping[str, str]
) -> tuple[QuarantineReason, str] | None:
    row_id, organisation = row.text("id"), row.text("organization_id")
    if not row_id:
        return QuarantineReason.ID_MISSING, "id is blank"
    if row_id in services.kept or row_id in services.set_aside:
        return QuarantineReason.ID_REPEATED, f"id {row_id} was read before"
    if not row.text("name"):
        return QuarantineReason.NAME_MISSING, "name is blank"
    if not organisation:
        return QuarantineReason.ORGANISATION_NOT_NAMED, "organization_id is blank"
    if organisation not in organisations:
        return QuarantineReason.ORGANISATION_MISSING, f"no organisation has the id {organisation}"
    return None


def _draft(ledger: Ledger, row: Row, organisations: Mapping[str, str]) -> Draft:
    description = words_in(ledger, row, "description")
    if not description.text:
        ledger.flag(row, FlagKind.DESCRIPTION_BLANK, "description")
    status = row.text("status").lower()
    if status not in ("", "active"):
        ledger.flag(row, FlagKind.NOT_ACTIVE, "status", status)
    draft = Draft(
        row=row,
        service=DirectoryService(
            source_id=row.text("id"),
            organization_id=row.text("organization_id"),
            organization_name=organisations.get(row.text("organization_id"), ""),
            name=words_in(ledger, row, "name").text,
            description=description.text,
            url=url_in(ledger, row),
            status=status,
            area_markers=description.area_markers,
        ),
    )
    if stated := words_in(ledger, row, "eligibility_description").text:  # HSDS 3.0 keeps it here
        draft.eligibility[stated] = None
    if row.text("interpretation_services"):
        draft.interpreter = True
    return draft


def _listed(ledger: Ledger, draft: Draft) -> DirectoryService:
    if not draft.places:
        ledger.flag(draft.row, FlagKind.NO_LOCATION)
    if not draft.terms:
        ledger.flag(draft.row, FlagKind.NO_TERMS)
    complete = dataclasses.replace(
        draft.service,
        kind=kind_of(draft.terms),
        needs=needs_of(draft.terms),
        formats=formats_of(draft.terms),
        languages=frozenset(draft.languages),
        interpreter=draft.interpreter,
        places=tuple(draft.places),
        phones=tuple(draft.phones),
        eligibility="\n\n".join(draft.eligibility),
        terms=tuple(sorted(draft.terms)),
        schedules=tuple(draft.schedules),
    )
    return dataclasses.replace(complete, content_hash=_content_hash(complete))


def _content_hash(service: DirectoryService) -> str:
    content = json.dumps(dataclasses.asdict(service), sort_keys=True, default=sorted)
    return hashlib.sha256(content.encode()).hexdigest()
