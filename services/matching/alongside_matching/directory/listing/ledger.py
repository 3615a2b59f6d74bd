"""The import's bookkeeping: every row read is accounted for exactly once, whatever becomes of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from alongside_matching.directory.listing.model import RowCount
from alongside_matching.directory.source.findings import Flag, FlagKind, Quarantined, QuarantineReason
from alongside_matching.directory.source.reader import BadRow, Datapackage, Progress, Row
from alongside_matching.directory.source.tables import Table

_Known = TypeVar("_Known")


class Fate(StrEnum):
    """What became of a row; the names are the fields of `RowCount`."""

    TAKEN = "taken"
    QUARANTINED = "quarantined"
    REPEATED = "repeated"
    WITH_SERVICE = "with_service"
    ELSEWHERE = "elsewhere"


class Ledger:
    """Collects findings while tables are read. Whoever asks for `rows` settles each of them once."""

    def __init__(self, package: Datapackage, progress: Progress | None) -> None:
        self._package = package
        self._progress = progress
        self._read: Counter[Table] = Counter()
        self._fates: Counter[tuple[Table, Fate]] = Counter()
        self._quarantined: list[Quarantined] = []
        self._flags: list[Flag] = []

    def rows(self, table: Table) -> Iterator[Row]:
        """The readable rows of a table; unreadable ones go to quarantine on the way."""
        for row in self._package.rows(table, self._progress):
            self._read[table] += 1
            if isinstance(row, BadRow):
                self._set_aside(Quarantined(table, row.line, "", QuarantineReason.ROW_MALFORMED, row.what))
                continue
            if row.recoded:
                self.flag(row, FlagKind.NOT_UTF8, detail="odd bytes were read as Windows-1252 or left out")
            yield row

    def settle(self, row: Row, fate: Fate) -> None:
        """Say what became of a row that is not quarantined."""
        self._fates[row.table, fate] += 1

    def quarantine(self, row: Row, reason: QuarantineReason, detail: str) -> None:
        """Set a row aside."""
        self._set_aside(Quarantined(row.table, row.line, row.text("id"), reason, detail))

    def flag(self, row: Row, kind: FlagKind, column: str = "", detail: str = "") -> None:
        """Remark on a row, whatever becomes of it."""
        self._flags.append(Flag(row.table, row.line, row.text("id"), kind, column, detail))

    def quarantined(self) -> tuple[Quarantined, ...]:
        """By table and line."""
        order = list(Table)
        return tuple(
            sorted(self._quarantined, key=lambda one: (order.index(one.table), one.line, one.reason))
        )

    def flags(self) -> tuple[Flag, ...]:
        """By table, line, kind and column."""
        order = list(Table)
        return tuple(
            sorted(self._flags, key=lambda one: (order.index(one.table), one.line, one.kind, one.column))
        )

    def counts(self) -> Mapping[Table, RowCount]:
        """For every table of the package, also the empty ones; absent tables are left out."""
        tables = (table for table in Table if table in self._package.tables)
        return {table: self._count(table) for table in tables}

    def _count(self, table: Table) -> RowCount:
        fates = {fate.value: self._fates[table, fate] for fate in Fate}
        return RowCount(read=self._read[table], **fates)

    def _set_aside(self, found: Quarantined) -> None:
        self._quarantined.append(found)
        self._fates[found.table, Fate.QUARANTINED] += 1


def known_by_id(
    ledger: Ledger, table: Table, known: Callable[[Row], _Known], key: str = "id"
) -> dict[str, _Known]:
    """Index a table other rows refer to; a second row with the same id is repeated if it says the same."""
    found: dict[str, _Known] = {}
    for row in ledger.rows(table):
        row_id, value = row.text(key), known(row)
        if not row_id:
            ledger.quarantine(row, QuarantineReason.ID_MISSING, f"{key} is blank")
        elif row_id not in found:
            found[row_id] = value
            ledger.settle(row, Fate.TAKEN)
        elif found[row_id] == value:
            ledger.settle(row, Fate.REPEATED)
        else:
            ledger.quarantine(
                row, QuarantineReason.ID_REPEATED, f"{key} {row_id} was read before, saying otherwise"
            )
    return found
