"""What is decided about an import before it changes anything, and the questions that somebody must settle first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alongside_directory.codes import QuestionCode

_REMEDIES: Final[Mapping[QuestionCode, str]] = {
    QuestionCode.EMPTY: "Import the whole directory. If it really lists nothing any more, confirm it.",
    QuestionCode.CUT: "Export the package again and compare this table. If it is whole, confirm it.",
    QuestionCode.PARTS_MISSING: "The table that these rows name is probably cut. Export the package again, or confirm it.",
    QuestionCode.RETIRES: "Ask the publisher whether this is the whole directory. If it is, confirm it.",
    QuestionCode.IDS_MOVED: "Ask the publisher whether these ids now mean other services. Confirm it if they do: offers that were made of them then mean the other services, places and all.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A doubt about a package that somebody must settle: it lacks `lost` of `before`.

    `about`: a table, a kind of record, `listing`, or the ids that moved.
    """

    code: QuestionCode
    about: tuple[str, ...]
    lost: int
    before: int

    @property
    def remedy(self) -> str:
        """Return what to do about it."""
        return _REMEDIES[self.code]


@dataclass(frozen=True, slots=True)
class ImportDecision:
    """What an import does with ids that name other services now: those that somebody has confirmed are applied, others keep what
    they were."""

    moved: frozenset[str]
    kept: frozenset[str]
