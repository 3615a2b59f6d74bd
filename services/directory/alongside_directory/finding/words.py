"""How words are written to be compared: the same for what is indexed and for what is searched for.

PostgreSQL reads `drug/alcohol` as the name of a file, `help.Call` as that of a host, and a word with an accent as another word. So
its parser gets only words with spaces between them, without accents. Stemmers know endings by their accents, so the most frequent
ones are written with theirs again (measured in decision 0043).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ё": "е"}
)
"""Letters that Unicode does not decompose, and the Russian one that many write without its dots."""
_MARKS: Final = re.compile(
    "(?<=[a-zα-ω])[\u0300-\u036f]+"  # accents of Latin and Greek letters
    "|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]"  # vowel signs of Hebrew
    "|[\u0610-\u061a\u0640\u064b-\u065f\u0670]"  # vowel signs of Arabic, and its filler
)
_FORMATS: Final = re.compile("[\u00ad\u200c-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
"""Characters that show nothing: soft hyphens, joiners, marks of direction, choices between two forms of a sign."""
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’ʼ]s\b")
_INITIALS: Final = re.compile(r"\b(?:[^\W\d_]\.)+[^\W\d_]\b")
"""As in `N.A.M.I.`."""
_NO_WORD: Final = re.compile(r"[^\w\s]|_")
_UNSPACED: Final = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")
"""Chinese and Japanese characters: their words have no spaces between them, so each character is taken for one."""
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„«»＂", '"'))
_TERM: Final = re.compile(r'(?<!\w)(-*)(?:"([^"]*)"|([^\s"]+))')
"""What is searched for, in pieces: exact words, or one word; with a hyphen before it, what is excluded."""
SEARCHED_WORDS_MAX: Final = 100
"""A single character may stand for eighteen words of others."""
END_OF_TEXT: Final = "190019001900190019"
"""A word that nobody writes, which every stemmer leaves alone. It is put between texts so that exact words do not reach from one
into the next, and is not stored: so to exclude it finds everything."""
_ENDINGS: Final[Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]] = {
    "spanish": ((re.compile(r"(?<=\w)ion\b"), "ión"),),
    "french": ((re.compile(r"(?<=\w)ee(s?)\b"), r"ée\1"),),
    "portuguese": (
        (re.compile(r"(?<=\w)coes\b"), "ções"),
        (re.compile(r"(?<=\w)cao\b"), "ção"),
        (re.compile(r"(?<=\w)oes\b"), "ões"),
        (re.compile(r"(?<=\w)ao\b"), "ão"),
    ),
}


def plain_words(text: str) -> str:
    """Return the words of a text with single spaces between them: small letters, no accents, composed (NFC)."""
    decomposed = unicodedata.normalize("NFKD", _FORMATS.sub("", text).casefold()).translate(_LETTERS)
    shown = unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).translate(_LETTERS)
    joined = _INITIALS.sub(lambda match: match.group().replace(".", ""), _POSSESSIVE.sub("", shown))
    return " ".join(_UNSPACED.sub(r" \1 ", _NO_WORD.sub(_mark_or_space, joined)).split())


def _mark_or_space(match: re.Match[str]) -> str:
    """Keep marks that are a part of a word, as the vowels of Indic scripts are."""
    return match.group() if unicodedata.category(match.group()).startswith("M") else " "


@dataclass(frozen=True, slots=True)
class Searched:
    """What is searched for and what is excluded, both in the syntax of `websearch_to_tsquery`; without words, an empty text."""

    wanted: str
    excluded: str


def searched_words(text: str) -> Searched:
    """Read words, `"exact words"`, `or`, `-without`. What is excluded is excluded wherever it is said."""
    wanted: list[str] = []
    excluded: list[str] = []
    for hyphens, exact, word in _TERM.findall(text.translate(_QUOTES)):
        if words := plain_words(exact or word):
            (excluded if hyphens else wanted).append(_piece(words, is_exact=bool(exact or hyphens)))
    everything = f"-{END_OF_TEXT}" if excluded else ""
    return Searched(" ".join(wanted) or everything, " or ".join(excluded))


def _piece(words: str, *, is_exact: bool) -> str:
    if " " not in words:
        return words
    if is_exact:
        return f'"{words}"'
    return " ".join(it for it in words.split() if it != "or")  # of `and/or`, in which no alternative is meant


def for_stemmer(words: str, config: str) -> str:
    """Return plain words as the stemmer of a text search configuration of PostgreSQL, such as `spanish`, knows them."""
    for ending, accented in _ENDINGS.get(config, ()):
        words = ending.sub(accented, words)
    return words
