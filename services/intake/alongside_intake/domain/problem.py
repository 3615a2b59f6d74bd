"""What a rule can find wrong with a submission, and whether somebody can still put it right."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """The problems the rules know; the same codes as in the contracts' vocabulary, which holds more."""

    OUTSIDE_REGION = "outside-region"
    NOT_ELIGIBLE = "not-eligible"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_MISSING = "consent-missing"
    GUARDIAN_CONSENT_MISSING = "guardian-consent-missing"

    @property
    def can_be_completed(self) -> bool:
        """Whether adding something cures it (held), rather than sending something else (rejected)."""
        return self in {Code.CONSENT_MISSING, Code.GUARDIAN_CONSENT_MISSING}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a code, the field it is about, and what to do; never a submitted value."""

    code: Code
    where: str
    remedy: str
