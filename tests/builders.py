"""Builders of events and ids with only the fields a test needs. All are invented and refer to no real person."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from alongside_contracts.ids import OfferId, PersonId, ProposalId, ReferralId, SubmissionId, new_id
from alongside_contracts.intake import (
    Consent,
    ConsentChanged,
    ConsentOnRecord,
    PersonErased,
    SubmissionAdmitted,
    SubmissionAmended,
    SubmissionReceived,
    SubmissionWithdrawn,
    SupportRequest,
)
from alongside_contracts.matching import (
    MatchAccepted,
    MatchDeclined,
    MatchProposed,
    MatchWaitlisted,
    MatchWithdrawn,
)
from alongside_contracts.vocabulary import ConsentDecision, MatchReason, Need, OfferKind, Reason, Setting

SUNDAY_NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REGION = "us-fl-miami"


def a_referral_id() -> ReferralId:
    """A fresh referral id."""
    return ReferralId(new_id())


def a_request(**given: Any) -> SupportRequest:
    """Build a request of a grieving, English-speaking person in the sample region; keywords change fields."""
    return SupportRequest(**{"region": REGION, "needs": (Need.GRIEF,), "languages": ("en",)} | given)


def a_submission(**given: Any) -> SubmissionReceived:
    """A consented submission of a hospital."""
    defaults: dict[str, Any] = {
        "reference": f"ref-{new_id()}",
        "person_reference": f"person-{new_id()}",
        "setting": Setting.HOSPITAL,
        "region": REGION,
        "needs": (Need.GRIEF,),
        "postal_code": "33131",
        "consent": Consent(decision=ConsentDecision.GIVEN, categories=("needs", "contact")),
    }
    return SubmissionReceived(**defaults | given)


def an_admission(referral_id: UUID | None = None, **given: Any) -> SubmissionAdmitted:
    """An admission of a partner's referral."""
    defaults: dict[str, Any] = {
        "referral_id": ReferralId(referral_id or new_id()),
        "submission_id": SubmissionId(new_id()),
        "person_id": PersonId(new_id()),
        "partner": "st-mary-hospital",
        "reference": f"ref-{new_id()}",
        "setting": Setting.HOSPITAL,
        "request": a_request(),
    }
    return SubmissionAdmitted(**defaults | given)


def a_proposal(referral_id: UUID, **given: Any) -> MatchProposed:
    """A first proposal to a supporter."""
    defaults: dict[str, Any] = {
        "referral_id": ReferralId(referral_id),
        "proposal_id": ProposalId(new_id()),
        "offer_id": OfferId(new_id()),
        "offer_kind": OfferKind.SUPPORTER,
        "attempt": 1,
        "reasons": (MatchReason.SHARED_NEED,),
        "expires_at": SUNDAY_NOON.replace(day=25),
    }
    return MatchProposed(**defaults | given)


def an_acceptance(proposal: MatchProposed) -> MatchAccepted:
    """The target's yes to a proposal."""
    return MatchAccepted(
        referral_id=proposal.referral_id,
        proposal_id=proposal.proposal_id,
        offer_id=proposal.offer_id,
        offer_kind=proposal.offer_kind,
    )


def a_decline(proposal: MatchProposed, reason: str = Reason.NO_CAPACITY) -> MatchDeclined:
    """The target's no to a proposal."""
    return MatchDeclined(
        referral_id=proposal.referral_id,
        proposal_id=proposal.proposal_id,
        offer_id=proposal.offer_id,
        reason=reason,
    )


def a_waitlisting(referral_id: UUID) -> MatchWaitlisted:
    """Nobody is free."""
    return MatchWaitlisted(referral_id=ReferralId(referral_id), excluded={"capacity-left": 3}, considered=3)


def an_amendment(admission: SubmissionAdmitted, sequence: int = 1, **request: Any) -> SubmissionAmended:
    """A repeated submission that changes fields of the admitted request."""
    return SubmissionAmended(
        referral_id=admission.referral_id,
        submission_id=SubmissionId(new_id()),
        person_id=admission.person_id,
        partner=admission.partner,
        sequence=sequence,
        request=admission.request.model_copy(update=request),
    )


def a_consent_change(admission: SubmissionAdmitted, *, covers: bool, sequence: int = 1) -> ConsentChanged:
    """A consent given, or taken back."""
    decision = ConsentDecision.GIVEN if covers else ConsentDecision.REFUSED
    return ConsentChanged(
        referral_id=admission.referral_id,
        person_id=admission.person_id,
        partner=admission.partner,
        sequence=sequence,
        consent=ConsentOnRecord(decision=decision, categories=("needs", "contact") if covers else ()),
        covers=covers,
    )


def a_withdrawal(admission: SubmissionAdmitted, reason: str = Reason.NO_LONGER_NEEDS) -> SubmissionWithdrawn:
    """The submitter takes the submission back."""
    return SubmissionWithdrawn(
        referral_id=admission.referral_id,
        submission_id=admission.submission_id,
        person_id=admission.person_id,
        partner=admission.partner,
        reason=reason,
    )


def an_erasure(person_id: UUID, at: datetime = SUNDAY_NOON) -> PersonErased:
    """A person is erased."""
    return PersonErased(person_id=PersonId(person_id), erased_at=at)


def taken_back(proposal: MatchProposed) -> MatchWithdrawn:
    """Matching takes an open proposal back."""
    return MatchWithdrawn(
        referral_id=proposal.referral_id,
        proposal_id=proposal.proposal_id,
        offer_id=proposal.offer_id,
        reason=Reason.REQUEST_CHANGED,
    )
