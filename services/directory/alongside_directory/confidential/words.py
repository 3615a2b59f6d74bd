"""Which rows call a place confidential.

A shelter whose street becomes public puts lives in danger, so every doubt decides for it: a word in any column of any row
about the place counts ("free and confidential counselling" too), however it is spelled, in four languages.
"""

import re
from functools import cache, lru_cache
from typing import Final

from alongside_directory.source.reader import Row
from alongside_directory.source.tables import Table
from alongside_publishers.texts import fold

_WORD_CHARS_MIN: Final = 6
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


def _spelled(*words: str) -> str:
    """Return a pattern for words that also finds them with a space between any two letters."""
    return "|".join(" ?".join(word) for word in words)


_CONFIDENTIAL: Final = _spelled(
    *("confidential", "confidentially", "confidental", "confidencial", "confidenciales", "confidencialmente"),
    *("confidentiel", "confidentielle", "confidentiels", "confidentielles", "konfidansyel"),
)
_PLACE: Final = "(?:the )?(?:address|location|street|site|whereabouts)"
_LUGAR: Final = "(?:direccion|ubicacion|adresse|lieu|adres)"
_WORDS: Final = re.compile(
    rf"\b(?:{_CONFIDENTIAL})\b"
    r"|\b(?:do not|don t|dont|never|please not) (?:publish|disclose|print|list|display|release|publici[sz]e)\b"
    rf"|\b(?:do not|don t|dont|never) (?:share|show|give|give out|reveal) {_PLACE}\b"
    r"|\bnot (?:to be )?(?:published|disclosed|for publication|for public (?:release|use|display))\b"
    r"|\b(?:undisclosed|unpublished|non ?disclosed|safe ?houses?|withheld)\b"
    rf"|\b{_PLACE} (?:is |are )?(?:kept )?(?:not (?:public|published|listed|available|given)|private|withheld|hidden|protected|unlisted"
    r"|secret|undisclosed|(?:available )?(?:up)?on request|(?:given )?by (?:phone|telephone) only)\b"
    rf"|\b(?:private|hidden|protected|unlisted|withheld|secret|undisclosed|unpublished) {_PLACE}\b"
    rf"|\bconfidentiality of {_PLACE}\b|\b(?:call|phone) for {_PLACE}\b"
    rf"|\bno (?:publicar|divulgar)\b|\bne pas (?:publier|divulguer|diffuser)\b|\bpa pibliye\b"
    rf"|\b{_LUGAR} (?:privada?|privee?|reservada?|secret[ae]?|oculta|non publiee?)\b"
)
_STREET_COLUMNS: Final = ("address_1", "address_2", "attention")
_NO_STREET: Final = re.compile(
    r"(?:private|withheld|unlisted|hidden|secret|unavailable|not (?:available|given|listed|published|public)|by appointment(?: only)?"
    r"|call(?: us)?(?: first)?|privada?|privee?|n ?a)"
)
_SUBJECT: Final = r"(?:physical)?(?:address|location|place|site|street|record)?"
_PRIVATE_COLUMN: Final = re.compile(
    rf"(?:is)?{_SUBJECT}(?:is)?"
    r"(?:confidential(?:ity)?|private|privacy|hidden|secret|undisclosed|unlisted|nonpublic|suppress(?:ed)?|hide"
    r"|donot(?:publish|list|disclose|show|display)|(?:exclude|hide|suppress)from(?:web|website|map|public|publication))"
    rf"{_SUBJECT}(?:level|setting|status|flag)?"
)
_PUBLIC_COLUMN: Final = re.compile(
    rf"(?:is)?{_SUBJECT}(?:is)?(?:public|publish|publishable|publiclyvisible|visible|visibility)(?:onweb|onmap|address|location)?"
    r"|(?:show|display)(?:address|location|onweb|onmap)"
)
_NO: Final = frozenset({"", "0", "n", "no", "none", "false", "f", "off", "public", "open", "visible"})
_YES: Final = frozenset({"1", "y", "yes", "true", "t", "on", "public", "published", "open", "visible", "all"})


class RowWords:
    """Finds the rows of one package that call their place confidential. It remembers texts: a package repeats them."""

    def __init__(self) -> None:
        self._has_word = cache(has_word)

    def say_confidential(self, row: Row) -> bool:
        """Return whether a row calls its place confidential: by a word, by a column that says so, by one for public places
        without a clear yes, or by a word in place of a street."""
        for name, cell in row.cells.items():
            if _privacy_column_hides(name, cell) or (len(cell) >= _WORD_CHARS_MIN and self._has_word(cell)):
                return True
        return row.table is Table.ADDRESSES and any(_is_no_street(row.text(name)) for name in _STREET_COLUMNS)


def has_word(text: str) -> bool:
    """Return whether a text has a word that calls a place confidential."""
    return _WORDS.search(plain_words(text)) is not None


def plain_words(text: str) -> str:
    """Return the words of a text as they are compared: letters and digits, folded, with a space between words."""
    return _BETWEEN_WORDS.sub(" ", fold(text)).strip()


def _is_no_street(cell: str) -> bool:
    return bool(cell) and _NO_STREET.fullmatch(plain_words(cell)) is not None


def _privacy_column_hides(name: str, cell: str) -> bool:
    hides_unless = _hides_unless(name)
    return hides_unless is not None and cell.strip().lower() not in hides_unless


@lru_cache(maxsize=1_000)
def _hides_unless(column: str) -> frozenset[str] | None:
    """Return the values with which a privacy column does not hide its row; None for any other column."""
    letters = plain_words(column.rsplit(".", 1)[-1]).replace(" ", "")
    if _PRIVATE_COLUMN.fullmatch(letters):
        return _NO
    return _YES if _PUBLIC_COLUMN.fullmatch(letters) else None
