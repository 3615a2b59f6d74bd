"""Two services that must agree without knowing each other: delivered notices close the loop of referrals.

A partner's loop is closed by the update on its stream, once Kafka acknowledged it.
"""

from datetime import timedelta

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.referrals import LoopClosed
from tests.builders import a_proposal, an_acceptance, an_admission
from tests.service.forwarding import forward_announcements


@pytest.mark.parametrize(
    "partner", ["st-mary-hospital", None], ids=["referred by a partner", "self-referred"]
)
async def test_the_loop_closes_for_every_kind_of_referrer(
    referrals_bench: ServiceBench, notifications_bench: ServiceBench, partner: str | None
) -> None:
    admission = an_admission(partner=partner)
    proposal = a_proposal(admission.referral_id)
    await referrals_bench.hear(admission, proposal, an_acceptance(proposal))
    for step, body in (
        ("start", {"actor": "target"}),
        ("complete", {"actor": "target", "outcome": "engaged"}),
    ):
        assert (
            await referrals_bench.client.post(f"/referrals/{admission.referral_id}/{step}", json=body)
        ).is_success

    await forward_announcements(referrals_bench, notifications_bench)
    await forward_announcements(notifications_bench, referrals_bench)
    await referrals_bench.fire_timers(referrals_bench.clock.now() + timedelta(minutes=1))

    closed = [a.event for a in await referrals_bench.announced() if isinstance(a.event, LoopClosed)]
    assert [event.referral_id for event in closed] == [admission.referral_id]
