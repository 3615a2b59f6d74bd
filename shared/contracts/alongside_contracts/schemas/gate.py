"""Writes and checks the files published beside the code: JSON Schemas by revision, and the AsyncAPI document.

    python -m alongside_contracts.schemas            write changed files; refuse a change that breaks a reader or writer
    python -m alongside_contracts.schemas --check    report wrong or outdated files, and change nothing

`schemas/<type>/<n>.json` is the n-th revision of an event's shape, counted from 1. A contract that grew gets the next
revision; words are corrected in the newest. Every revision works with every earlier one in both directions, so that a
program built against any of them still reads and writes. `published_codes.json` holds every code ever published. Needs the extra `schemas`; services never do.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

from alongside_contracts.codes import CodesError, load_codes
from alongside_contracts.event import Event
from alongside_contracts.registry import all_events
from alongside_contracts.schemas.annotations import ANNOUNCED_BY, STREAM, TYPE, as_comments, as_keywords
from alongside_contracts.schemas.asyncapi import Untitled, as_yaml, document
from alongside_contracts.schemas.compatibility import REMEDY, Schema, breaks, shape
from alongside_contracts.schemas.examples import (
    edited_examples,
    examples_of,
    record_checksums,
    unreadable_examples,
)
from alongside_contracts.schemas.published_codes import record_codes, withdrawn_codes

BASE_FOLDER: Final = Path(__file__).resolve().parents[2]
"""The folder of `schemas/`, `examples/` and `asyncapi.yaml`: beside the package, in the repository only."""
ASYNCAPI: Final = "asyncapi.yaml"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
STALE: Final = "run make schemas and review the difference"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the files, and return the exit code."""
    parser = argparse.ArgumentParser(prog="alongside_contracts.schemas", description="Schemas of all events.")
    parser.add_argument(
        "--check", action="store_true", help="change nothing; report wrong and outdated files"
    )
    options = parser.parse_args(arguments)
    try:
        problems = list(check(BASE_FOLDER) if options.check else write(BASE_FOLDER))
    except CodesError as error:
        problems = list(error.problems)
    for line in problems:
        print(f"schemas: {line}", file=sys.stderr)  # noqa: T201  (a developer's command)
    return 1 if problems else 0


def write(base_folder: Path) -> Iterator[str]:
    """Write changed files; yield a line for each change that is refused."""
    for contract in all_events():
        yield from revise(base_folder / "schemas" / contract.type, schema_of(contract))
    record_checksums(base_folder / "examples")
    for recorded in record_codes(base_folder, load_codes()):
        print(f"schemas: recorded {recorded}")  # noqa: T201  (a developer's command)
    (base_folder / ASYNCAPI).write_text(_asyncapi(base_folder), encoding="utf-8")
    yield from edited_examples(base_folder / "examples")
    yield from withdrawn_codes(base_folder, load_codes())


def check(base_folder: Path) -> Iterator[str]:
    """Yield a line for everything that is wrong or outdated, with what to do about it."""
    for contract in all_events():
        stored_revisions = revisions(base_folder / "schemas" / contract.type)
        yield from _stale(contract, stored_revisions, base_folder / "schemas" / contract.type)
        for earlier, newer in combinations(stored_revisions, 2):
            yield from _refusals(
                contract.type, earlier, stored_revisions[earlier], newer, stored_revisions[newer]
            )
        if not examples_of(contract.type, base_folder / "examples"):
            yield f"{contract.type} has no example: add examples/{contract.type}/minimal.json and full.json"
        yield from unreadable_examples(contract, stored_revisions, base_folder / "examples")
    yield from _withdrawn(base_folder / "schemas")
    yield from edited_examples(base_folder / "examples")
    yield from withdrawn_codes(base_folder, load_codes())
    if _text_of(base_folder / ASYNCAPI) != _asyncapi(base_folder):
        yield f"{ASYNCAPI} is not up to date: {STALE}"


def schema_of(contract: type[Event]) -> Schema:
    """Return the JSON Schema (2020-12) of what readers of a contract accept, with its stream and announcer.

    In validation mode, because it describes what a partner must send and a reader must accept. Announced events are no
    different: the outbox leaves out fields without a value, and a test compares both modes.
    """
    schema = contract.model_json_schema(schema_generator=Untitled, mode="validation")
    about = {
        "$schema": DIALECT,
        "title": contract.__name__,
        "description": schema.pop("description"),
        TYPE: contract.type,
        STREAM: contract.stream.name,
        ANNOUNCED_BY: contract.announced_by,
    }
    parts = schema.pop("$defs", {})
    return about | schema | ({"$defs": parts} if parts else {})


def revisions(folder: Path) -> dict[int, Schema]:
    """Return the revisions of one type by number, oldest first."""
    numbers = sorted(int(file.stem) for file in folder.glob("*.json"))
    return {
        number: as_keywords(json.loads((folder / f"{number}.json").read_text(encoding="utf-8")))
        for number in numbers
    }


def revise(folder: Path, schema: Schema) -> Iterator[str]:
    """Write `schema` as the newest revision of its type; when it breaks an earlier revision, yield why and change nothing."""
    stored_revisions = revisions(folder)
    newest = max(stored_revisions, default=0)
    if not stored_revisions or shape(stored_revisions[newest]) != shape(schema):
        newest += 1
    refused = [
        line
        for number, earlier in stored_revisions.items()
        for line in _refusals(folder.name, number, earlier, newest, schema)
    ]
    if not refused:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{newest}.json").write_text(_rendered(schema, newest), encoding="utf-8")
    yield from refused


def _stale(contract: type[Event], stored_revisions: Mapping[int, Schema], folder: Path) -> Iterator[str]:
    """Yield why the newest revision differs from the contract; a breaking change is named as one."""
    schema, newest = schema_of(contract), max(stored_revisions, default=0)
    if _text_of(folder / f"{newest}.json") == _rendered(schema, newest):
        return
    refused = [
        line
        for number, earlier in stored_revisions.items()
        for line in _refusals(contract.type, number, earlier, newest + 1, schema)
    ]
    yield from refused or [f"{contract.type} is not up to date: {STALE}"]


def _refusals(
    type_name: str, earlier_number: int, earlier: Schema, number: int, schema: Schema
) -> Iterator[str]:
    for change in breaks(earlier, schema):
        yield f"{type_name}, revision {earlier_number} to {number}: {change}. Remedy: {REMEDY}"


def _withdrawn(folder: Path) -> Iterator[str]:
    known = {contract.type for contract in all_events()}
    for withdrawn in sorted(path.name for path in folder.iterdir() if path.name not in known):
        yield (
            f"{withdrawn} has schemas and no contract: records of it may still be read, so restore the contract; "
            f"if it was never released, delete schemas/{withdrawn}"
        )


def _asyncapi(base_folder: Path) -> str:
    newest, examples = {}, {}
    for contract in all_events():
        newest[contract.type] = max(revisions(base_folder / "schemas" / contract.type), default=1)
        examples[contract.type] = examples_of(contract.type, base_folder / "examples")
    return as_yaml(document(newest, examples))


def _rendered(schema: Schema, revision: int) -> str:
    identified = {"$schema": DIALECT, "$id": f"urn:alongside:schema:{schema[TYPE]}:{revision}"}
    return json.dumps(identified | as_comments(schema), indent=2, ensure_ascii=False) + "\n"


def _text_of(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
