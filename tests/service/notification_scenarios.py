"""The scenarios of the handlers of notifications."""

from datetime import timedelta

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, PersonId, SubmissionId, new_id
from alongside_contracts.intake import (
    PartnerStreamPaused,
    PartnerStreamResumed,
    SubmissionEscalated,
)
from alongside_contracts.matching import (
    MatchLapsed,
)
from alongside_contracts.partner import PartnerRegistered
from alongside_contracts.referrals import (
    ReferralOverdue,
)
from alongside_contracts.vocabulary import (
    Actor,
    OfferKind,
    PauseReason,
    Risk,
    Status,
)
from tests.builders import (
    REGION,
    SUNDAY_NOON,
    a_proposal,
    an_admission,
    an_erasure,
    taken_back,
)
from tests.service.journey_events import status

PARTNER = "st-mary-hospital"


async def a_status(_bench: ServiceBench) -> Event:
    """A referral was accepted."""
    return status(an_admission(partner=PARTNER), Status.ACCEPTED)


async def notified_and_erased(bench: ServiceBench) -> Event:
    """A person who was notified is erased."""
    change = status(an_admission(partner=PARTNER), Status.ACCEPTED)
    await bench.hear(change)
    return an_erasure(change.person_id)


async def a_lapsed_proposal(bench: ServiceBench) -> Event:
    """A target that was asked does not answer in time."""
    admission = an_admission(partner=PARTNER)
    asked = status(admission, Status.REQUESTED)
    await bench.hear(asked)
    assert asked.offer_id is not None
    return MatchLapsed(
        referral_id=admission.referral_id,
        proposal_id=a_proposal(admission.referral_id).proposal_id,
        offer_id=asked.offer_id,
    )


async def a_proposal_taken_back(_bench: ServiceBench) -> Event:
    """A target that was asked need not answer any more."""
    return taken_back(a_proposal(an_admission().referral_id))


async def an_overdue_referral(_bench: ServiceBench) -> Event:
    """A due time passed."""
    admission = an_admission(partner=PARTNER)
    return ReferralOverdue(
        referral_id=admission.referral_id,
        person_id=admission.person_id,
        partner=PARTNER,
        offer_id=OfferId(new_id()),
        offer_kind=OfferKind.SUPPORTER,
        late_actor=Actor.TARGET,
        next_actor=Actor.COORDINATOR,
        due_at=SUNDAY_NOON,
    )


async def a_crisis(_bench: ServiceBench) -> Event:
    """A risk was flagged."""
    return SubmissionEscalated(
        submission_id=SubmissionId(new_id()),
        person_id=PersonId(new_id()),
        partner=PARTNER,
        region=REGION,
        risks=(Risk.DANGER_TO_SELF,),
        acknowledge_by=SUNDAY_NOON + timedelta(minutes=10),
    )


async def an_unread_stream(_bench: ServiceBench) -> Event:
    """A partner's stream was paused."""
    return PartnerStreamPaused(
        partner=PARTNER, region=REGION, because=PauseReason.REFUSED_IN_A_ROW, paused_at=SUNDAY_NOON
    )


async def a_choice_of_channels(bench: ServiceBench) -> Event:
    """A partner says by which channels it hears of its referrals."""
    return PartnerRegistered(partner=PARTNER, channels=("stream",), registered_at=SUNDAY_NOON)


async def a_stream_read_again(bench: ServiceBench) -> Event:
    """A partner's stream was resumed."""
    await bench.hear(await an_unread_stream(bench))
    return PartnerStreamResumed(
        partner=PARTNER, region=REGION, paused_at=SUNDAY_NOON, resumed_at=SUNDAY_NOON + timedelta(hours=2)
    )
