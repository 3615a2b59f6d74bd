"""Three directory imports in which every promise was kept: two publishers, and a changed package of the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from alongside_lab.faults.directory.packages import (
    DirectoryPackage,
    PublishedService,
    SentImport,
    make_packages,
)
from alongside_lab.faults.evidence.evidence import LISTINGS, RecordPosition, StreamEvent

PACKAGES = make_packages(1, 3)
BEFORE, OTHER_SOURCE, LAST = PACKAGES
VANISHED_ID = min({each.id for each in BEFORE.services} - {each.id for each in LAST.services})
WITH_NEED, WITHOUT_NEED = (
    next(each for each in LAST.services if (each.term.need is not None) is has_need)
    for has_need in (True, False)
)
CHANGED = next(
    each for each in LAST.services if each.name.endswith("edition 2") and each.term.need is not None
)


def directory_evidence() -> dict[str, Any]:
    """Return the fields of `Evidence` about directories."""
    return {
        "sent_imports": tuple(
            SentImport(package, f"import-{number}") for number, package in enumerate(PACKAGES)
        ),
        "directory_imports": tuple(
            {"id": f"import-{number}", "state": "done", "attempts": 1 + number % 2, "problem": None}
            for number in range(len(PACKAGES))
        ),
        "directory_services": tuple(_records()),
        "directory_listings": tuple(_listings()),
        "heard_listings": tuple(_listings()),
        "directory_offers": tuple(_offers()),
    }


def listing_events() -> tuple[StreamEvent, ...]:
    """Return the newest event of each listing, as the compacted stream keeps it."""
    return tuple(
        StreamEvent(
            position=RecordPosition(LISTINGS, 0, row["sequence"]),
            key=f"{row['source']}/{row['source_id']}",
            id=str(row["sequence"]),
            source="directory",
            type="listing.withdrawn" if row["effect"] else "listing.published",
            facts={"listing": {"sequence": row["sequence"]}} | ({"effect": "pause"} if row["effect"] else {}),
        )
        for row in _listings()
    )


def _listings() -> Iterator[dict[str, Any]]:
    for sequence, (package, service, removed) in enumerate(_published(), start=1):
        row = {"source": package.source, "source_id": service.id, "sequence": sequence}
        yield row | {"effect": "pause" if removed else None}


def _records() -> Iterator[dict[str, Any]]:
    for package, service, removed in _published():
        removed_at = "12:10" if removed else None
        row = {"source": package.source, "source_id": service.id, "name": service.name}
        yield row | {"removed_at": removed_at}


def _offers() -> Iterator[dict[str, Any]]:
    for package, service, removed in _published():
        needs = [] if service.term.need is None else [service.term.need.value]
        row = {"source": f"directory:{package.source}", "source_id": service.id, "name": service.name}
        paused_because = "vanished" if removed else None
        yield {**row, "needs": needs, "withdrawn": removed, "paused_because": paused_because}


def _published() -> Iterable[tuple[DirectoryPackage, PublishedService, bool]]:
    """Yield every service that was ever listed, and whether it vanished."""
    listed = {service.id for service in LAST.services}
    for package in (OTHER_SOURCE, LAST):
        yield from ((package, service, False) for service in package.services)
    yield from ((BEFORE, service, True) for service in BEFORE.services if service.id not in listed)
