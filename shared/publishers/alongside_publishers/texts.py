"""Repairs damage that exporters did to a text: wrong code pages, escapes written as letters, area markers.

Mojibake is undone by an inverted table: every expected character is garbled as each known exporter garbles it, and
the table maps the garbled form back. Exporters garble in three ways:

- UTF-8 read as Windows-1252 (an apostrophe becomes a-circumflex, euro, trade mark);
- UTF-8 read as IBM code page 437;
- the same, then forced into Windows-1252 by best fit: Greek capital gamma becomes G and every box-drawing character
  becomes plus, minus or broken bar. The Miami directory went through this, and it loses information.

Where two characters garble alike, the likelier is used if one clearly is; otherwise the text stays unchanged and is
reported as not repairable. A repair is never a silent guess.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class RepairedText:
    """A repaired text, and what was repaired or could not be repaired."""

    text: str
    mojibake_repaired: bool = False
    mojibake_left: bool = False
    escapes_repaired: bool = False
    area_markers: tuple[str, ...] = ()


@lru_cache(
    maxsize=10_000
)  # directories repeat texts: a service, its location and its organisation often have the same
def repair_text(text: str) -> RepairedText:
    """Undo mojibake, then escapes, then remove area markers such as `###MON###` from the text."""
    decoded = text if text.isascii() else _without_mojibake(text)
    unescaped = _ESCAPE.sub(lambda match: _ESCAPES[match.group()], decoded)
    markers = tuple(sorted(set(_AREA_MARKER.findall(unescaped))))
    return RepairedText(
        text=_tidy(_AREA_MARKER.sub("", unescaped)),
        mojibake_repaired=decoded != text,
        mojibake_left=_LEFT_OVER.search(decoded) is not None,
        escapes_repaired=unescaped != decoded,
        area_markers=markers,
    )


def _without_mojibake(text: str) -> str:
    for pattern, character in _BY_CONTEXT:
        text = pattern.sub(character, text)
    # In a text with proper accents `franco-árabe` is a word, not a garbled space: forms that begin with a hyphen are not
    # repaired there.
    table = _GARBLED if not _has_accents(_ANY_GARBLED.sub("", text)) else _GARBLED_SAFE
    return _ANY_GARBLED.sub(lambda match: table.get(match.group(), match.group()), text)


def _has_accents(text: str) -> bool:
    return any(not character.isascii() and character.isalpha() for character in text)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


_ESCAPES: Mapping[str, str] = {"\\r\\n": "\n", "\\n": "\n", "\\r": "\n", "\\t": "\t"}
_ESCAPE = re.compile(r"\\r\\n|\\[nrt]")
_BLANK_LINES = re.compile(r"\n{3,}")
_AREA_MARKER = re.compile(r"#*\b([A-Z]{2,5})##+")
_LEFT_OVER = re.compile("\ufffd|[\x80-\x9f]|GÇ|ΓÇ|-Ç|â€|[+Ã├┬][\u00a0-\u00bfÇÉæÆôöòûùÿÖÜáíóúñÑ]")

_ACCENTED = [chr(code) for code in range(0xC0, 0x100)]
_LATIN_SIGNS = ["\u00a0", "©", "®", "ª", "«", "¡", "¿", "°", "º", "·", "½"]
_PUNCTUATION = ["‘", "’", "“", "”", "–", "—", "…", "•", "™", "€", "‐", "‑", "\u200b"]
# Windows-1252 punctuation once stored as C1 control characters, then garbled again.
_CONTROLS: Mapping[str, str] = {
    character.encode("cp1252").decode("latin-1"): character for character in "‘’“”–—…"
}
# Characters that were garbled twice and lost their first byte (seen in Miami: `to -Ç-£identify`).
_TWICE: dict[str, str] = {"-Ç-£": "“", "-Ç-¥": "”", "-Ç-Ö": "’", "-Ç-ô": "–", "-Ç-ö": "—"}
_PLAIN_FORMS: Mapping[str, str] = {
    "\u200b": "",
    "\u00a0": " ",
    "‑": "-",
    "‐": "-",
}  # invisible or unusual: replaced by the plain character
_LIKELIER: Mapping[str, str] = {"+¬": "é", "-¬": "©"}
_ALSO_PROPER = ("-à", "-í", "-½")  # also found in proper text (vis-à-vis): never read as garbled
_BEST_FIT = str.maketrans(
    {
        **dict.fromkeys("░▒▓│┤╡╢╣║", "¦"),
        **dict.fromkeys("╖╕╗╝╜╛┐└┴├┼╞╟╚╔╩╦╠╬╧╨╤╥╙╘╒╓╫╪┘┌", "+"),
        **dict.fromkeys("┬─═", "-"),
        "Γ": "G",
        "⌐": "¬",
        "₧": "P",
    }
)
# The broken bar stands for nine letters; Spanish word endings say which.
_BY_CONTEXT = (
    (re.compile(r"(?<=[Ii])\+¦(?=n\b)"), "ó"),
    (re.compile(r"(?<=[Ss]pa)\+¦(?=ol)"), "ñ"),
    (re.compile(r"(?<=\b[Nn]i)\+¦(?=[oa]s?\b)"), "ñ"),
    (re.compile(r"(?<=\b[Pp])\+¦(?=blic)"), "ú"),
)


def _garbled_forms(character: str) -> Iterator[str]:
    utf8 = character.encode("utf-8")
    yield "".join(_windows_1252(byte) for byte in utf8)
    by_page_437 = utf8.decode("cp437")
    yield by_page_437
    yield by_page_437.translate(_BEST_FIT)


def _windows_1252(byte: int) -> str:
    """Return the character of a byte. Five bytes have no Windows-1252 character; programs keep them as control
    characters."""
    return bytes([byte]).decode("cp1252" if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "latin-1")


def _inverted() -> dict[str, str]:
    meanings: dict[str, set[str]] = {}
    for character in (*_ACCENTED, *_LATIN_SIGNS, *_PUNCTUATION, *_CONTROLS):
        for garbled in _garbled_forms(character):
            if not garbled.isascii():
                meanings.setdefault(garbled, set()).add(_CONTROLS.get(character, character))
    certain = {garbled: min(characters) for garbled, characters in meanings.items() if len(characters) == 1}
    table = certain | {garbled: _LIKELIER[garbled] for garbled in _LIKELIER if garbled in meanings} | _TWICE
    for proper in _ALSO_PROPER:
        table.pop(proper, None)
    return {garbled: _PLAIN_FORMS.get(character, character) for garbled, character in table.items()}


_GARBLED = _inverted()
_GARBLED_SAFE = {garbled: character for garbled, character in _GARBLED.items() if not garbled.startswith("-")}
_ANY_GARBLED = re.compile("|".join(re.escape(garbled) for garbled in sorted(_GARBLED, key=len, reverse=True)))


# Letters of other scripts that look like Latin ones, as in a name that was copied from elsewhere.
_LOOK_ALIKES: Mapping[int, int] = str.maketrans("аеорсухіјѕԁοαν", "aeopcyxijsdoav")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]")


@lru_cache(maxsize=10_000)
def fold(text: str) -> str:
    """Return a text in which a word is found however it is written: lower case, without accents and invisible characters, with
    plain hyphens and single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", _DASHES.sub("-", text)).casefold()
    shown = "".join(it for it in decomposed if unicodedata.category(it) not in ("Mn", "Cf"))
    return " ".join(shown.translate(_LOOK_ALIKES).split())
