"""What an import would do to what its source lists, decided before anything is stored.

Rules, in this order:

1. A package without a single service, a table that ends with half a row or has far fewer rows than last time, and one whose
   rows name too many things that the package lacks, are probably not the whole directory.
2. So is a package that would retire more than the policy's share of the source's records, or of the listings that people may be
   referred to: retired is what it lacks, and what it lists as not active, without a need or as a hotline.
3. An id whose name, organisation and terms have all changed names another service now. It keeps what it was, because somebody may
   have been referred there: who lists services does not know.

1 and 2 hold the whole package, 3 only the ids it is about, until somebody confirms exactly this.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import WithdrawalEffect
from alongside_directory.codes import QuestionCode, RecordKind
from alongside_directory.decision import ImportDecision, Question
from alongside_directory.documents import record_ids, service_id, term_ids
from alongside_directory.listing.model import DirectoryService, Listing
from alongside_directory.source.findings import NAMES_WHAT_IS_MISSING
from alongside_directory.source.tables import Table
from alongside_directory.store.listings import StoredListing

CONFIRMATION_CHARS: Final = 12
_HOLDING: Final = frozenset(QuestionCode) - {QuestionCode.IDS_MOVED}


@dataclass(frozen=True, slots=True)
class StoredService:
    """A service as it is listed now, or was before it vanished."""

    name: str
    organisation: str
    terms: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a source.

    `listed`: ids of its records that are no tombstones, with the service each belongs to. `services` and `listings` by the source's id. `rows`:
    rows of each table in the package that was imported last.
    """

    listed: Mapping[RecordKind, Mapping[UUID, UUID | None]]
    services: Mapping[str, StoredService]
    listings: Mapping[str, StoredListing]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The effect of an import, as source ids.

    `vanished`: listings that are withdrawn, those that were only hidden before too. `confirmation` confirms these questions of this package, and nothing else. `holds`:
    nothing may be changed until somebody confirms.
    """

    created: frozenset[str]
    changed: frozenset[str]
    vanished: frozenset[str]
    decision: ImportDecision
    questions: tuple[Question, ...]
    confirmation: str | None
    holds: bool


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A question, and the ids that it is about."""

    question: Question
    ids: tuple[str, ...]


def plan_import(
    listing: Listing,
    stored: Stored,
    *,
    source_key: str,
    package: str,
    share_max: float,
    pause_vanished: bool,
    confirm: str | None,
    dry_run: bool = False,
) -> ImportPlan:
    """Decide what importing a listing does; `package` is the digest of its file, `confirm` what somebody has confirmed.

    A dry run of a package that would be held plans what is done once it is confirmed.
    """
    moved = frozenset(_moved(listing, stored, source_key))
    vanished = _vanished(listing, stored)
    paused = vanished if pause_vanished else frozenset()
    doubts = (
        *_doubts_about_package(listing, stored, share_max),
        *_retired_records(listing, stored, source_key, share_max),
        *_retired_listings(listing, stored, paused, moved, share_max),
        *_ids_moved(moved),
    )
    confirmation = _confirmation(package, source_key, doubts)
    is_confirmed = confirmation is not None and confirm == confirmation
    holds = not is_confirmed and any(it.question.code in _HOLDING for it in doubts)
    applies_moved = is_confirmed or (dry_run and holds)
    nothing = frozenset[str]()
    decision = ImportDecision(moved, kept=nothing) if applies_moved else ImportDecision(nothing, kept=moved)
    created, changed = _listed(listing, stored, decision)
    questions = tuple(it.question for it in doubts)
    return ImportPlan(created, changed, vanished, decision, questions, confirmation, holds)


def _listed(
    listing: Listing, stored: Stored, decision: ImportDecision
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of listings that are created, and of those that are changed."""
    applied = [it for it in listing.services if it.source_id not in decision.kept]
    created = frozenset(it.source_id for it in applied if it.source_id not in stored.listings)
    changed = frozenset(it.source_id for it in applied if _changes(it, stored.listings.get(it.source_id)))
    return created, changed


def _doubts_about_package(listing: Listing, stored: Stored, share_max: float) -> Iterator[_Doubt]:
    yield from _empty(listing, stored)
    yield from _cut(listing, stored, share_max)
    yield from _parts_missing(listing, share_max)


def _ids_moved(ids: frozenset[str]) -> Iterator[_Doubt]:
    if ids:
        about = tuple(sorted(ids))
        yield _Doubt(Question(QuestionCode.IDS_MOVED, about, len(ids), len(ids)), about)


def _changes(service: DirectoryService, listed: StoredListing | None) -> bool:
    return listed is not None and (
        listed.withdrawn is not None or listed.content_hash != service.content_hash
    )


def _moved(listing: Listing, stored: Stored, source_key: str) -> Iterator[str]:
    """Yield the ids that name another service than before."""
    for service in listing.services:
        before = stored.services.get(service.source_id)
        if (
            before is not None
            and _plain(before.name) != _plain(service.name)
            and _plain(before.organisation) != _plain(service.organization_name)
            and (before.terms != term_ids(service, source_key) or not before.terms)
        ):
            yield service.source_id


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _vanished(listing: Listing, stored: Stored) -> frozenset[str]:
    """Return the listings that the package lacks and to which people may be referred until now."""
    closed = {it for it, listed in stored.listings.items() if listed.withdrawn is WithdrawalEffect.PAUSE}
    return frozenset(stored.listings) - _listed_ids(listing) - closed


def _listed_ids(listing: Listing) -> frozenset[str]:
    """Return the ids of all services in the package: a quarantined one is not missing."""
    return listing.quarantined_services | {service.source_id for service in listing.services}


def _empty(listing: Listing, stored: Stored) -> Iterator[_Doubt]:
    if not listing.services:
        before = len(stored.listed.get(RecordKind.SERVICE, ()))
        yield _Doubt(Question(QuestionCode.EMPTY, (Table.SERVICES.value,), before, before), ())


def _cut(listing: Listing, stored: Stored, share_max: float) -> Iterator[_Doubt]:
    for table in Table:
        before = stored.rows.get(table.value, 0)
        now = listing.counts[table].read if table in listing.counts else 0
        if table in listing.cut or _is_too_many(before - now, before, share_max):
            yield _Doubt(Question(QuestionCode.CUT, (table.value,), max(before - now, 0), before), ())


def _parts_missing(listing: Listing, share_max: float) -> Iterator[_Doubt]:
    missing = Counter(row.table for row in listing.quarantined if row.reason in NAMES_WHAT_IS_MISSING)
    for table, lost in missing.items():
        rows = listing.counts[table].read
        if _is_too_many(lost, rows, share_max):
            yield _Doubt(Question(QuestionCode.PARTS_MISSING, (table.value,), lost, rows), ())


def _retired_records(listing: Listing, stored: Stored, source_key: str, share_max: float) -> Iterator[_Doubt]:
    quarantined = {service_id(source_key, it) for it in listing.quarantined_services}
    for kind, ids in record_ids(listing, source_key).items():
        listed = stored.listed.get(kind, {})
        lost = sorted(
            str(it) for it, service in listed.items() if it not in ids and service not in quarantined
        )
        if _is_too_many(len(lost), len(listed), share_max):
            question = Question(QuestionCode.RETIRES, (kind.value,), len(lost), len(listed))
            yield _Doubt(question, tuple(lost))


def _retired_listings(
    listing: Listing, stored: Stored, paused: Collection[str], moved: Collection[str], share_max: float
) -> Iterator[_Doubt]:
    """Ask when people could not be referred any more to too many of the services to which they can be referred now.

    Ids that moved have a separate question.
    """
    services = {it.source_id: it for it in listing.services if it.source_id not in moved}
    proposable = {it for it, listed in stored.listings.items() if listed.proposable}
    lost = {it for it in proposable if it in paused or (it in services and not _is_proposable(services[it]))}
    if _is_too_many(len(lost), len(proposable), share_max):
        question = Question(QuestionCode.RETIRES, ("listing",), len(lost), len(proposable))
        yield _Doubt(question, tuple(sorted(lost)))


def _is_proposable(service: DirectoryService) -> bool:
    return service.is_active and bool(service.needs) and not service.hotline


def _is_too_many(lost: int, before: int, share_max: float) -> bool:
    return lost > share_max * before


def _confirmation(package: str, source_key: str, doubts: Sequence[_Doubt]) -> str | None:
    """Return a digest of the package, its source and every question with the ids it is about."""
    if not doubts:
        return None
    asked = [[it.question.code, *it.question.about, it.question.lost, *it.ids] for it in doubts]
    return sha256(json.dumps([package, source_key, asked]).encode()).hexdigest()[:CONFIRMATION_CHARS]
