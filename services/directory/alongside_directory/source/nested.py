"""HSDS as JSON: flattens documents into the rows that the same directory has as CSV.

A file is an array of objects, an object with `contents` (a page of an HSDS API), one object, or one object per line
(NDJSON). Its name selects the table, as with CSV. Nested parts of HSDS 3.0 (a service with its organisation, phones,
schedules, languages, locations, terms) become rows of the tables they belong to, linked by ids.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from alongside_directory.source.errors import LimitExceeded, NotADatapackage
from alongside_directory.source.origin import Origin
from alongside_directory.source.tables import FILE_NAMES, Table, columns_of

JSON_BYTES_MAX: Final = 128 * 2**20
DEPTH_MAX: Final = 6

# Field of an entity that holds nested rows: their table, and their column that names the entity.
_NESTED: Final[Mapping[Table, Mapping[str, tuple[Table, str]]]] = {
    Table.ORGANIZATIONS: {
        "services": (Table.SERVICES, "organization_id"),
        "locations": (Table.LOCATIONS, "organization_id"),
        "phones": (Table.PHONES, "organization_id"),
    },
    Table.SERVICES: {
        "phones": (Table.PHONES, "service_id"),
        "schedules": (Table.SCHEDULES, "service_id"),
        "languages": (Table.LANGUAGES, "service_id"),
        "service_at_locations": (Table.SERVICES_AT_LOCATION, "service_id"),
        "attributes": (Table.SERVICE_TERMS, "service_id"),
    },
    Table.SERVICES_AT_LOCATION: {
        "phones": (Table.PHONES, "service_at_location_id"),
        "schedules": (Table.SCHEDULES, "service_at_location_id"),
    },
    Table.LOCATIONS: {
        "addresses": (Table.ADDRESSES, "location_id"),
        "physical_addresses": (Table.ADDRESSES, "location_id"),
        "phones": (Table.PHONES, "location_id"),
        "schedules": (Table.SCHEDULES, "location_id"),
        "languages": (Table.LANGUAGES, "location_id"),
    },
}
# Field of an entity that holds one nested entity: its table, and the outer row's column for its id.
_NAMED: Final[Mapping[Table, Mapping[str, tuple[Table, str]]]] = {
    Table.SERVICES: {"organization": (Table.ORGANIZATIONS, "organization_id")},
    Table.SERVICES_AT_LOCATION: {
        "location": (Table.LOCATIONS, "location_id"),
        "service": (Table.SERVICES, "service_id"),
    },
    Table.SERVICE_TERMS: {"taxonomy_term": (Table.TERMS, "taxonomy_id")},
}


@dataclass(frozen=True, slots=True)
class FlatRow:
    """One row of a document."""

    table: Table
    origin: Origin
    cells: Mapping[str, str]


def table_of(path: str) -> Table | None:
    """Return the table of a JSON file by its name; None for any other file."""
    name = PurePosixPath(path)
    if name.suffix.lower() not in (".json", ".ndjson", ".jsonl"):
        return None
    stem = name.stem.lower()
    return next((table for table, names in FILE_NAMES.items() if stem in names), None)


def flat_rows(path: str, table: Table, content: bytes) -> Iterator[FlatRow]:
    """Yield the rows of a file, including those of nested parts. Raises NotADatapackage, LimitExceeded."""
    if len(content) > JSON_BYTES_MAX:
        raise LimitExceeded(path, f"larger than {JSON_BYTES_MAX} bytes", "Split the directory by region.")
    for line, document in enumerate(_documents(path, content), start=1):
        if not isinstance(document, Mapping):
            remedy = "Write an array of objects, a page with `contents`, or one object a line."
            raise NotADatapackage(path, f"entry {line} is not an object", remedy)
        origin = Origin(path, line, json.dumps(document, sort_keys=True))
        yield from _flat(table, origin, document, {}, depth=0)


def _documents(path: str, content: bytes) -> list[Any]:
    try:
        text = content.decode("utf-8-sig")
        if PurePosixPath(path).suffix.lower() != ".json":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotADatapackage(path, "not JSON in UTF-8", "Export the file again as JSON in UTF-8.") from error
    if isinstance(parsed, Mapping):
        page = parsed.get("contents")
        parsed = page if isinstance(page, list) else [parsed]
    return parsed if isinstance(parsed, list) else [parsed]


def _flat(
    table: Table, origin: Origin, document: Mapping[str, Any], outer: Mapping[str, str], *, depth: int
) -> Iterator[FlatRow]:
    """Yield rows: first those of the entities this one names, then its own, then those of its nested parts."""
    cells = {**_cells(table, document), **outer}
    if depth < DEPTH_MAX:
        for name, (inner_table, column) in _NAMED.get(table, {}).items():
            if isinstance(named := document.get(name), Mapping):
                cells.setdefault(column, _text(named.get("id")))
                yield from _flat(inner_table, origin, named, {}, depth=depth + 1)
    yield FlatRow(table, origin, cells)
    if depth < DEPTH_MAX:
        for name, (inner_table, column) in _NESTED.get(table, {}).items():
            for inner in _objects(document.get(name)):
                yield from _flat(inner_table, origin, inner, {column: cells.get("id", "")}, depth=depth + 1)


def _cells(table: Table, document: Mapping[str, Any]) -> dict[str, str]:
    """Return the plain fields in our names, and what is below nested fields that are not read, for words that count anywhere."""
    plain = {str(name): value for name, value in document.items() if not isinstance(value, Mapping | list)}
    cells = dict(zip(columns_of(table, list(plain)), map(_text, plain.values()), strict=True))
    read = {*_NESTED.get(table, {}), *_NAMED.get(table, {})}
    for name, value in document.items():
        if isinstance(value, Mapping | list) and name not in read:
            cells.update(_leaves(str(name), value, depth=0))
    return cells


def _leaves(path: str, value: Any, *, depth: int) -> Iterator[tuple[str, str]]:
    """Yield everything below a field, by its path; what is too deep as one text."""
    if depth > DEPTH_MAX:
        yield path, json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner, depth=depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(f"{path}.{number}", inner, depth=depth + 1)
    else:
        yield path, _text(value)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, Mapping)]


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return str(value)
