"""Accounts for every row of an import exactly once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from alongside_directory.confidential.words import RowWords, has_word
from alongside_directory.listing.model import RowCount
from alongside_directory.source.findings import Flag, FlagKind, Quarantined, QuarantineReason
from alongside_directory.source.origin import Origin
from alongside_directory.source.reader import BadRow, Datapackage, Progress, Row
from alongside_directory.source.tables import Table

_Parsed = TypeVar("_Parsed")
_ABOUT_NO_PLACE: Final = frozenset({Table.TERMS, Table.SERVICE_TERMS})


class RowOutcome(StrEnum):
    """Outcome of a row; the values are the fields of `RowCount`."""

    TAKEN = "taken"
    QUARANTINED = "quarantined"
    REPEATED = "repeated"
    WITH_SERVICE = "with_service"
    ELSEWHERE = "elsewhere"


class RowAudit:
    """Collects findings while tables are read. The caller of `rows` records one outcome for each row."""

    def __init__(self, package: Datapackage, progress: Progress | None, digest_key: bytes = b"") -> None:
        self._package = package
        self._digest_key = digest_key
        self._words = RowWords()
        self._progress = progress
        self._read: Counter[Table] = Counter()
        self._outcomes: Counter[tuple[Table, RowOutcome]] = Counter()
        self._quarantined: list[Quarantined] = []
        self._flags: list[Flag] = []
        self._confidential: list[Row] = []
        self._malformed_confidential: list[BadRow] = []
        self._ends_malformed: dict[Table, bool] = {}

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the readable rows of a table; unreadable ones are quarantined."""
        for row in self._package.rows(table, self._progress):
            self._read[table] += 1
            self._ends_malformed[table] = isinstance(row, BadRow)
            if isinstance(row, BadRow):
                if has_word(row.origin.text):
                    self._malformed_confidential.append(row)
                self._add_quarantined(table, row.origin, "", QuarantineReason.ROW_MALFORMED)
                continue
            if row.recoded:  # bytes that are not UTF-8 were read as Windows-1252 or removed
                self.flag(row, FlagKind.NOT_UTF8)
            if table not in _ABOUT_NO_PLACE and self._words.say_confidential(row):
                self.add_confidential(row)
            yield row

    def record_outcome(self, row: Row, outcome: RowOutcome) -> None:
        """Record the outcome of a row that is not quarantined."""
        self._outcomes[row.table, outcome] += 1

    def quarantine(self, row: Row, reason: QuarantineReason) -> None:
        """Quarantine a row, and record this as its outcome."""
        self._add_quarantined(row.table, row.origin, row.text("id"), reason)

    def flag(self, row: Row, kind: FlagKind, column: str = "") -> None:
        """Add a remark to a row, whatever its outcome."""
        at = row.origin
        self._flags.append(
            Flag(row.table, at.path, at.line, at.digest(self._digest_key), row.text("id"), kind, column)
        )

    def add_confidential(self, row: Row) -> None:
        """Add a row that calls a place confidential."""
        self._confidential.append(row)
        self.flag(row, FlagKind.CONFIDENTIAL_PLACE)

    def malformed_confidential(self) -> Sequence[BadRow]:
        """Return the rows with such a word that cannot be split into columns: whatever they name is meant."""
        return self._malformed_confidential

    def confidential(self) -> Sequence[Row]:
        """Return the rows that call a place confidential, quarantined ones too."""
        return self._confidential

    def cut(self) -> tuple[Table, ...]:
        """Return the tables whose last row is malformed, as in a file that ends too early."""
        return tuple(table for table in Table if self._ends_malformed.get(table))

    def quarantined(self) -> tuple[Quarantined, ...]:
        """Return quarantined rows by table and line."""
        order = list(Table)
        return tuple(
            sorted(self._quarantined, key=lambda row: (order.index(row.table), row.line, row.reason))
        )

    def flags(self) -> tuple[Flag, ...]:
        """Return flags by table, line, kind and column."""
        order = list(Table)
        return tuple(
            sorted(self._flags, key=lambda flag: (order.index(flag.table), flag.line, flag.kind, flag.column))
        )

    def counts(self) -> Mapping[Table, RowCount]:
        """Return the counts of every table in the package, also empty ones; absent tables are omitted."""
        tables = (table for table in Table if table in self._package.tables)
        return {table: self._count(table) for table in tables}

    def _count(self, table: Table) -> RowCount:
        outcomes = {outcome.value: self._outcomes[table, outcome] for outcome in RowOutcome}
        return RowCount(read=self._read[table], **outcomes)

    def _add_quarantined(self, table: Table, at: Origin, source_id: str, reason: QuarantineReason) -> None:
        self._quarantined.append(
            Quarantined(table, at.path, at.line, at.digest(self._digest_key), source_id, reason)
        )
        self._outcomes[table, RowOutcome.QUARANTINED] += 1


def index_by_id(
    audit: RowAudit, table: Table, parse: Callable[[Row], _Parsed], key: str = "id"
) -> dict[str, _Parsed]:
    """Index a table that other rows refer to; a second row with the same id and content counts as repeated."""
    index: dict[str, _Parsed] = {}
    for row in audit.rows(table):
        row_id, value = row.text(key), parse(row)
        if not row_id:
            audit.quarantine(row, QuarantineReason.ID_MISSING)
        elif row_id not in index:
            index[row_id] = value
            audit.record_outcome(row, RowOutcome.TAKEN)
        elif index[row_id] == value:
            audit.record_outcome(row, RowOutcome.REPEATED)
        else:
            audit.quarantine(row, QuarantineReason.ID_REPEATED)
    return index
