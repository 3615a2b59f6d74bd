"""What the rules can answer: it moved, it was noted, it is refused, it is stale. Never an exception, never None."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alongside_referrals.domain.codes import Actor, EntryKind, Fit, Status
from alongside_referrals.domain.referral import Referral


@dataclass(frozen=True, slots=True)
class Feedback:
    """How somebody found the fit, after so many meetings if they said; `rematch`: the person wants another offer."""

    fit: Fit
    meetings: int | None
    rematch: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `note` may be personal: it stays in the store."""

    kind: EntryKind
    at: datetime
    actor: Actor
    previous: Status
    note: str | None = None
    feedback: Feedback | None = None


@dataclass(frozen=True, slots=True)
class Transitioned:
    """A transition: the referral after it. `returns_to_matching`: the person goes back to matching with a successor."""

    referral: Referral
    entry: Entry
    returns_to_matching: bool = False


@dataclass(frozen=True, slots=True)
class TimelineOnly:
    """Something worth the timeline happened; nothing others rely on changed."""

    referral: Referral
    entry: Entry


@dataclass(frozen=True, slots=True)
class Stale:
    """The referral has moved on, or was never there: late, repeated or out of order. Nothing changes."""


class Refusal(StrEnum):
    """Why a command is refused, for machines."""

    ACTOR_NOT_ALLOWED = "actor-not-allowed"
    REFERRAL_ENDED = "referral-ended"
    WRONG_STATUS = "wrong-status"
    NOBODY_ASKED = "nobody-asked"
    REASON_MISSING = "reason-missing"
    NOTE_MISSING = "note-missing"
    OUTCOME_MISSING = "outcome-missing"
    CONTACT_ATTEMPTS_MISSING = "contact-attempts-missing"
    REASON_ENDS_THE_SEARCH = "reason-ends-the-search"


@dataclass(frozen=True, slots=True)
class Refused:
    """The command is not carried out: what was wrong, in a sentence, and what to do instead."""

    code: Refusal
    detail: str
    remedy: str
    field: str | None = None
