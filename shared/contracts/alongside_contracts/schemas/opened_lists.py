"""The one change of a schema that may widen what writers send: an enum becomes the open list that holds its codes.

Readers of the release before refuse a code they do not know, so this is a transition in two steps (docs/upgrade.md): first
every reader becomes lenient, with the codes unchanged; new codes are taken only when every service is on that release.
"""

from typing import Any, Final, TypeAlias

from alongside_contracts.codes import Codes
from alongside_contracts.codes.code_lists import CODE_PATTERN
from alongside_contracts.codes.fields import LIST_KEYWORD

Schema: TypeAlias = dict[str, Any]
_NULL: Final = {"type": "null"}
_NO_SHAPE: Final = frozenset({"title", "description", "default"})
RELEASE_OF_ENUMS: Final = "0.1.0"
"""The release whose contracts enumerated the codes."""


def with_opened_lists(earlier: Schema, newer: Schema, codes: Codes) -> Schema:
    """Return `earlier` with each enum replaced by the open list that `newer` has in the same place.

    An enum stays, and is then compared as it is, unless the list is open and had exactly its codes in the first release.
    """
    replaced: Schema = _replace(earlier, newer, (earlier, newer), codes)
    return replaced


def _replace(earlier: Any, newer: Any, roots: tuple[Schema, Schema], codes: Codes) -> Any:
    before, after = _resolved(earlier, roots[0]), _resolved(newer, roots[1])
    if not isinstance(before, dict) or not isinstance(after, dict):
        return earlier
    if _may_open(before, after, codes):
        return {key: value for key, value in before.items() if key == "default"} | _open(after[LIST_KEYWORD])
    changed = dict(before)
    if "properties" in before and "properties" in after:
        changed["properties"] = {
            name: _replace(child, after["properties"][name], roots, codes)
            if name in after["properties"]
            else child
            for name, child in before["properties"].items()
        }
    if "items" in before and "items" in after:
        changed["items"] = _replace(before["items"], after["items"], roots, codes)
    if _is_nullable(before) and _is_nullable(after):
        changed["anyOf"] = [
            each if each == _NULL else _replace(each, _other_than_null(after), roots, codes)
            for each in before["anyOf"]
        ]
    return earlier if changed == before else changed


def _may_open(before: Schema, after: Schema, codes: Codes) -> bool:
    """Return whether an enum holds exactly the codes of the first release, and becomes their open list and no more."""
    values = before.get("enum", [before["const"]] if "const" in before else None)
    code_list = codes.lists.get(after.get(LIST_KEYWORD, ""))
    if values is None or code_list is None or not code_list.open:
        return False
    shape = {key: value for key, value in after.items() if key not in _NO_SHAPE}
    first_codes = {code.code for code in code_list.codes.values() if code.since == RELEASE_OF_ENUMS}
    return shape == _open(code_list.name) and set(values) == first_codes


def _open(name: str) -> Schema:
    return {"type": "string", "pattern": CODE_PATTERN, LIST_KEYWORD: name}


def _is_nullable(node: Schema) -> bool:
    return len(node.get("anyOf", [])) == 2 and _NULL in node["anyOf"]


def _other_than_null(node: Schema) -> Any:
    return next(each for each in node["anyOf"] if each != _NULL)


def _resolved(node: Any, root: Schema) -> Any:
    """Return the node, or the one it refers to with its own keywords added."""
    if isinstance(node, dict) and "$ref" in node:
        own = {key: value for key, value in node.items() if key != "$ref"}
        return _resolved(root["$defs"][node["$ref"].rpartition("/")[2]], root) | own
    return node
