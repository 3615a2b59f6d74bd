"""What may be asked of a referral. Events of other services and the network's own clock ask in the same words."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from alongside_referrals.domain.codes import Actor, Fit, OfferKind, Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks, and why; a note explains the reason `other` and stays in the store."""

    actor: Actor
    reason: Reason | None = None
    note: str | None = None


# Heard from other services: facts that cannot be refused, only come too late.
@dataclass(frozen=True, slots=True, kw_only=True)
class Propose(Asked):
    """Matching holds a place at an offer until `answer_by` and asks it."""

    proposal_id: UUID
    offer_id: UUID
    offer_kind: OfferKind
    attempt: int
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Asked):
    """The offer said yes; matching has taken the place."""

    proposal_id: UUID
    offer_id: UUID
    offer_kind: OfferKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Asked):
    """The offer said no; matching goes on to the next."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse(Asked):
    """The offer did not answer; matching goes on to the next."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Waitlist(Asked):
    """Nobody is free; the person waits for a place."""


# Asked by a party: refused with a reason when it may not be.
@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Asked):
    """Send a draft on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Asked):
    """The target will not take the referral. `return_to_matching` None leaves it to the reason."""

    return_to_matching: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Asked):
    """Target and person have met; they are on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Asked):
    """Pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Asked):
    """Go on after a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Asked):
    """Stop before the end; either side may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(Asked):
    """The network takes the referral back because nobody acted, and matches the person anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(Asked):
    """The referral did what it was for."""

    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(Asked):
    """It came to nothing. `return_to_matching` asks for another offer."""

    return_to_matching: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAsError(Asked):
    """It should never have been entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContact(Asked):
    """The target tried to reach the person, and `reached` them or not."""

    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteInterim(Asked):
    """The target says that things go on, though no outcome is in sight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback(Asked):
    """Somebody says whether person and offer fit each other, after so many `meetings`; they go on."""

    fit: Fit
    meetings: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRematch(Asked):
    """The person would rather go on with somebody else: this one ends, without blame, and the network looks again."""

    fit: Fit = Fit.POOR
    meetings: int | None = None
    reason: Reason | None = Reason.PERSON_DECLINED


Fact: TypeAlias = Propose | Accept | Decline | Lapse | Waitlist
Order: TypeAlias = (
    Request | Reject | Start | Hold | Resume | Cancel | Recall | Complete | Fail | WithdrawAsError
    | RecordContact | NoteInterim | GiveFeedback | AskRematch
)  # fmt: skip
Command: TypeAlias = Fact | Order
