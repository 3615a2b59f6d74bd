"""A submission is withdrawn: its referral is cancelled once, whatever state it is in."""

import pytest

from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Reason, Status
from tests.builders import a_withdrawal, an_admission
from tests.service.referrals.conftest import Journey, only


@pytest.mark.parametrize("steps", [[], ["proposed"], ["proposed", "accepted"]], ids="-".join)
async def test_a_withdrawn_submission_cancels_its_referral_with_the_reason_stated(
    admitted: Journey, steps: list[str]
) -> None:
    journey = admitted
    for step in steps:
        await getattr(journey, step)()
    await journey.announced_events()

    await journey.bench.hear(a_withdrawal(journey.admission, Reason.SENT_IN_ERROR))
    await journey.bench.hear(a_withdrawal(journey.admission, Reason.OTHER))

    announced = await journey.announced_events()
    (changed,) = only(announced, ReferralStatusChanged)
    assert (changed.status, changed.reason, changed.actor) == (
        Status.CANCELLED,
        Reason.SENT_IN_ERROR,
        Actor.REQUESTER,
    )
    assert only(announced, ReferralSucceeded) == []


async def test_a_change_of_a_referral_that_was_never_admitted_is_a_dead_letter(admitted: Journey) -> None:
    await admitted.bench.hear(a_withdrawal(an_admission()))

    (dead_letter,) = await admitted.bench.dead_letters()
    assert dead_letter.where == "referral_id"
