"""Compares texts from outside as people mean them: without case, accents, separators and characters nobody sees."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Final

import orjson

FOLDED_CACHED_MAX: Final = 1_024
FOLDED_CHARS_CACHED_MAX: Final = 100
"""Limits of the cache of folded texts, which senders make up: a text that is not cached is only folded again."""

INVISIBLE: Final = re.compile(
    r"[\x00\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_SEPARATORS: Final = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
_EMPTY: Final = re.compile(r"[\s_\-\u2010-\u2015\u2212./\\,;:'\"()\[\]{}]*")
"""Punctuation that fills a field without an answer, such as `-` and `--`."""
_AROUND_CODES: Final = "-.!*\u2022\u00b7'\"()[]{}\\"


def fold(text: str) -> str:
    """Return `text` without case, accents and surrounding space."""
    if len(text) > FOLDED_CHARS_CACHED_MAX:
        return _fold(text)
    return _cached_fold(text)


def unaccented(char: str) -> str:
    """Return a character without its accents; an empty text for an accent alone."""
    if char.isascii():
        return char
    if unicodedata.combining(char):
        return ""
    if char == "ı":  # what a Turkish system makes of a capital I
        return "i"
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))


def as_code(text: str) -> str:
    """Return `text` as a code would be spelt: `Danger to Self` becomes `danger-to-self`."""
    return _SEPARATORS.sub("-", fold(text)).strip(_AROUND_CODES)


def says_no(text: str) -> bool:
    """Return whether an answer denies what was asked, or says nothing: `N/A`, `none.`, `-`, an empty text."""
    folded = fold(text)
    letters = _letters(folded)
    return letters in _answers_that_say_no() if letters else bool(_EMPTY.fullmatch(folded))


def begins_a_no(text: str) -> bool:
    """Return whether `text`, the beginning of an answer that was cut off, can only be shown to begin one that says no."""
    letters = _letters(fold(text))
    return says_no(text) or any(answer.startswith(letters) for answer in _answers_that_say_no())


def _letters(folded: str) -> str:
    return "".join(char for char in folded if char.isalnum())


@lru_cache(maxsize=1)
def _answers_that_say_no() -> frozenset[str]:
    document = files("alongside_intake.danger").joinpath("answers_that_say_no.json").read_bytes()
    by_language: dict[str, list[str]] = orjson.loads(document)["answers"]
    return frozenset(_letters(fold(answer)) for answers in by_language.values() for answer in answers)


def _fold(text: str) -> str:
    """Fold character by character: to normalise a whole text takes quadratic time when it is full of accents."""
    return "".join(map(unaccented, INVISIBLE.sub("", text))).casefold().strip()


_cached_fold: Final = lru_cache(maxsize=FOLDED_CACHED_MAX)(_fold)
