"""The example payloads beside the contracts: examples are added, never edited.

A record that was valid once must stay valid. `SHA256SUMS` (as `sha256sum -c` reads it) holds the checksum of each
example as it was first written, so that an edit is noticed without reading the history.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from alongside_contracts.codes import load_codes
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.event import Event, parse
from alongside_contracts.schemas.compatibility import Schema
from alongside_contracts.schemas.opened_lists import with_opened_lists

SUMS: Final = "SHA256SUMS"


def examples_of(type_name: str, folder: Path) -> Mapping[str, bytes]:
    """Return the payloads of one event type by name, from `folder`/`type_name`/`name`.json: minimal, full, others."""
    payloads = {file.stem: file.read_bytes() for file in (folder / type_name).glob("*.json")}
    return dict(sorted(payloads.items(), key=lambda item: (item[0] != "minimal", item[0] != "full", item[0])))


def as_announced(event: Event) -> Any:
    """Return the JSON value of an event as the outbox writes it: fields without a value are left out."""
    return json.loads(event.model_dump_json(exclude_none=True))


def unreadable_examples(
    contract: type[Event], revisions: Mapping[int, Schema], folder: Path
) -> Iterator[str]:
    """Yield what is wrong with a contract's examples: each must read, come back unchanged, and fit every revision.

    An enum that became an open list may hold a code that was added since.
    """
    from jsonschema import Draft202012Validator

    newest = revisions[max(revisions)]
    opened = {number: with_opened_lists(schema, newest, load_codes()) for number, schema in revisions.items()}
    for name, payload in examples_of(contract.type, folder).items():
        path = f"examples/{contract.type}/{name}.json"
        try:
            event = parse(contract, payload)
        except MalformedEvent as error:
            yield f"{path} can no longer be read: {error}; records like it are in the log: undo the contract's change"
            continue
        if not _holds(as_announced(event), json.loads(payload)):
            yield f"{path} comes back changed: its contract does not know some of its fields; add or remove them"
        for revision, schema in opened.items():
            if not Draft202012Validator(schema).is_valid(json.loads(payload)):
                yield f"{path} does not fit revision {revision} of its schema; correct whichever of the two is newer"


def _holds(announced: Any, example: Any) -> bool:
    """Return whether the announced value holds everything that the example holds; it may hold defaults as well."""
    if isinstance(example, dict) and isinstance(announced, dict):
        return all(name in announced and _holds(announced[name], value) for name, value in example.items())
    if isinstance(example, list) and isinstance(announced, list):
        return len(example) == len(announced) and all(map(_holds, announced, example))
    return bool(example == announced)


def edited_examples(folder: Path) -> Iterator[str]:
    """Yield examples that were edited or removed, or whose checksum is not recorded yet."""
    recorded, present = _recorded_checksums(folder), _present(folder)
    for name in sorted(recorded.keys() | present.keys()):
        if name not in present:
            yield f"examples/{name} was removed: restore it, because records like it are in the log"
        elif name not in recorded:
            yield f"examples/{name} is new: run make schemas"
        elif present[name] != recorded[name]:
            yield f"examples/{name} was edited: restore it, and add another example beside it"


def record_checksums(folder: Path) -> None:
    """Record the checksums of new examples; checksums recorded before are never changed."""
    sums = _present(folder) | _recorded_checksums(folder)
    lines = [f"{sums[name]}  {name}\n" for name in sorted(sums)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _present(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob("*/*.json"))
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files
    }


def _recorded_checksums(folder: Path) -> dict[str, str]:
    if not (folder / SUMS).exists():
        return {}
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
