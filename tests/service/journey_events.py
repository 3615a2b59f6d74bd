"""Events of a referral's journey that scenarios of several services hear."""

from alongside_contracts.ids import OfferId, ReferralId, new_id
from alongside_contracts.intake import (
    SubmissionAdmitted,
)
from alongside_contracts.referrals import (
    ReferralStatusChanged,
    ReferralSucceeded,
)
from alongside_contracts.vocabulary import (
    Actor,
    OfferKind,
    Outcome,
    Status,
)
from tests.builders import (
    SUNDAY_NOON,
    a_request,
)


def status(admission: SubmissionAdmitted, to: Status) -> ReferralStatusChanged:
    """Return a transition of a referral, with a supporter as target."""
    return ReferralStatusChanged(
        referral_id=admission.referral_id,
        sequence=3,
        person_id=admission.person_id,
        partner=admission.partner,
        previous=Status.REQUESTED,
        status=to,
        outcome=Outcome.ENGAGED if to is Status.COMPLETED else None,
        actor=Actor.TARGET,
        offer_id=OfferId(new_id()),
        offer_kind=OfferKind.SUPPORTER,
        next_actor=None if to is Status.COMPLETED else Actor.TARGET,
        due_at=None if to is Status.COMPLETED else SUNDAY_NOON,
    )


def ended(admission: SubmissionAdmitted) -> ReferralStatusChanged:
    """Return the end of a referral."""
    return status(admission, Status.COMPLETED)


def succeeded(admission: SubmissionAdmitted) -> ReferralSucceeded:
    """Return the successor of a referral."""
    return ReferralSucceeded(
        referral_id=ReferralId(new_id()),
        replaces=admission.referral_id,
        person_id=admission.person_id,
        partner=admission.partner,
        reference=admission.reference,
        request=a_request(),
        excluded_offers=(OfferId(new_id()),),
    )
