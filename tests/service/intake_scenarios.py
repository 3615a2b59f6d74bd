"""The scenarios of intake's handlers."""

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.intake import (
    Consent,
    SubmissionAdmitted,
)
from alongside_contracts.partner import ConsentStated, SubmissionWithdrawalRequested
from alongside_contracts.vocabulary import (
    ConsentDecision,
    Reason,
)
from tests.builders import (
    REGION,
    a_submission,
    an_erasure,
)
from tests.service.journey_events import ended, succeeded

PARTNER = "st-mary-hospital"


async def with_partner(bench: ServiceBench) -> Event:
    """A registered partner submits."""
    body = {"name": "St. Mary", "setting": "hospital", "region": REGION}
    answer = await bench.client.put(f"/partners/{PARTNER}", json=body)
    assert answer.is_success, answer.text
    return a_submission()


async def with_open_referral_at_intake(bench: ServiceBench) -> SubmissionAdmitted:
    """A submission was admitted."""
    await bench.hear(await with_partner(bench), partner=PARTNER)
    return next(a.event for a in await bench.announced() if isinstance(a.event, SubmissionAdmitted))


async def referral_ended_at_intake(bench: ServiceBench) -> Event:
    """The referral of an admitted submission is completed."""
    return ended(await with_open_referral_at_intake(bench))


async def referral_replaced_at_intake(bench: ServiceBench) -> Event:
    """The referral of an admitted submission is replaced."""
    return succeeded(await with_open_referral_at_intake(bench))


async def brought_back_at_intake(bench: ServiceBench) -> Event:
    """A restored backup has brought a person back who was erased since."""
    return an_erasure((await with_open_referral_at_intake(bench)).person_id)


async def consent_stated_at_intake(bench: ServiceBench) -> Event:
    """Consent to a submission whose referral runs is taken back on the partner's stream."""
    admitted = await with_open_referral_at_intake(bench)
    return ConsentStated(reference=admitted.reference, consent=Consent(decision=ConsentDecision.REFUSED))


async def withdrawal_requested_at_intake(bench: ServiceBench) -> Event:
    """A submission whose referral runs is taken back on the partner's stream."""
    admitted = await with_open_referral_at_intake(bench)
    return SubmissionWithdrawalRequested(reference=admitted.reference, reason=Reason.NO_LONGER_NEEDS)
