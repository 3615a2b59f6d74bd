"""Placeholders: what is sent where a reference is missing, such as `unknown`. They identify nobody.

The network's are in `placeholders.json`; a region adds those of its languages in its own file. They count in every region,
because a reference is the same person's wherever it is sent.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from string import punctuation
from typing import Final, Self

WORD_CHARACTERS_MIN: Final = 2
"""Shorter parts are no words: `patient-0` is the first of a series, and no placeholder."""
_SPACES: Final = str.maketrans(dict.fromkeys(punctuation, " "))
_SEPARATORS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Placeholders:
    """All placeholders, folded."""

    folded: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Return the placeholders in these texts."""
        return cls(frozenset(map(fold, texts)))

    def __contains__(self, reference: str) -> bool:
        """Return whether a reference is a placeholder, or is made of placeholders alone, such as `unknown-patient`."""
        words = _words(reference)
        whole = _once("".join(words))
        if not whole or whole in self.folded:
            return True
        return all(len(word) >= WORD_CHARACTERS_MIN and _once(word) in self.folded for word in words)


def fold(text: str) -> str:
    """Return letters and digits alone, without case and accents; one repeated character counts once (`000` is `0`)."""
    return _once("".join(_words(text)))


def _once(letters: str) -> str:
    return letters[:1] if letters[:1] * len(letters) == letters else letters


def _words(text: str) -> list[str]:
    """Return the parts between spaces and punctuation. Every reference is ASCII, and translated fastest."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = _SEPARATORS.sub(" ", "".join(it for it in decomposed if not unicodedata.combining(it)))
    return text.translate(_SPACES).casefold().split()
