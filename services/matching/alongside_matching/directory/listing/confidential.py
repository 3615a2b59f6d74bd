"""Confidential places: which rows call a place confidential, and a place or text without its street and position.

A shelter whose street becomes public puts lives in danger, so every doubt decides for it: a word in any column of any row
about the place counts ("free and confidential counselling" too), for everybody who gives a service there. Phones stay.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from alongside_matching.directory.listing.model import ServiceLocation
from alongside_matching.directory.source.reader import Row

WITHHELD: Final = "(withheld)"
"""What a text has in place of a street or position."""
CONFIDENTIAL: Final = "Confidential"
"""The street of a confidential place as it is shown: HSDS 3.0 requires one for the city to be shown."""
_SECRET_CHARS_MIN: Final = 4
_WORDS: Final = re.compile(
    # Letters only, so that neither spelling nor spacing hides a word; `confidentiality` is about talks, not places.
    r"confidential(?!it)|confidencial(?!idad)|confidentiel"
    r"|donot(?:publish|disclose|print|listaddress|giveoutaddress|shareaddress)|notfor(?:publication|publicrelease)|nopublicar"
    r"|nepaspublier|undisclosed|notdisclosed|nondisclosed|unpublished|secretlocation|safehouse"
    r"|(?:address|location|street)(?:is)?(?:private|withheld|hidden|protected|unlisted|notpublic|notlisted)"
    r"|(?:private|hidden|protected|unlisted|withheld)(?:address|location|street)"
)
_PRIVATE_COLUMN: Final = re.compile(
    r"(?:is)?(?:physical)?(?:address|location|place|site)?(?:is)?"
    r"(?:confidential(?:ity)?|private|privacy|hidden|secret|undisclosed|unlisted|nonpublic|suppress(?:ed)?|hide"
    r"|donot(?:publish|list|disclose|show))"
    r"(?:physical)?(?:address|location|place|site|level|setting|status|flag)?"
)
_PUBLIC_COLUMN: Final = re.compile(
    r"(?:is)?(?:address|location|place|site)?(?:is)?(?:public|publish|publishable|publiclyvisible|visible|visibility)"
    r"(?:onweb|address|location)?|show(?:address|location|onweb|onmap)|display(?:address|location|onweb|onmap)"
)
_NO: Final = frozenset({"", "0", "n", "no", "none", "false", "f", "off", "public", "open", "visible"})
_YES: Final = frozenset({"1", "y", "yes", "true", "t", "on", "public", "published", "open", "visible", "all"})
_BEGINS: Final = r"(?<![^\W_])"
_ENDS: Final = r"(?![^\W_])"
_BETWEEN_WORDS: Final = r"(?:\W|_|%20)+"
_MAP_LINK: Final = (
    r"\S*(?:google\.[a-z.]+/maps|maps\.google|maps\.app\.goo\.gl|goo\.gl/maps|maps\.apple\.com|openstreetmap\.org|bing\.com/maps"
    r"|waze\.com|what3words\.com|w3w\.co)\S*"
)
_STREET_WORDS: Final = (
    "n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest|st|street|ave|av|avenue|rd|road"
    "|dr|drive|blvd|boulevard|ct|court|ln|lane|pl|place|ter|terrace|way|hwy|highway|cir|circle|pkwy|parkway|trl|trail"
)


def says_confidential(row: Row) -> bool:
    """Return whether a row calls its place confidential: by a word, by a column that says so, or by one for public places
    without a clear yes."""
    return any(
        _privacy_column_hides(name, cell) or (len(cell) > _SECRET_CHARS_MIN and _has_word(cell))
        for name, cell in row.cells.items()
    )


@lru_cache(maxsize=10_000)
def _has_word(text: str) -> bool:
    return _WORDS.search(_letters(text)) is not None


def _privacy_column_hides(name: str, cell: str) -> bool:
    hides_unless = _hides_unless(name)
    return hides_unless is not None and cell.strip().lower() not in hides_unless


@lru_cache(maxsize=1_000)
def _hides_unless(column: str) -> frozenset[str] | None:
    """Return the values with which a privacy column does not hide its row; None for any other column."""
    letters = _letters(column)
    if _PRIVATE_COLUMN.fullmatch(letters):
        return _NO
    return _YES if _PUBLIC_COLUMN.fullmatch(letters) else None


def _letters(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return "".join(filter(str.isalpha, plain.casefold()))


def withhold(place: ServiceLocation) -> ServiceLocation:
    """Return a confidential place without street, position, full postal code, and the texts that describe the way."""
    secrets = secrets_of([place])
    return replace(
        place,
        confidential=True,
        street=CONFIDENTIAL,
        street_2="",
        postal_code=_coarse(place),
        coordinates=None,
        name=secrets.remove(place.name),
        alternate_name=secrets.remove(place.alternate_name),
        description="",
        transportation="",
    )


def _coarse(place: ServiceLocation) -> str | None:
    """Return the part of a postal code that names a district: a full one may name a single house."""
    written = place.postal_code or ""
    if re.fullmatch(r"\d{5}(?:-\d{4})?", written):
        return written[:5]
    district, _, rest = written.partition(" ")
    return district if rest else None


@dataclass(frozen=True, slots=True)
class Secrets:
    """Texts that must not be shown: the streets and positions of confidential places, and links to a map."""

    patterns: tuple[re.Pattern[str], ...]

    def remove(self, text: str) -> str:
        """Return a text without them."""
        for pattern in self.patterns:
            text = pattern.sub(WITHHELD, text)
        return text


def secrets_of(places: Iterable[ServiceLocation]) -> Secrets:
    """Return the streets and positions of places as patterns that also find them spelled or spaced otherwise."""
    sources = {source for place in places for source in (*_street(place), *_position(place))}
    ordered = [_MAP_LINK, *sorted(sources)]
    return Secrets(tuple(re.compile(source, re.IGNORECASE) for source in ordered))


def _street(place: ServiceLocation) -> Iterable[str]:
    for line in (place.street, place.street_2):
        words = re.findall(r"[^\W_]+", line)
        if len(line) >= _SECRET_CHARS_MIN and not _has_word(line) and words:
            yield _BEGINS + _BETWEEN_WORDS.join(map(re.escape, words)) + _ENDS
        if (
            len(words) > 1 and words[0].isdecimal()
        ):  # the same house number with the street's words, abbreviated or not
            others = "|".join({*map(re.escape, words[1:])})
            yield rf"{_BEGINS}{words[0]}(?:{_BETWEEN_WORDS}(?:{others}|{_STREET_WORDS}){_ENDS})+"
    if place.postal_code and re.fullmatch(r"\d{5}-\d{4}", place.postal_code):
        yield rf"(?<={place.postal_code[:5]})-{place.postal_code[6:]}{_ENDS}"


def _position(place: ServiceLocation) -> Iterable[str]:
    """Yield each coordinate to the third decimal, about a hundred metres, and whatever digits follow."""
    if place.coordinates:
        for degrees in (place.coordinates.latitude, place.coordinates.longitude):
            whole, _, decimals = str(abs(degrees)).partition(".")
            yield rf"-?\b{whole}\.{decimals[:3]}\d*"
