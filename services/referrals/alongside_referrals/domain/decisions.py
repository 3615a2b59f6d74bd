"""The decisions of the rules: transitioned, timeline only, refused or stale. Never an exception, never None."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alongside_contracts.vocabulary import Fit, Status
from alongside_referrals.domain.codes import EntryKind
from alongside_referrals.domain.referral import Referral


@dataclass(frozen=True, slots=True)
class Feedback:
    """A party's opinion on the fit, after `meetings` meetings (None: not given); `rematch`: the person wants another offer."""

    fit: Fit
    meetings: int | None
    rematch: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One timeline entry. `note` may be personal: it is only stored."""

    kind: EntryKind
    at: datetime
    actor: str
    previous: Status
    note: str | None = None
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Transitioned:
    """A transition: the referral after it. `returns_to_matching`: the person is matched again, with a successor."""

    referral: Referral
    entry: Entry
    returns_to_matching: bool = False


@dataclass(frozen=True, slots=True)
class TimelineOnly:
    """A timeline entry without a transition: nothing that others rely on changed."""

    referral: Referral
    entry: Entry


@dataclass(frozen=True, slots=True)
class Stale:
    """The command came late, repeated or out of order. Nothing changes."""


class Refusal(StrEnum):
    """Why a command is refused, as a code."""

    ACTOR_NOT_ALLOWED = "actor-not-allowed"
    REFERRAL_ENDED = "referral-ended"
    WRONG_STATUS = "wrong-status"
    NOBODY_ASKED = "nobody-asked"
    REASON_MISSING = "reason-missing"
    NOTE_MISSING = "note-missing"
    OUTCOME_MISSING = "outcome-missing"
    CONTACT_ATTEMPTS_MISSING = "contact-attempts-missing"
    REASON_ENDS_THE_SEARCH = "reason-ends-the-search"
    CONSENT_REVOKED = "consent-revoked"
    NOTHING_TO_REVIEW = "nothing-to-review"


@dataclass(frozen=True, slots=True)
class Refused:
    """The command is not carried out: `detail` says what is wrong, `remedy` what to do, `field` where."""

    code: Refusal
    detail: str
    remedy: str
    field: str | None = None
