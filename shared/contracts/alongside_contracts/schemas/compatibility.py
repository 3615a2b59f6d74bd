"""Finds changes of a schema that would break a program that knows only the earlier or only the later one.

Both directions count: a new reader meets old records in the log, and an old reader meets new records while services
are deployed one by one. `jsoncompat` compares sets of documents, so each side gets its role: a writer adds no field
that its schema does not name (closed), a reader ignores fields it does not know (open).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from alongside_contracts.codes import load_codes
from alongside_contracts.codes.fields import LIST_KEYWORD
from alongside_contracts.schemas.annotations import STREAM
from alongside_contracts.schemas.opened_lists import with_opened_lists

Schema: TypeAlias = dict[str, Any]  # a JSON Schema document, as pydantic makes it
Role: TypeAlias = Literal["serializer", "deserializer"]

REMEDY: Final = (
    "a contract grows and never bends: declare a new type beside this one (….v2), announce both until every reader "
    "has moved, and leave this contract as it was. A revision that was never released may be deleted instead"
)

_WORDS: Final = frozenset({"$schema", "$id", "title", "description", "examples"})
_NOT_COMPARED: Final = ("pattern", "format", "default", LIST_KEYWORD)
"""Keywords that jsoncompat does not compare, measured with version 0.3.1; and ours."""
_NAMED: Final = frozenset({"properties", "$defs"})
"""Keywords whose value maps names to schemas: these names are not keywords themselves."""
_DEPTH_MAX: Final = 20


def breaks(earlier: Schema, newer: Schema) -> tuple[str, ...]:
    """Return what breaks when `earlier` becomes `newer`, a sentence each; empty when both versions work together.

    An enum may become the open list that holds its codes (opened_lists.py).
    """
    earlier = with_opened_lists(earlier, newer, load_codes())
    return (
        *_moved(earlier, newer),
        *_unreadable(earlier, newer, "deserializer", "a new reader cannot read earlier records"),
        *_unreadable(earlier, newer, "serializer", "an earlier reader cannot read new records"),
        *_changed_not_compared(earlier, newer),
    )


def shape(schema: Schema) -> Schema:
    """Return what programs depend on: the schema without words, our own notes and the order of unordered lists."""
    copied: Schema = _map(schema, _WORDS, closed=None)
    return copied


def _moved(earlier: Schema, newer: Schema) -> Iterator[str]:
    if earlier.get(STREAM) != newer.get(STREAM):
        yield f"the event moved from stream {earlier.get(STREAM)} to {newer.get(STREAM)}"


def _unreadable(earlier: Schema, newer: Schema, role: Role, sentence: str) -> Iterator[str]:
    if _is_compatible(earlier, newer, role):
        return
    fields = sorted({*earlier.get("properties", {}), *newer.get("properties", {})})
    incompatible = [
        name for name in fields if not _is_compatible(_only(earlier, name), _only(newer, name), role)
    ]
    yield f"{sentence} (fields: {', '.join(incompatible) or 'several together'})"


def _is_compatible(earlier: Schema, newer: Schema, role: Role) -> bool:
    """Return whether the reader can read everything the writer may write; the writer is closed, the reader open."""
    from jsoncompat import check_compat

    old_writes = role == "deserializer"
    without = _WORDS | {"default"}
    old = _map(earlier, without, closed=old_writes)
    new = _map(newer, without, closed=not old_writes)
    return check_compat(json.dumps(old), json.dumps(new), role)


def _only(schema: Schema, name: str) -> Schema:
    """Return the schema with only one field."""
    properties = {key: value for key, value in schema.get("properties", {}).items() if key == name}
    required = [key for key in schema.get("required", []) if key == name]
    return {**schema, "properties": properties, "required": required}


def _changed_not_compared(earlier: Schema, newer: Schema) -> Iterator[str]:
    before, after = dict(_facts(earlier, earlier)), dict(_facts(newer, newer))
    for path in sorted(before.keys() & after.keys()):
        for keyword in _NOT_COMPARED:
            if before[path].get(keyword) != after[path].get(keyword):
                yield f"the {keyword} of {path} changed"


def _facts(node: Schema, root: Schema, path: str = "", depth: int = 0) -> Iterator[tuple[str, Schema]]:
    """Yield every field's `_NOT_COMPARED` keywords, by its path such as `request.languages[]`; follow references."""
    if depth > _DEPTH_MAX:
        raise ValueError(f"{path} is nested deeper than {_DEPTH_MAX} levels")
    merged = _merged(node, root)
    if path:
        yield path, {keyword: merged[keyword] for keyword in _NOT_COMPARED if keyword in merged}
    for name, child in merged.get("properties", {}).items():
        yield from _facts(child, root, f"{path}.{name}".lstrip("."), depth + 1)
    if isinstance(merged.get("items"), dict):
        yield from _facts(merged["items"], root, f"{path}[]", depth + 1)


def _merged(node: Schema, root: Schema) -> Schema:
    """Return a node merged with the node it refers to and with its alternatives other than null."""
    merged = dict(node)
    if "$ref" in node:
        merged = _merged(root["$defs"][node["$ref"].rpartition("/")[2]], root) | merged
    for option in node.get("anyOf", []):
        merged = _merged(option, root) | merged if option != {"type": "null"} else merged
    return merged


def _map(node: Any, without: frozenset[str], *, closed: bool | None) -> Any:
    """Copy a schema without some keywords and our `x-` notes; objects are closed or opened unless `closed` is None."""
    if isinstance(node, list):
        return [_map(item, without, closed=closed) for item in node]
    if not isinstance(node, Mapping):
        return node
    copy = {
        key: {name: _map(child, without, closed=closed) for name, child in value.items()}
        if key in _NAMED
        else _sorted(key, _map(value, without, closed=closed))
        for key, value in node.items()
        if key not in without and not key.startswith("x-")
    }
    if "properties" in copy and closed is not None:
        copy["additionalProperties"] = not closed
    return copy


def _sorted(key: str, value: Any) -> Any:
    return sorted(value, key=str) if key in {"required", "enum"} else value
