"""What the report says: a remark on each line that was quarantined or flagged, and on services that are kept or have moved."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import Final

from alongside_matching.catalogue.listed_offers import KEPT_BY_STAFF, KEPT_REMEDY, Kept
from alongside_matching.directory.codes import LineKind, QuestionCode
from alongside_matching.directory.listing.model import Listing
from alongside_matching.directory.source.findings import Flag, Quarantined
from alongside_matching.directory.source.tables import Table
from alongside_matching.directory.store.imports import LineRemark

_MOVED_REMEDY = "Its name, organisation and terms have changed together. Ask the publisher whether it is another service now."
NOT_APPLIED_REMEDY: Final = (
    "It stays as it was, because places are held there. If it is another service now, confirm the import."
)


def remarks_of(listing: Listing, *, moved: Iterable[str], kept: Iterable[str]) -> Sequence[LineRemark]:
    """Return all remarks on a listing in the order of the report: quarantined lines first.

    `moved` and `kept` are ids that name another service now: applied, and not applied because places are held.
    """
    numbers = count(1)
    quarantined = (
        _of_row(next(numbers), LineKind.QUARANTINED, row, row.reason) for row in listing.quarantined
    )
    not_applied = (
        _of_service(next(numbers), LineKind.QUARANTINED, it, NOT_APPLIED_REMEDY) for it in sorted(kept)
    )
    flagged = (
        _of_row(next(numbers), LineKind.FLAGGED, flag, flag.kind, flag.column) for flag in listing.flags
    )
    applied = (_of_service(next(numbers), LineKind.FLAGGED, it, _MOVED_REMEDY) for it in sorted(moved))
    return tuple(chain(quarantined, not_applied, flagged, applied))


def remarks_on_kept(kept: Iterable[Kept]) -> Iterator[LineRemark]:
    """Yield a remark on each field that stays as staff set it."""
    for each in kept:
        for field in each.fields:
            yield LineRemark(
                0,
                LineKind.FLAGGED,
                Table.SERVICES,
                "",
                0,
                "",
                each.source_id,
                field,
                KEPT_BY_STAFF,
                KEPT_REMEDY,
            )


def _of_row(number: int, kind: LineKind, row: Quarantined | Flag, code: str, column: str = "") -> LineRemark:
    return LineRemark(
        number, kind, row.table, row.path, row.line, row.digest, row.source_id, column, code, row.remedy
    )


def _of_service(number: int, kind: LineKind, source_id: str, remedy: str) -> LineRemark:
    return LineRemark(number, kind, Table.SERVICES, "", 0, "", source_id, "", QuestionCode.IDS_MOVED, remedy)
