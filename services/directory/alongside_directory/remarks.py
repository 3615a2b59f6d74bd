"""What the report says: a remark on each line that was quarantined or flagged, and on ids that name other services now."""

from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Final

from alongside_directory.codes import LineKind, QuestionCode
from alongside_directory.listing.model import Listing
from alongside_directory.source.findings import Flag, Quarantined
from alongside_directory.source.tables import Table
from alongside_directory.store.imports import LineRemark

_MOVED_REMEDY: Final = "Its name, organisation and terms have changed together. Ask the publisher whether it is another service now."
_NOT_APPLIED_REMEDY: Final = "It stays as it was, because its name, organisation and terms have changed together. If it is another service now, confirm the import."


def remarks_of(listing: Listing, *, moved: Iterable[str], kept: Iterable[str]) -> Sequence[LineRemark]:
    """Return all remarks on a listing in the order of the report: quarantined lines first.

    `moved` and `kept` are ids that name another service now: applied, and not applied.
    """
    numbers = count(1)
    quarantined = (
        _of_row(next(numbers), LineKind.QUARANTINED, row, row.reason) for row in listing.quarantined
    )
    not_applied = (
        _of_service(next(numbers), LineKind.QUARANTINED, it, _NOT_APPLIED_REMEDY) for it in sorted(kept)
    )
    flagged = (
        _of_row(next(numbers), LineKind.FLAGGED, flag, flag.kind, flag.column) for flag in listing.flags
    )
    applied = (_of_service(next(numbers), LineKind.FLAGGED, it, _MOVED_REMEDY) for it in sorted(moved))
    return tuple(chain(quarantined, not_applied, flagged, applied))


def _of_row(number: int, kind: LineKind, row: Quarantined | Flag, code: str, column: str = "") -> LineRemark:
    return LineRemark(
        number, kind, row.table, row.path, row.line, row.digest, row.source_id, column, code, row.remedy
    )


def _of_service(number: int, kind: LineKind, source_id: str, remedy: str) -> LineRemark:
    return LineRemark(number, kind, Table.SERVICES, "", 0, "", source_id, "", QuestionCode.IDS_MOVED, remedy)
