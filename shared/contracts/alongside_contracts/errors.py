"""The errors of records that cannot be read.

ContractError
└── MalformedEvent          the bytes are not a readable event; carries a problem code, the place, the remedy
    ├── UnknownEventType    a well-formed CloudEvent of an unknown type
    └── UnsupportedVersion  a known type, in an unknown version
"""

from dataclasses import dataclass
from typing import Final

from alongside_contracts.vocabulary import ProblemCode

WHERE_CHARS_MAX: Final = 200


class ContractError(Exception):
    """Base class of this package's errors."""


@dataclass(eq=False)
class MalformedEvent(ContractError):
    """A record that cannot be read as an event.

    `code` is machine-readable, `where` names the header or JSON path, `remedy` says what the sender should do.
    None of them ever repeats a value of the payload: it may be personal data.
    """

    code: ProblemCode
    where: str
    remedy: str

    def __post_init__(self) -> None:
        """Keep `where` short and printable: a name in it may come from the sender."""
        printable = (char if char.isprintable() else "?" for char in self.where[:WHERE_CHARS_MAX])
        self.where = "".join(printable)

    def __str__(self) -> str:
        return f"{self.code.value} at {self.where}: {self.remedy}"


class UnknownEventType(MalformedEvent):
    """A well-formed CloudEvent whose type is not in our contracts."""


class UnsupportedVersion(MalformedEvent):
    """A known event in a version this program does not know."""
