"""Reads a zip or folder as rows with line numbers, in bounded memory.

A package that exceeds a limit is refused whole: half a directory would silently retire the other half's services. A
row that cannot be read is returned as `BadRow`, and reading continues with the next.
"""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import IO

from alongside_contracts.directory import is_source_id
from alongside_directory.source.errors import (
    AmbiguousTable,
    DamagedArchive,
    LimitExceeded,
    MissingColumn,
    MissingTable,
    NotADatapackage,
)
from alongside_directory.source.nested import JSON_BYTES_MAX, flat_rows, table_of
from alongside_directory.source.origin import Origin
from alongside_directory.source.tables import (
    FILE_NAMES,
    REQUIRED_COLUMNS,
    REQUIRED_TABLES,
    Table,
    columns_of,
)

# Above these limits the package is refused with LimitExceeded. The Miami directory has 14 files, 8 MB and 26,259 rows.
FILES_MAX = 1_000
TABLE_BYTES_MAX = 256 * 2**20
PACKAGE_BYTES_MAX = 512 * 2**20
EXPANSION_MAX = 200  # unpacked bytes per packed byte: text packs 5 to 20 fold, a zip bomb 1,000 fold
DESCRIPTOR_BYTES_MAX = 4 * 2**20
LINE_CHARS_MAX = 1_000_000
ROWS_MAX = 1_000_000

# Above these limits a single row is returned as BadRow. A field over 131,072 characters (the csv module's own limit) is
# nearly always a quote that was never closed; readers of listings take ids of one line.
FIELD_CHARS_MAX = 65_536

PROGRESS_ROWS = 1_000
DESCRIPTOR = "datapackage.json"
UPLOADED = "datapackage.zip"
"""The name of a package that is not a file, in messages."""
_SMALL_BYTES = 1 * 2**20  # a small file may have any compression ratio
_HIDDEN = (".", "__MACOSX")

Progress = Callable[[str, int], None]
"""Called with a table's name and the number of its rows read so far: every `PROGRESS_ROWS` rows, and at its end."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `recoded`: some bytes were not UTF-8."""

    table: Table
    origin: Origin
    cells: Mapping[str, str]
    recoded: bool

    def text(self, column: str) -> str:
        """Return the trimmed content of a column; empty when the column or its content is absent."""
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that cannot be split into its columns."""

    table: Table
    origin: Origin


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the package, not opened yet."""

    path: str
    size: int
    packed_size: int
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Datapackage:
    """An open package with the file of each table. Use it only inside `open_datapackage`."""

    name: str
    members: Mapping[Table, Member]
    documents: Mapping[Table, Sequence["Row | BadRow"]] = field(default_factory=dict)
    """Rows of tables that are JSON."""

    @property
    def tables(self) -> frozenset[Table]:
        """Return the tables in the package, in either format."""
        return frozenset((*self.members, *self.documents))

    def rows(self, table: Table, progress: Progress | None = None) -> Iterator[Row | BadRow]:
        """Stream a table; an absent optional table has no rows. Raises MissingColumn, DamagedArchive, LimitExceeded."""
        if table not in self.tables:
            return
        read = 0
        for read, row in enumerate(self._records(table), start=1):
            if read > ROWS_MAX:
                path = self.members[table].path if table in self.members else table.value
                raise LimitExceeded(path, f"more than {ROWS_MAX} rows", "Split the directory by region.")
            if progress is not None and read % PROGRESS_ROWS == 0:
                progress(table, read)
            yield row
        if progress is not None:
            progress(table, read)

    def _records(self, table: Table) -> Iterable["Row | BadRow"]:
        """Return the rows without storing them in the caller: a refusal must not keep a half-read file open."""
        member = self.members.get(table)
        return _records(table, member) if member else self.documents[table]


@contextmanager
def open_datapackage(package: Path | IO[bytes]) -> Iterator[Datapackage]:
    """Open a zip or folder, check its limits and find its tables. Raises DirectoryError with file and remedy."""
    name = package.name if isinstance(package, Path) else UPLOADED
    if isinstance(package, Path) and package.is_dir():
        yield _datapackage(name, _folder_members(package))
        return
    if isinstance(package, Path) and not package.exists():
        raise NotADatapackage(str(package), "there is no such file or folder", "Correct the path.")
    if not zipfile.is_zipfile(package):
        raise NotADatapackage(
            name, "neither a zip nor a folder", "Give an HSDS datapackage: a zip of CSV tables."
        )
    with _opened(package, name) as archive:
        yield _datapackage(name, _zip_members(archive))


def _opened(package: Path | IO[bytes], name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(package)
    except zipfile.BadZipFile as error:
        raise DamagedArchive(name, f"cannot be opened ({error})", "Download or pack it again.") from error


def _datapackage(name: str, members: Sequence[Member]) -> Datapackage:
    _check_limits(name, members)
    descriptor = next((member for member in members if PurePosixPath(member.path).name == DESCRIPTOR), None)
    preferred = _paths_in(descriptor) if descriptor else frozenset()
    tables: dict[Table, Member] = {}
    for table in Table:
        member = _member_of(table, members, preferred)
        if member is not None:
            tables[table] = member
    documents = _documents(members, tables)
    if not tables and not documents:
        raise NotADatapackage(
            name, "it has no HSDS table", "Add organizations.csv, services.csv and the other tables."
        )
    for table in REQUIRED_TABLES:
        if table not in tables and table not in documents:
            remedy = f"Add {table}.csv at the top or in data/ and export again."
            raise MissingTable(name, f"the table {table} is missing", remedy)
    return Datapackage(name=name, members=tables, documents=documents)


def _documents(members: Sequence[Member], as_csv: Mapping[Table, Member]) -> dict[Table, list[Row | BadRow]]:
    """Return the rows of tables that are JSON; where a table is also CSV, only its CSV is read."""
    rows_by_table: dict[Table, list[Row | BadRow]] = {}
    for member in members:
        table = None if _is_hidden(member.path) else table_of(member.path)
        if table is None or table in as_csv:
            continue
        if member.size > JSON_BYTES_MAX:
            raise LimitExceeded(
                member.path, f"larger than {JSON_BYTES_MAX} bytes", "Split the directory by region."
            )
        with _unpacked(member) as stream:
            content = stream.read(JSON_BYTES_MAX + 1)
        for flat in flat_rows(member.path, table, content):
            if flat.table not in as_csv:
                rows = rows_by_table.setdefault(flat.table, [])
                rows.append(_cleaned(flat.table, flat.origin, flat.cells))
    return rows_by_table


def _cleaned(table: Table, origin: Origin, cells: Mapping[str, str]) -> Row | BadRow:
    clean = {name: _storable(cell) for name, cell in cells.items()}
    if _is_unusable(clean.items()):
        return BadRow(table, origin)
    return Row(table=table, origin=origin, cells=clean, recoded=clean != cells)


def _zip_members(archive: zipfile.ZipFile) -> list[Member]:
    def opener(info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
        return lambda: archive.open(info)

    infos = [info for info in archive.infolist() if not info.is_dir()]
    for info in infos:
        if info.flag_bits & 0x1:
            raise DamagedArchive(
                info.filename, "the file is encrypted", "Pack the datapackage without a password."
            )
    return [Member(info.filename, info.file_size, info.compress_size, opener(info)) for info in infos]


def _folder_members(folder: Path) -> list[Member]:
    def opener(file: Path) -> Callable[[], IO[bytes]]:
        return lambda: file.open("rb")

    patterns = (f"{under}*.{kind}" for under in ("", "*/") for kind in ("csv", "json", "ndjson", "jsonl"))
    candidates = chain.from_iterable(folder.glob(pattern) for pattern in patterns)
    files = sorted(islice((file for file in candidates if file.is_file()), FILES_MAX + 1))
    sizes = ((file, file.stat().st_size) for file in files)
    return [Member(file.relative_to(folder).as_posix(), size, size, opener(file)) for file, size in sizes]


def _check_limits(name: str, members: Sequence[Member]) -> None:
    if len(members) > FILES_MAX:
        raise LimitExceeded(name, f"more than {FILES_MAX} files", "Pack only the tables of the directory.")
    for member in members:
        if member.size > TABLE_BYTES_MAX:
            raise LimitExceeded(
                member.path, f"larger than {TABLE_BYTES_MAX} bytes", "Split the directory by region."
            )
        if member.size > _SMALL_BYTES and member.size > EXPANSION_MAX * member.packed_size:
            what = f"unpacks to more than {EXPANSION_MAX} times its size, as a zip bomb does"
            raise LimitExceeded(member.path, what, "Do not use this file; ask its publisher.")
    if sum(member.size for member in members) > PACKAGE_BYTES_MAX:
        raise LimitExceeded(
            name, f"unpacks to more than {PACKAGE_BYTES_MAX} bytes", "Split the directory by region."
        )


def _paths_in(descriptor: Member) -> frozenset[str]:
    """Return the file names the descriptor lists, relative to the descriptor or to its data folder."""
    if descriptor.size > DESCRIPTOR_BYTES_MAX:
        raise LimitExceeded(
            descriptor.path,
            f"larger than {DESCRIPTOR_BYTES_MAX} bytes",
            "Move data from the descriptor to the tables.",
        )
    try:
        with _unpacked(descriptor) as stream:
            document = json.loads(stream.read())
        resources = document.get("resources", [])
        return frozenset(str(resource["path"]) for resource in resources if "path" in resource)
    except (AttributeError, TypeError, ValueError, RecursionError) as error:
        remedy = "Export the datapackage again, or remove the descriptor."
        raise NotADatapackage(descriptor.path, "not a JSON datapackage descriptor", remedy) from error


def _member_of(table: Table, members: Sequence[Member], preferred: frozenset[str]) -> Member | None:
    for name in FILE_NAMES[table]:
        candidates = [member for member in members if _is_file(member.path, f"{name}.csv")]
        listed = [member for member in candidates if member.path in preferred]
        if len(candidates) > 1 and len(listed) != 1:
            paths = " and ".join(sorted(member.path for member in candidates))
            raise AmbiguousTable(
                candidates[0].path,
                f"{paths} could both be the table {table}",
                "Remove one, or name the path of the right one in datapackage.json.",
            )
        if candidates:
            return (listed or candidates)[0]
    return None


def _is_file(path: str, name: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[-1].lower() == name and not _is_hidden(path)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(_HIDDEN) for part in PurePosixPath(path).parts)


@contextmanager
def _unpacked(member: Member) -> Iterator[IO[bytes]]:
    try:
        with member.open() as stream:
            yield stream
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise DamagedArchive(
            member.path, f"cannot be unpacked ({error})", "Download or pack it again."
        ) from error


def _records(table: Table, member: Member) -> Iterator[Row | BadRow]:
    with _unpacked(member) as raw, _as_text(raw) as stream:
        lines: list[str] = []
        records = csv.reader(_lines(member.path, stream, lines))
        columns = _columns(table, member.path, records)
        while True:
            lines.clear()
            line = records.line_num + 1
            try:
                cells = next(records)
            except StopIteration:
                return
            except csv.Error:  # nearly always a quote that was never closed
                yield BadRow(table, Origin(member.path, line, "".join(lines)))
                continue
            if cells:
                yield _row(table, Origin(member.path, line, "".join(lines)), columns, cells)


def _as_text(raw: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _columns(table: Table, path: str, records: Iterator[list[str]]) -> list[str]:
    try:
        header = next(records, [])
    except csv.Error:
        header = []
    columns = columns_of(table, [_storable(name) for name in header])
    for required in REQUIRED_COLUMNS[table]:
        if required not in columns:
            remedy = f"Add the column and save the table as CSV in UTF-8; its first line is: {', '.join(columns)[:120] or 'empty'}."
            raise MissingColumn(path, f"the column {required} is missing", remedy)
    return columns


def _row(table: Table, origin: Origin, columns: Sequence[str], cells: Sequence[str]) -> Row | BadRow:
    if len(cells) != len(columns):
        return BadRow(table, origin)
    clean = [cell if cell.isascii() and cell.isprintable() else _storable(cell) for cell in cells]
    if _is_unusable(zip(columns, clean, strict=True)):
        return BadRow(table, origin)
    recoded = any(before != after for before, after in zip(cells, clean, strict=True))
    return Row(table=table, origin=origin, cells=dict(zip(columns, clean, strict=True)), recoded=recoded)


def _is_unusable(cells: Iterable[tuple[str, str]]) -> bool:
    """Return whether a field is too long, or an id is one that readers of listings would refuse."""
    return any(
        len(cell) > FIELD_CHARS_MAX or (cell and _is_id(column) and not is_source_id(cell))
        for column, cell in cells
    )


def _is_id(column: str) -> bool:
    return column == "id" or column.endswith("_id")


def _lines(path: str, stream: io.TextIOWrapper, read: list[str]) -> Iterator[str]:
    """Yield the lines of a file, and add each to `read`."""
    while line := stream.readline(LINE_CHARS_MAX + 1):
        if len(line) > LINE_CHARS_MAX:
            raise LimitExceeded(
                path,
                f"a line of more than {LINE_CHARS_MAX} characters",
                "Save it as CSV with one record per line.",
            )
        read.append(line)
        yield line


def _byte_as_windows_1252(byte: int) -> str:
    return bytes([byte]).decode("cp1252", errors="replace")


# Bytes that are not UTF-8 come out of the decoder as lone surrogates: read them as Windows-1252, which is what they
# nearly always are. Escapes in JSON make other halves of pairs, which no database can store. Control characters except
# tab and line ends are removed: PostgreSQL refuses NUL in text. Those of C1 stay for the repair of mojibake.
_STORABLE: Mapping[int, str | None] = {
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
    **{0xDC00 + byte: _byte_as_windows_1252(byte) for byte in range(0x80, 0x100)},
    **{code: None for code in range(0x20) if chr(code) not in "\t\r\n"},
    0x7F: None,
}


def _storable(cell: str) -> str:
    return cell.translate(_STORABLE)
