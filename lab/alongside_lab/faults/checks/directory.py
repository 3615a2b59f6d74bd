"""Checks the directories that were imported: each publisher's services, tombstones and offers follow from its packages.

What a publisher lists is taken from the packages that were uploaded, in their order, and not from anything that a service answered.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from alongside_lab.faults.directory.packages import PublishedService, upload_was_lost
from alongside_lab.faults.evidence.evidence import Evidence, Finding, FindingKind, Row, Rows, grouped

Services: TypeAlias = Mapping[str, PublishedService]
_Violation: TypeAlias = tuple[Iterable[str], str]
"""The ids of services, and what is wrong with them; without ids nothing is wrong."""
_OFFER_SOURCE: Final = "directory:"
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class _Directory:
    """What one publisher lists at the end, by id, and what it listed before and no longer does."""

    listed: Services
    vanished: Services


def every_import_is_done(evidence: Evidence) -> Iterator[Finding]:
    """Each package was accepted and its import is done, as is every stored import, also one whose answer was lost.

    Except an import whose upload PostgreSQL lost when it crashed: its package was sent again.
    """
    stored = {str(row["id"]): row for row in evidence.directory_imports}
    for sent in evidence.sent_imports:
        if sent.import_id is None:
            yield _finding(sent.package.source, f"its package was not accepted: {sent.problem}")
        elif sent.import_id not in stored:
            yield _finding(
                sent.package.source, f"its import {sent.import_id} was accepted, but is not stored"
            )
        elif upload_was_lost(stored[sent.import_id]):
            yield _finding(sent.package.source, f"its upload {sent.import_id} was lost and not sent again")
    for row in evidence.directory_imports:
        if row["state"] != "done" and not upload_was_lost(row):
            yield _finding(f"import {row['id']}", f"is {row['state']}, and not done: {row['problem']}")


def every_source_lists_its_last_package(evidence: Evidence) -> Iterator[Finding]:
    """Each source lists exactly the services of its last package, and exactly those that vanished have a tombstone."""
    rows_by_source = grouped(evidence.directory_services, lambda row: row["source"])
    removed_of_any = _removed(evidence.directory_services)
    directories = _directories(evidence)
    yield from _of_unknown_sources(rows_by_source, directories, "records of services")
    for source, directory in directories.items():
        violations = _wrong_records(directory, rows_by_source.get(source, ()), removed_of_any)
        yield from _findings(source, violations)


def every_listed_need_has_one_offer(evidence: Evidence) -> Iterator[Finding]:
    """Each listed service with a need is one offer that can be asked; only the offers of vanished services are withdrawn."""
    rows_by_source = grouped(evidence.directory_offers, lambda row: row["source"].removeprefix(_OFFER_SOURCE))
    directories = _directories(evidence)
    yield from _of_unknown_sources(rows_by_source, directories, "offers")
    for source, directory in directories.items():
        yield from _findings(source, _wrong_offers(directory, rows_by_source.get(source, ())))


def services_listed(evidence: Evidence) -> int:
    """Return how many services the directories list at the end."""
    return sum(row["removed_at"] is None for row in evidence.directory_services)


def _directories(evidence: Evidence) -> dict[str, _Directory]:
    accepted = [sent.package for sent in evidence.sent_imports if sent.import_id is not None]
    directories = {}
    for source, packages in grouped(accepted, lambda package: package.source).items():
        ever_listed = {service.id: service for package in packages for service in package.services}
        listed = {service.id: service for service in packages[-1].services}
        vanished = {id_: service for id_, service in ever_listed.items() if id_ not in listed}
        directories[source] = _Directory(listed, vanished)
    return directories


def _wrong_records(directory: _Directory, rows: Rows, removed_of_any: set[str]) -> Iterator[_Violation]:
    removed = _removed(rows)
    open_rows = [row for row in rows if row["removed_at"] is None]
    listed, vanished = directory.listed.keys(), directory.vanished.keys()
    missing = listed - _ids(open_rows)
    removed_count = len(missing & removed_of_any)
    yield missing, f"of its last package not listed, {removed_count} of them with a tombstone"
    yield _ids(open_rows) - listed, "listed that are not in its last package"
    yield vanished - removed, "vanished without a tombstone"
    yield removed - vanished, "with a tombstone that never vanished"
    yield _repeated(rows), "with several records"
    yield _named_otherwise(directory, open_rows), "listed under an earlier name"


def _wrong_offers(directory: _Directory, rows: Rows) -> Iterator[_Violation]:
    offered, withdrawn = _ids(rows), {row["source_id"] for row in rows if row["withdrawn"]}
    paused = {row["source_id"] for row in rows if row["paused_because"] is not None}
    listed, vanished = directory.listed.keys(), directory.vanished.keys()
    yield _with_a_need(directory.listed) - offered, "with a need and without an offer"
    yield _repeated(rows), "with several offers"
    yield withdrawn & listed, "listed with a withdrawn offer"
    yield (paused - withdrawn) & listed, "listed with a paused offer"
    still_expected = _with_a_need(directory.vanished) | (offered & vanished)
    yield still_expected - withdrawn, "vanished without their offer withdrawn"
    yield offered - listed - vanished, "with an offer that were in no package"
    yield _named_otherwise(directory, rows), "with an offer under an earlier name"
    yield _with_other_needs(directory, rows), "with an offer for other needs"


def _with_a_need(services: Services) -> set[str]:
    return {id_ for id_, service in services.items() if service.term.need is not None}


def _ids(rows: Rows) -> set[str]:
    return {row["source_id"] for row in rows}


def _removed(rows: Rows) -> set[str]:
    return {row["source_id"] for row in rows if row["removed_at"] is not None}


def _repeated(rows: Rows) -> set[str]:
    return {id_ for id_, times in Counter(row["source_id"] for row in rows).items() if times > 1}


def _named_otherwise(directory: _Directory, rows: Rows) -> set[str]:
    return {row["source_id"] for row, service in _of_listed(directory, rows) if row["name"] != service.name}


def _with_other_needs(directory: _Directory, rows: Rows) -> set[str]:
    return {
        row["source_id"]
        for row, service in _of_listed(directory, rows)
        if list(row["needs"]) != [need.value for need in (service.term.need,) if need is not None]
    }


def _of_listed(directory: _Directory, rows: Rows) -> Iterator[tuple[Row, PublishedService]]:
    return ((row, directory.listed[row["source_id"]]) for row in rows if row["source_id"] in directory.listed)


def _of_unknown_sources(
    rows_by_source: Mapping[str, Rows], directories: Mapping[str, _Directory], what: str
) -> Iterator[Finding]:
    for source in sorted(rows_by_source.keys() - directories.keys(), key=str):
        yield _finding(
            f"source {source}", f"{len(rows_by_source[source])} {what}, but no package is of this source"
        )


def _findings(source: str, violations: Iterable[_Violation]) -> Iterator[Finding]:
    """Yield one finding for each violation that has ids: hundreds of services may have the same cause."""
    for ids, what in violations:
        if found := sorted(ids):
            examples = ", ".join(found[:_EXAMPLES])
            yield _finding(
                source, f"{len(found)} services {what}: {examples}{' …' * (len(found) > _EXAMPLES)}"
            )


def _finding(subject: str, what: str) -> Finding:
    return Finding(FindingKind.DIRECTORY, subject, what)
