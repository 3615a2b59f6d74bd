"""What an import would do to what its source lists, decided before anything is stored.

Rules, in this order:

1. A package without a single service, a table that ends with half a row or has far fewer rows than last time, and one whose
   rows name too many things that the package lacks, are probably not the whole directory.
2. So is a package that would retire more than the policy's share of the source's records, or of the offers that can be
   proposed: retired is what it lacks, and what it lists as not active or without a need.
3. An id whose name, organisation and terms have all changed names another service now. Where places are held at it, it keeps
   what it was.

1 and 2 hold the whole package, 3 only the ids it is about, until somebody confirms exactly this.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from alongside_matching.catalogue.listed_offers import ListedOffer
from alongside_matching.directory.codes import QuestionCode, RecordKind
from alongside_matching.directory.decision import ImportDecision, Question
from alongside_matching.directory.documents import record_ids, service_id, term_ids
from alongside_matching.directory.listing.model import DirectoryService, Listing
from alongside_matching.directory.source.findings import NAMES_WHAT_IS_MISSING
from alongside_matching.directory.source.tables import Table

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

    `listed`: ids of its records that are no tombstones, with the service each belongs to. `services` and `offers` by the source's id. `rows`: rows of each
    table in the package that was imported last.
    """

    listed: Mapping[RecordKind, Mapping[UUID, UUID | None]]
    services: Mapping[str, StoredService]
    offers: Mapping[str, ListedOffer]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The effect of an import, as source ids.

    `moved` name another service and are applied, `kept` are not because places are held there; `released` are those of `moved`
    whose places somebody has confirmed away. `vanished`: offers that are paused. `confirmation` confirms these questions of
    this package, and nothing else. `holds`: nothing may be changed until somebody confirms.
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
    with_places = frozenset(it for it in moved if it in stored.offers and stored.offers[it].promised)
    vanished = _vanished(listing, stored, pause_vanished=pause_vanished)
    doubts = (
        *_doubts_about_package(listing, stored, share_max),
        *_retired_records(listing, stored, source_key, share_max),
        *_retired_offers(listing, stored, vanished - with_places, share_max),
        *_moved_with_places(with_places),
    )
    confirmation = _confirmation(package, source_key, doubts)
    is_confirmed = confirmation is not None and confirm == confirmation
    holds = not is_confirmed and any(it.question.code in _HOLDING for it in doubts)
    released = with_places if is_confirmed or (dry_run and holds) else frozenset()
    decision = ImportDecision(moved - with_places | released, kept=with_places - released, released=released)
    created, changed = _offered(listing, stored, decision)
    questions = tuple(it.question for it in doubts)
    return ImportPlan(created, changed, vanished - decision.kept, decision, questions, confirmation, holds)


def _offered(
    listing: Listing, stored: Stored, decision: ImportDecision
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of offers that are created, and of those that are changed."""
    offered = [it for it in listing.services if not it.hotline and it.source_id not in decision.kept]
    created = frozenset(it.source_id for it in offered if it.source_id not in stored.offers)
    changed = frozenset(it.source_id for it in offered if _changes(it, stored.offers.get(it.source_id)))
    return created, changed


def _doubts_about_package(listing: Listing, stored: Stored, share_max: float) -> Iterator[_Doubt]:
    yield from _empty(listing, stored)
    yield from _cut(listing, stored, share_max)
    yield from _parts_missing(listing, share_max)


def _moved_with_places(ids: frozenset[str]) -> Iterator[_Doubt]:
    if ids:
        about = tuple(sorted(ids))
        yield _Doubt(Question(QuestionCode.IDS_MOVED, about, len(ids), len(ids)), about)


def _changes(service: DirectoryService, offer: ListedOffer | None) -> bool:
    if offer is None:
        return False
    return offer.content_hash != service.content_hash or (offer.withdrawn and service.is_active)


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


def _vanished(listing: Listing, stored: Stored, *, pause_vanished: bool) -> frozenset[str]:
    """Return the offers that are open and are no longer listed as offers: hotlines among them in any case."""
    open_offers = {source_id for source_id, offer in stored.offers.items() if not offer.withdrawn}
    hotlines = {service.source_id for service in listing.services if service.hotline}
    missing = open_offers - _listed_ids(listing) if pause_vanished else frozenset()
    return frozenset((open_offers & hotlines) | missing)


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


def _retired_offers(
    listing: Listing, stored: Stored, vanished: Collection[str], share_max: float
) -> Iterator[_Doubt]:
    """Ask when too many of the offers that can be proposed now could not be any more."""
    services = {service.source_id: service for service in listing.services}
    proposable = {it for it, offer in stored.offers.items() if offer.proposable}
    lost = {
        it for it in proposable if it in vanished or (it in services and not _is_proposable(services[it]))
    }
    if _is_too_many(len(lost), len(proposable), share_max):
        question = Question(QuestionCode.RETIRES, ("offer",), len(lost), len(proposable))
        yield _Doubt(question, tuple(sorted(lost)))


def _is_proposable(service: DirectoryService) -> bool:
    return service.is_active and bool(service.needs)


def _is_too_many(lost: int, before: int, share_max: float) -> bool:
    return lost > share_max * before


def _confirmation(package: str, source_key: str, doubts: Sequence[_Doubt]) -> str | None:
    """Return a digest of the package, its source and every question with the ids it is about."""
    if not doubts:
        return None
    asked = [[it.question.code, *it.question.about, it.question.lost, *it.ids] for it in doubts]
    return sha256(json.dumps([package, source_key, asked]).encode()).hexdigest()[:CONFIRMATION_CHARS]
