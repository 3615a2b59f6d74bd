"""Finds the values of given keys in JSON that may be broken, cut, encoded twice, or repeat its keys.

For records that were refused: nothing found here decides anything but that somebody may be in danger. Whole JSON is walked.
In anything else the keys are searched as text, quotes or not; what is found inside a text by mistake costs a false alarm.
A key inside its own value is part of that value: so everything is read once for each key, however a body is made.
"""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alongside_intake.danger.body_text import bytes_of_base64, readings_of, without_escapes
from alongside_intake.danger.broken_value import QUOTES, Pairs, Value, read_value
from alongside_intake.danger.folding import fold, unaccented

BYTES_READ_MAX: Final = 256 * 1024
"""How much of a body is read; also the largest body anyone may send on a stream."""
ENCODED_TWICE_MAX: Final = 2
"""How many times JSON inside a text of JSON is opened."""
BASE64_KEY: Final = "data_base64"

_BEGINS_AS_JSON: Final = re.compile(r"[\s\"\\\ufeff]*+(?:\{|\[\s*+[\[{\"'\]])")
_BEGINS_A_VALUE: Final = re.compile(r"\s*+(?=[\[{\"])")
"""Numbers and words are read as broken JSON: `0 to 10: 8` does not end after the zero."""
_DECODER: Final = json.JSONDecoder(object_pairs_hook=Pairs)
_INDEX: Final = r"\[\d{0,4}\]|\.\d{1,4}"
_LAST_NAME: Final = re.compile(rf"(?:^|[.\[])([^.\[\]]+)\]?(?:{_INDEX}){{0,3}}$")
"""The name in a key that is a path: `risks[]`, `risks.0`, `assessment.risks`, `submission[risks][]`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The value of a key, which is given folded. `depth` counts the objects and lists around it; `cut`: the text ended in it."""

    key: str
    value: Any
    depth: int = 0
    cut: bool = False


def find(body: bytes, keys: Collection[str], *, opened: int = 0) -> list[Finding]:
    """Return the values of `keys`, which are given folded, in the order in which they are met."""
    return _find(readings_of(body[:BYTES_READ_MAX]), keys, opened)


def _find(readings: Sequence[str], keys: Collection[str], opened: int) -> list[Finding]:
    """Return the findings in the first reading when it is whole JSON, else in all of them."""
    try:
        document = json.loads(readings[0], object_pairs_hook=Pairs)
    except (ValueError, RecursionError):
        return [finding for text in readings for finding in _scan(text, keys, opened)]
    return list(_walk(document, keys, opened))


def _walk(document: Any, keys: Collection[str], opened: int) -> Iterator[Finding]:
    """Yield the findings in whole JSON, outermost first. `inside` are the keys around a value."""
    level: list[tuple[str, Any, frozenset[str]]] = [("", document, frozenset())]
    depth = 0
    while level:
        inner: list[tuple[str, Any, frozenset[str]]] = []
        for key, value, inside in level:
            if key in keys and key not in inside:
                yield Finding(key, value, depth)
                inside |= {key}
            if isinstance(value, Pairs):
                inner.extend((_fold_key(name), item, inside) for name, item in value)
            elif isinstance(value, list):
                inner.extend(("", item, inside) for item in value)
            elif isinstance(value, str) and key not in keys and opened < ENCODED_TWICE_MAX:
                yield from _open(key, value, keys, opened + 1)
        level, depth = inner, depth + 1


def _open(key: str, text: str, keys: Collection[str], opened: int) -> Iterator[Finding]:
    """Yield the findings of JSON that is the text of a value, plain or in base64."""
    if key == BASE64_KEY:
        yield from find(bytes_of_base64(text), keys, opened=opened)
    elif _BEGINS_AS_JSON.match(text):
        yield from _find([text.lstrip("\ufeff")], keys, opened)


def _scan(text: str, keys: Collection[str], opened: int) -> Iterator[Finding]:
    """Yield the findings in text that is not whole JSON."""
    text = without_escapes(text)
    plain, places = _plain(text)
    read_to: dict[str, int] = {}
    for match in _keys_pattern(keys).finditer(plain):
        key, start = match[1].lower(), places[match.end()]
        if start < read_to.get(key, 0) or _is_end_of_text(plain, match):
            continue
        found = value_at(text, start)
        read_to[key] = found.end
        if key != BASE64_KEY:
            yield Finding(key, found.value, cut=found.cut)
        elif isinstance(found.value, str) and opened < ENCODED_TWICE_MAX:
            yield from _open(key, found.value, keys, opened + 1)


def _keys_pattern(keys: Collection[str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted({*keys, BASE64_KEY})))
    return re.compile(
        rf"(?<![a-z0-9_-])({names})(?:\]|{_INDEX}){{0,3}}+\s*+\\*+([{QUOTES}]?)\s*+(?:=>|:|=)", re.IGNORECASE
    )


def _is_end_of_text(plain: str, match: re.Match[str]) -> bool:
    """Return whether a key is only the end of another key in quotes, such as `"other risks"`."""
    return bool(match[2]) and plain[max(0, match.start() - 99) : match.start()].rstrip(" ")[-1:].isalnum()


def value_at(text: str, start: int) -> Value:
    """Return the value that begins at `start`, read as JSON if it is whole."""
    begins = _BEGINS_A_VALUE.match(text, start)
    if begins is not None:
        try:
            return Value(*_DECODER.raw_decode(text, begins.end()))
        except (ValueError, RecursionError):
            pass
    return read_value(text, start)


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Return `text` without accents, and where each of its characters, and its end, is in `text`."""
    if text.isascii():
        return text, range(len(text) + 1)
    letters = [(unaccented(char)[:1], at) for at, char in enumerate(text)]
    kept = [(letter, at) for letter, at in letters if letter]
    return "".join(letter for letter, _ in kept), [*(at for _, at in kept), len(text)]


def _fold_key(name: str) -> str:
    folded = fold(name)
    if "." in folded or "[" in folded:
        path = _LAST_NAME.search(folded)
        return path[1] if path else folded
    return folded
