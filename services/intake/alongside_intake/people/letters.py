"""Which dead letters of a partner belong to a person, in pure functions: the payload in, a yes or no out."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from alongside_chassis.consume import dead_letters
from alongside_contracts.ids import REFERENCE_PATTERN
from alongside_intake.danger.reading import read_references


@dataclass(frozen=True, slots=True)
class KnownReferences:
    """The references by which a partner named a person and their submissions; those that nobody can submit are left out."""

    person: frozenset[str]
    submissions: frozenset[str]

    @classmethod
    def of(cls, person: str, submissions: Iterable[str]) -> Self:
        """Return the references, without those that stand for a placeholder."""
        sent = re.compile(REFERENCE_PATTERN)
        return cls(frozenset(filter(sent.match, [person])), frozenset(filter(sent.match, submissions)))

    @property
    def searched_for(self) -> list[bytes]:
        """Every form in which a reference is searched for: as it is, and with escaped slashes, as JSON may have them."""
        names = self.person | self.submissions
        return sorted({form.encode() for name in names for form in (name, name.replace("/", "\\/"))})


def letters_about(letters: Iterable[dead_letters.Payload], known: KnownReferences) -> list[UUID]:
    """Return the ids of the dead letters that name the person."""
    return [letter.id for letter in letters if belongs_to(letter, known)]


def belongs_to(letter: dead_letters.Payload, known: KnownReferences) -> bool:
    """Return whether a dead letter names the person.

    A body that is JSON names who its fields name. In any other, a reference is searched for as a separate word.
    """
    value = letter.value or b""
    read = read_references(value)
    if _is_json(value) and (read.people or read.submissions):
        return bool(read.people & known.person or read.submissions & known.submissions)
    texts = [value, letter.key or b"", *(text or b"" for _, text in letter.headers)]
    return any(_is_word_in(name, text) for name in known.searched_for for text in texts)


def _is_json(value: bytes) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def _is_word_in(name: bytes, text: bytes) -> bool:
    return re.search(rb"(?<![0-9A-Za-z_-])" + re.escape(name) + rb"(?![0-9A-Za-z_-])", text) is not None
