"""What is refused in JSON from outside beyond its syntax: a field given twice, deep nesting, control characters in texts,
and numbers that are none.

It applies to HTTP and to partners' streams. A reader takes one of two values of a field and nobody notices the other: what
somebody said would be lost. The network's own streams are written by us and are not checked.
"""

import json
import re
from math import isinf
from typing import Any, Final

from alongside_contracts.errors import MalformedEvent
from alongside_contracts.vocabulary import ProblemCode

DEPTH_MAX: Final = 32
"""How many objects and lists may be inside each other; no contract needs more than 5."""

_FINITE_REMEDY: Final = "send numbers that are finite"

FIELDS_MAX: Final = 500
"""How many fields one object may have; no contract has 50."""

_CONTROL_ESCAPE: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u00(?:0[0-8bcefBCEF]|1[0-9a-fA-F]|7[fF])")
"""An escaped control character other than tab, line feed and carriage return; JSON allows none that is not escaped."""


def check_strict_json(body: bytes) -> None:
    """Pass JSON that may come in, and anything that is no JSON at all, which the next reader refuses.

    Raises MalformedEvent for a field given twice, for control characters, for NaN and infinite numbers, for more than 32
    levels, and for more than 500 fields in an object.
    """
    if b"\\u00" in body and _CONTROL_ESCAPE.search(body):
        raise MalformedEvent(ProblemCode.MALFORMED, "value", "send texts without control characters")
    try:
        document = _DECODER.decode(body.decode())
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        return
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX and _depth(document) > DEPTH_MAX:
        raise _too_deep()


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > FIELDS_MAX:
        raise MalformedEvent(ProblemCode.MALFORMED, "value", f"send objects of at most {FIELDS_MAX} fields")
    document = dict(pairs)
    if len(document) != len(pairs):
        seen = set[str]()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise MalformedEvent(ProblemCode.MALFORMED, repeated or "value", "give each field once")
    return document


def _refuse_constant(_name: str) -> None:
    """Raise MalformedEvent for NaN, Infinity and -Infinity, which Python's and pydantic's readers take and JSON has not."""
    raise MalformedEvent(ProblemCode.MALFORMED, "value", _FINITE_REMEDY)


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise MalformedEvent(ProblemCode.MALFORMED, "value", _FINITE_REMEDY)
    return number


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object_of, parse_constant=_refuse_constant, parse_float=_finite
)


def _depth(document: Any) -> int:
    level, depth = [document], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return depth


def _too_deep() -> MalformedEvent:
    return MalformedEvent(
        ProblemCode.MALFORMED, "value", f"send at most {DEPTH_MAX} levels of objects and lists"
    )
