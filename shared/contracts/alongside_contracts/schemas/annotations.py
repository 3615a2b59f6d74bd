"""What a published schema says beside its shape, in a keyword that every validator knows.

A strict validator, as Ajv is by default, refuses a schema with keywords that are none of JSON Schema's. So the list of a code, and
the type, stream and announcer of an event, are published as `$comment`, for example `x-codes: needs`.
"""

from typing import Any, Final

from alongside_contracts.codes.fields import LIST_KEYWORD

COMMENT: Final = "$comment"
TYPE, STREAM, ANNOUNCED_BY = "x-type", "x-stream", "x-announced-by"
OWN_KEYWORDS: Final = (TYPE, STREAM, ANNOUNCED_BY, LIST_KEYWORD)
_NAMES: Final = frozenset({"properties", "$defs"})
"""Keywords whose members are names and not keywords."""


def as_comments(schema: Any, *, are_names: bool = False) -> Any:
    """Return a schema with our own keywords in comments, as it is published."""
    if isinstance(schema, list):
        return [as_comments(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own = {} if are_names else {name: schema[name] for name in OWN_KEYWORDS if name in schema}
    comment = {COMMENT: "; ".join(f"{name}: {value}" for name, value in own.items())} if own else {}
    commented = {
        name: as_comments(value, are_names=name in _NAMES and not are_names)
        for name, value in schema.items()
        if name not in own
    }
    return comment | commented


def as_keywords(schema: Any, *, are_names: bool = False) -> Any:
    """Return a published schema with our own keywords again, as the contracts make it."""
    if isinstance(schema, list):
        return [as_keywords(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    comment = "" if are_names else schema.get(COMMENT, "")
    own = dict(part.split(": ", 1) for part in comment.split("; ")) if comment else {}
    keywords = {
        name: as_keywords(value, are_names=name in _NAMES and not are_names)
        for name, value in schema.items()
        if are_names or name != COMMENT
    }
    return keywords | own
