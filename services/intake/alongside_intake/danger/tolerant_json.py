"""Finds the values of given keys in JSON that may be broken, cut, encoded twice, or repeat its keys.

For records that were refused: nothing found here decides anything but that somebody may be in danger. Whole JSON is walked.
In anything else the keys are searched as text, quotes or not; what is found inside a text by mistake costs a false alarm.
"""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from alongside_intake.danger.folding import fold

BYTES_READ_MAX: Final = 256 * 1024
"""How much of a body is read; also the largest body anyone may send on a stream."""
VALUE_CHARS_MAX: Final = 4_000
"""How much of a value is read in broken JSON."""
ENCODED_TWICE_MAX: Final = 2
"""How many times JSON inside a text of JSON is opened."""

_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_INVISIBLE: Final = re.compile(r"[\x00\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_BARE_END: Final = re.compile(r"[,;}\]\n&]")
_BETWEEN_TEXTS: Final = re.compile(r"[\[\]{},\"'`\\\n\u201c\u201d]+|:\s")
_CLOSERS: Final = {"[": "]", "{": "}"}
_QUOTES: Final = "\"'`\u201c\u201d"


class Pairs(list[tuple[str, Any]]):
    """A JSON object with all its pairs, also those that repeat a key."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The value of a key, which is given folded. `depth` counts the objects and lists around it; `cut`: the text ended in it."""

    key: str
    value: Any
    depth: int = 0
    cut: bool = False


def find(body: bytes, keys: Collection[str]) -> list[Finding]:
    """Return the values of `keys`, which are given folded, in the order in which they are met."""
    return _find(_text_of(body[:BYTES_READ_MAX]), keys, opened=0)


def _find(text: str, keys: Collection[str], *, opened: int) -> list[Finding]:
    try:
        return list(_walk(json.loads(text, object_pairs_hook=Pairs), keys, opened))
    except (ValueError, RecursionError):
        return list(_scan(text, keys))


def _text_of(body: bytes) -> str:
    try:
        return body.decode(json.detect_encoding(body), errors="replace")
    except UnicodeError:
        return body.decode("utf-8", errors="replace")


def _walk(document: Any, keys: Collection[str], opened: int) -> Iterator[Finding]:
    """Yield the findings in whole JSON, outermost first."""
    level, depth = [("", document)], 0
    while level:
        inner: list[tuple[str, Any]] = []
        for key, value in level:
            if key in keys:
                yield Finding(key, value, depth)
            elif isinstance(value, Pairs):
                inner.extend((_fold_key(name), item) for name, item in value)
            elif isinstance(value, list):
                inner.extend(("", item) for item in value)
            elif isinstance(value, str) and opened < ENCODED_TWICE_MAX:
                yield from _open(key, value, keys, opened)
        level, depth = inner, depth + 1


def _open(key: str, text: str, keys: Collection[str], opened: int) -> Iterator[Finding]:
    """Yield the findings of JSON that is the text of a value, plain or in base64."""
    if key == "data_base64":
        try:
            text = _text_of(base64.b64decode(text)[:BYTES_READ_MAX])
        except (ValueError, binascii.Error):
            return
    if text.lstrip()[:1] in {"{", "["}:
        yield from _find(text, keys, opened=opened + 1)


def _scan(text: str, keys: Collection[str]) -> Iterator[Finding]:
    """Yield the findings in text that is not whole JSON."""
    text = _INVISIBLE.sub("", _ESCAPE.sub(_unescaped, text))
    if "%" in text:
        text = unquote_plus(text)
    text = unicodedata.normalize("NFC", text)
    for match in _keys_pattern(keys).finditer(_folded_by_character(text)):
        value, cut = _value_at(text, match.end())
        yield Finding(match.group(1).lower(), value, cut=cut)


def _keys_pattern(keys: Collection[str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(keys)))
    return re.compile(rf"(?<![a-z0-9_])({names})\s*\\*[{_QUOTES}]?\s*(?:=>|:|=)\s*", re.IGNORECASE)


def _value_at(text: str, start: int) -> tuple[Any, bool]:
    """Return the value that begins at `start`, read as JSON if it is whole, else as its texts; and whether it was cut off."""
    try:
        value, _ = json.JSONDecoder(object_pairs_hook=Pairs).raw_decode(text, start)
    except (ValueError, RecursionError):
        chunk = text[start : start + VALUE_CHARS_MAX]
        end = _end_of(chunk)
        texts = [part for part in _BETWEEN_TEXTS.split(chunk[:end]) if part.strip()]
        return texts, end is None and start + len(chunk) == len(text)
    return value, False


def _end_of(chunk: str) -> int | None:
    """Return where a broken value ends; None when its end is missing."""
    first = chunk.lstrip("\\ \t")[:1]
    if first in _CLOSERS:
        end = chunk.find(_CLOSERS[first])
    elif first and first in _QUOTES:
        begin = chunk.index(first) + 1
        end = next((at for at in range(begin, len(chunk)) if chunk[at] in _QUOTES), -1)
    else:
        match = _BARE_END.search(chunk)
        end = match.start() if match else -1
    return None if end < 0 else end


def _unescaped(match: re.Match[str]) -> str:
    char = chr(int(match.group(1), 16))
    return char if char.isprintable() and char not in '"\\' else " "


def _folded_by_character(text: str) -> str:
    """Return `text` without accents, character by character, so that positions stay the same."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else unicodedata.normalize("NFKD", char)[0] for char in text)


def _fold_key(name: str) -> str:
    return fold(name if name.isascii() and name.isprintable() else _INVISIBLE.sub("", name))
