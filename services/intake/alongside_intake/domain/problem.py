"""Problems that a rule can find in a submission, and whether an addition can solve them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """Problem codes of the rules: a subset of the contracts' vocabulary."""

    OUTSIDE_REGION = "outside-region"
    NOT_ELIGIBLE = "not-eligible"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_MISSING = "consent-missing"
    GUARDIAN_CONSENT_MISSING = "guardian-consent-missing"
    AGE_BAND_MISSING = "age-band-missing"
    REFERENCE_MISSING = "reference-missing"
    PERSON_REFERENCE_MISSING = "person-reference-missing"
    NOT_TAKEN_OVER = "not-taken-over"

    @property
    def can_be_solved_by_addition(self) -> bool:
        """Whether an addition solves the problem (held); otherwise only a different submission does (rejected)."""
        return self in _SOLVED_BY_ADDITION


_SOLVED_BY_ADDITION: Final = frozenset(
    {
        Code.CONSENT_MISSING,
        Code.GUARDIAN_CONSENT_MISSING,
        Code.AGE_BAND_MISSING,
        Code.REFERENCE_MISSING,
        Code.PERSON_REFERENCE_MISSING,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a code, the field it is about, and what to do; never a submitted value."""

    code: Code
    where: str
    remedy: str
