"""What must not be shown of confidential places, and texts without it: streets however they are written, positions, map links."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from alongside_directory.confidential.words import has_word
from alongside_directory.listing.model import Coordinates

WITHHELD: Final = "(withheld)"
"""What a text has in place of a street or position."""
_SECRET_CHARS_MIN: Final = 4
_BEGINS: Final = r"(?<![^\W_])"
_ENDS: Final = r"(?![^\W_])"
_BETWEEN: Final = r"(?:%20|[\W_]){1,6}"
_NUMBER: Final = re.compile(r"\d+[A-Za-z]?")
_MAP_HOSTS: Final = (
    *(
        "google.com/maps",
        "maps.google",
        "maps.app.goo.gl",
        "goo.gl/maps",
        "maps.apple.com",
        "openstreetmap.org",
    ),
    *("bing.com/maps", "waze.com", "what3words.com", "w3w.co", "mapquest.com"),
)
_DIRECTIONS: Final = "n|s|e|w|ne|nw|se|sw|north|south|east|west|northeast|northwest|southeast|southwest"
_KINDS: Final = (
    "st|street|ave|av|avenue|rd|road|dr|drive|blvd|boulevard|ct|court|ln|lane|pl|place|ter|terrace|way|hwy|highway|cir|circle"
    "|pkwy|parkway|trl|trail|sq|square|calle|avenida|rue"
)
_ANY_STREET: Final = re.compile(
    rf"{_BEGINS}\d+[a-z]?(?:{_BETWEEN}[^\W_]+){{0,4}}?{_BETWEEN}(?:{_KINDS}){_ENDS}\.?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Patterns of what must not be shown: those with a number by that number, and one for all others."""

    by_number: Mapping[str, tuple[re.Pattern[str], ...]]
    others: re.Pattern[str] | None
    _removed: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Texts without secrets: a package repeats its texts."""

    def remove(self, text: str) -> str:
        """Return a text without them, and without links to maps."""
        if len(text) < _SECRET_CHARS_MIN:
            return text
        if text not in self._removed:
            self._removed[text] = self._remove(text)
        return self._removed[text]

    def _remove(self, text: str) -> str:
        numbers = {number.lower() for number in _NUMBER.findall(text)}
        for number in sorted(numbers & self.by_number.keys()):
            for pattern in self.by_number[number]:
                text = pattern.sub(WITHHELD, text)
        text = self.others.sub(WITHHELD, text) if self.others else text
        return _without_map_links(text) if "/" in text else text


def without_any_street(text: str) -> str:
    """Return a text without anything that looks like a street with its number."""
    return _ANY_STREET.sub(WITHHELD, text)


def secrets_of(
    streets: Iterable[str], postal_codes: Iterable[str], positions: Iterable[Coordinates]
) -> Secrets:
    """Return the secrets of places: lines of their addresses, full postal codes, and coordinates to the third decimal."""
    sources = {
        *(source for line in streets for source in _street(line)),
        *(source for code in postal_codes for source in _postal_code(code)),
        *(source for position in positions for source in _position(position)),
    }
    by_number: dict[str, list[re.Pattern[str]]] = defaultdict(list)
    for number, source in sorted(sources):
        if number:
            by_number[number].append(re.compile(source, re.IGNORECASE))
    others = "|".join(sorted(source for number, source in sources if not number))
    return Secrets(
        {number: tuple(found) for number, found in by_number.items()},
        re.compile(others, re.IGNORECASE) if others else None,
    )


def _street(line: str) -> Iterator[tuple[str, str]]:
    """Yield a line as it is written, and each of its numbers beside the street's words, in either order or abbreviated."""
    words = re.findall(r"[^\W_]+", line)
    if len(line) < _SECRET_CHARS_MIN or has_word(line) or not words:
        return
    numbers = [word for word in words if _NUMBER.fullmatch(word)]
    names = "|".join(dict.fromkeys(re.escape(word) for word in words if word not in numbers))
    yield (numbers[0].lower() if numbers else ""), _BEGINS + _BETWEEN.join(map(re.escape, words)) + _ENDS
    for number in numbers if names else ():
        word = rf"(?:{names}|{_DIRECTIONS}|{_KINDS}){_ENDS}"
        yield number.lower(), rf"{_BEGINS}{number}(?:{_BETWEEN}{word}){{1,8}}"
        yield number.lower(), rf"{_BEGINS}{number}(?:{_BETWEEN}[^\W_]+){{0,4}}?{_BETWEEN}(?:{_KINDS}){_ENDS}"
        yield number.lower(), rf"{_BEGINS}(?:{word}{_BETWEEN}){{1,8}}{number}{_ENDS}"


def _postal_code(code: str) -> Iterator[tuple[str, str]]:
    """Yield a postal code that is more exact than a district; five digits are not."""
    if re.fullmatch(r"\d{5}-\d{4}", code):
        yield code[:5], rf"(?<={code[:5]})-{code[6:]}{_ENDS}"
    elif not re.fullmatch(r"\d{4,5}", code) and len(code) >= _SECRET_CHARS_MIN:
        yield "", _BEGINS + " ?".join(map(re.escape, code.replace(" ", ""))) + _ENDS


def _position(position: Coordinates) -> Iterator[tuple[str, str]]:
    for degrees in (position.latitude, position.longitude):
        whole, _, decimals = str(abs(degrees)).partition(".")
        yield whole, rf"-?(?<!\d){whole}\.{decimals[:3]}\d*"


def _without_map_links(text: str) -> str:
    if not any(host in text.lower() for host in _MAP_HOSTS):
        return text
    tokens = re.split(r"(\s+)", text)
    return "".join(
        WITHHELD if any(host in token.lower() for host in _MAP_HOSTS) else token for token in tokens
    )
