"""What may be asked of a referral. Events of other services and the network's own clock ask in the same words."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from alongside_referrals.domain.codes import Actor, Fit, OfferKind, Reason, ReferralOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCommand:
    """Who asks, and why; a note explains the reason `other` and stays in the store."""

    actor: Actor
    reason: Reason | None = None
    note: str | None = None


# Heard from other services: facts that cannot be refused, only come too late.
@dataclass(frozen=True, slots=True, kw_only=True)
class Propose(ReferralCommand):
    """Matching holds a place at an offer until `answer_by` and asks it."""

    proposal_id: UUID
    offer_id: UUID
    offer_kind: OfferKind
    attempt: int
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(ReferralCommand):
    """The offer said yes; matching has taken the place."""

    proposal_id: UUID
    offer_id: UUID
    offer_kind: OfferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(ReferralCommand):
    """The offer said no; matching goes on to the next."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse(ReferralCommand):
    """The offer did not answer; matching goes on to the next."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Waitlist(ReferralCommand):
    """Nobody is free; the person waits for a place."""


# Asked by a party: refused with a reason when it may not be.
@dataclass(frozen=True, slots=True, kw_only=True)
class Request(ReferralCommand):
    """Send a draft on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(ReferralCommand):
    """The target will not take the referral. `return_to_matching` None leaves it to the reason."""

    return_to_matching: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(ReferralCommand):
    """Target and person have met; they are on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(ReferralCommand):
    """Pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(ReferralCommand):
    """Go on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(ReferralCommand):
    """Stop before the end; either side may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(ReferralCommand):
    """The network takes the referral back because nobody acted, and matches the person anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(ReferralCommand):
    """The referral did what it was for."""

    outcome: ReferralOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(ReferralCommand):
    """It came to nothing. `return_to_matching` asks for another offer."""

    return_to_matching: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAsError(ReferralCommand):
    """It should never have been entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContact(ReferralCommand):
    """The target tried to reach the person, and `reached` them or not."""

    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteInterim(ReferralCommand):
    """The target says that things go on, though no outcome is in sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback(ReferralCommand):
    """Somebody says whether person and offer fit each other, after so many `meetings`; they go on."""

    fit: Fit
    meetings: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRematch(ReferralCommand):
    """The person would rather go on with somebody else: this one ends, without blame, and the network looks again."""

    fit: Fit = Fit.POOR
    meetings: int | None = None
    reason: Reason | None = Reason.PERSON_DECLINED


Fact: TypeAlias = Propose | Accept | Decline | Lapse | Waitlist
Action: TypeAlias = (
    Request | Reject | Start | Hold | Resume | Cancel | Recall | Complete | Fail | WithdrawAsError
    | RecordContact | NoteInterim | GiveFeedback | AskRematch
)  # fmt: skip
Command: TypeAlias = Fact | Action
