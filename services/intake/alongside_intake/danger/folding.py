"""Compares texts from outside as people mean them: without case, accents and separators."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Final

import orjson

FOLDED_CACHED_MAX: Final = 1_024
FOLDED_CHARS_CACHED_MAX: Final = 100
"""Limits of the cache of folded texts, which senders make up: a text that is not cached is only folded again."""

_SEPARATORS: Final = re.compile(r"[\s_\-\u2010-\u2015]+")
_EMPTY: Final = re.compile(r"[\s_\-\u2010-\u2015./\\,;:'\"()\[\]{}]*")
"""Punctuation that fills a field without an answer, such as `-` and `--`."""


def fold(text: str) -> str:
    """Return `text` without case, accents and surrounding space."""
    if len(text) > FOLDED_CHARS_CACHED_MAX:
        return _fold(text)
    return _cached_fold(text)


def as_code(text: str) -> str:
    """Return `text` as a code would be spelt: `Danger to Self` becomes `danger-to-self`."""
    return _SEPARATORS.sub("-", fold(text))


def says_no(text: str) -> bool:
    """Return whether an answer denies what was asked, or says nothing: `N/A`, `none.`, `-`, an empty text."""
    letters = _letters(text)
    return letters in _answers_that_say_no() if letters else bool(_EMPTY.fullmatch(text))


def begins_a_no(text: str) -> bool:
    """Return whether `text`, the beginning of an answer that was cut off, can only be shown to begin one that says no."""
    letters = _letters(text)
    return says_no(text) or any(answer.startswith(letters) for answer in _answers_that_say_no())


def _letters(text: str) -> str:
    return "".join(char for char in fold(text) if char.isalnum())


@lru_cache(maxsize=1)
def _answers_that_say_no() -> frozenset[str]:
    document = files("alongside_intake.danger").joinpath("answers_that_say_no.json").read_bytes()
    by_language: dict[str, list[str]] = orjson.loads(document)["answers"]
    return frozenset(_letters(answer) for answers in by_language.values() for answer in answers)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold().strip()


_cached_fold: Final = lru_cache(maxsize=FOLDED_CACHED_MAX)(_fold)
