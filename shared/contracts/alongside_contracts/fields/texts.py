"""The one type of a text that comes in, over HTTP, in a file or on a partner's stream: what is stored can be shown.

PostgreSQL cannot store U+0000 nor half a surrogate pair, logs and mails should hold no control character, and a name with a
hidden or reversed part is another name than the one people read.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from alongside_contracts.codes.fields import AS_STORED

ID_CHARS_MAX: Final = 100

_NO_CHARACTER: Final = "\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
"""DEL, C1 control characters, halves of surrogate pairs, and code points that are no characters."""
_UNSTORABLE: Final = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{_NO_CHARACTER}]")
_LINE_BREAK_OR_WORSE: Final = re.compile(f"[\x00-\x1f\u2028\u2029{_NO_CHARACTER}]")
_JOINERS: Final = "\u200c\u200d"
"""Needed inside words of Persian and Indic scripts and in emoji; after an ASCII letter they only hide a difference."""
_STRAY_JOINER: Final = re.compile(f"(?<![^\x00-\x7f])[{_JOINERS}]")
_SHOWN_FORMATS: Final = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u180e\U000110bd\U000110cd]")
"""Format characters that are written: number signs of Arabic, Syriac and Kaithi, and Mongolian's vowel separator."""
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""
_SHOWN: Final = frozenset("LNPS")
"""The first letters of the categories of characters that show something by themselves."""


def is_prose(text: str) -> bool:
    """Return whether a text of several lines holds nothing that cannot be stored or shown."""
    return text.isprintable() or not _UNSTORABLE.search(text)


def is_name(text: str) -> bool:
    """Return whether a text is one line that shows all it holds, in any script."""
    if text.isascii():
        return text.isprintable() and not text.isspace()
    if _LINE_BREAK_OR_WORSE.search(text) or _STRAY_JOINER.search(text):
        return False
    return any(map(_shows_something, text)) and not any(map(_hides_something, text))


def _shows_something(character: str) -> bool:
    return unicodedata.category(character)[0] in _SHOWN and character not in _BLANKS


def _hides_something(character: str) -> bool:
    """Return whether it is a format character, such as one that turns the direction of the text around it."""
    is_format = unicodedata.category(character) == "Cf"
    return is_format and character not in _JOINERS and not _SHOWN_FORMATS.match(character)


@dataclass(frozen=True, slots=True)
class Name:
    """One line that people read: a name, a label, a search, an address. Spaces around it are removed."""

    chars_max: int
    chars_min: int = 1
    pattern: str | None = None

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema of the length and shape, with the characters checked afterwards."""
        text = core_schema.str_schema(
            strip_whitespace=True, min_length=self.chars_min, max_length=self.chars_max, pattern=self.pattern
        )
        return core_schema.with_info_after_validator_function(_checked_name, text)


@dataclass(frozen=True, slots=True)
class Prose:
    """A text of one or more lines, as it was written. Where it must not be empty, spaces around it are removed."""

    chars_max: int
    chars_min: int = 0

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return a schema of the length, with the characters checked afterwards."""
        text = core_schema.str_schema(
            strip_whitespace=self.chars_min > 0,
            min_length=self.chars_min or None,
            max_length=self.chars_max,
        )
        return core_schema.with_info_after_validator_function(_checked_prose, text)


def _checked_name(text: str, info: core_schema.ValidationInfo) -> str:
    if is_name(text) or info.context == AS_STORED:
        return text
    raise PydanticCustomError(
        "unshowable_text", "send one line of text without control, invisible or direction characters"
    )


def _checked_prose(text: str, info: core_schema.ValidationInfo) -> str:
    if is_prose(text) or info.context == AS_STORED:
        return text
    raise PydanticCustomError(
        "unshowable_text", "send text without control characters other than tabs and line breaks"
    )


def _one_spelling(text: str) -> str:
    """Return an id that is a UUID in lower case with hyphens, as ours are stored, and any other id as it is."""
    try:
        return str(UUID(text)) if len(text) == len(str(UUID(int=0))) else text
    except ValueError:
        return text


AnyId: TypeAlias = Annotated[str, Name(ID_CHARS_MAX), AfterValidator(_one_spelling)]
"""The id of somebody that is a UUID or another text, such as a partner's; a UUID in any case is the same id."""
