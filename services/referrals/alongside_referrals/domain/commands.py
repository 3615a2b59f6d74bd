"""Commands to a referral. Events of other services and the network's own timers are turned into commands as well."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from alongside_contracts.vocabulary import Fit, OfferKind, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCommand:
    """The actor of a command, and the reason; a note explains the reason `other` and is only stored."""

    actor: str
    reason: str | None = None
    note: str | None = None


# Facts heard from other services: they cannot be refused; one that comes too late changes nothing.
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
    """The offer said no; matching asks the next one."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse(ReferralCommand):
    """The offer did not answer in time; matching asks the next one."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Waitlist(ReferralCommand):
    """Nobody is free; the person waits for a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack(ReferralCommand):
    """Matching took its open proposal back, because the amended request excludes the offer; it asks the next one."""

    proposal_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend(ReferralCommand):
    """The submitter amended the request; `sequence` is intake's number of this change, `region` the request's region now."""

    sequence: int
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeConsent(ReferralCommand):
    """The consent on record no longer covers the referral; `sequence` is intake's number of this change."""

    sequence: int
    reason: str | None = Reason.PERSON_DECLINED


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreConsent(ReferralCommand):
    """The consent on record covers the referral; `sequence` is intake's number of this change."""

    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(ReferralCommand):
    """The submitter took the submission back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(ReferralCommand):
    """The person was erased; nothing of the referral goes on, and it never gets a successor."""

    reason: str | None = Reason.PERSON_ERASED


# Actions of a party: refused with a reason when they are not allowed.
@dataclass(frozen=True, slots=True, kw_only=True)
class Request(ReferralCommand):
    """Request support: the draft becomes a referral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(ReferralCommand):
    """The target will not take the referral. `return_to_matching` None leaves it to the reason."""

    return_to_matching: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(ReferralCommand):
    """Target and person have met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(ReferralCommand):
    """The target pauses the referral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(ReferralCommand):
    """The target, or the coordinator, continues after a pause; after a revocation of consent only the coordinator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(ReferralCommand):
    """The coordinator has reviewed what changed; the referral goes on as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(ReferralCommand):
    """Stop before the end; the requester, the target and the person may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall(ReferralCommand):
    """The network takes the referral back because nobody acted, and matches the person again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete(ReferralCommand):
    """The referral served its purpose."""

    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(ReferralCommand):
    """The referral ends without success. `return_to_matching` asks for another offer."""

    return_to_matching: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAsError(ReferralCommand):
    """The referral was entered in error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContact(ReferralCommand):
    """The target tried to reach the person, and `reached` them or not."""

    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteInterim(ReferralCommand):
    """The target reports that support continues, though there is no outcome yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback(ReferralCommand):
    """A party reports whether person and offer fit each other, after a number of `meetings`; the referral continues."""

    fit: Fit
    meetings: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRematch(ReferralCommand):
    """The person wants another offer: this referral ends, without blame, and its successor is matched."""

    fit: Fit = Fit.POOR
    meetings: int | None = None
    reason: str | None = Reason.PERSON_DECLINED


Fact: TypeAlias = (
    Propose | Accept | Decline | Lapse | Waitlist | TakeBack | Amend | RevokeConsent | RestoreConsent | Withdraw
    | Erase
)  # fmt: skip
Action: TypeAlias = (
    Request | Reject | Start | Hold | Resume | Review | Cancel | Recall | Complete | Fail | WithdrawAsError
    | RecordContact | NoteInterim | GiveFeedback | AskRematch
)  # fmt: skip
Command: TypeAlias = Fact | Action
