"""What each service holds when it is fuzzed, so that generated requests reach more than 404."""

from collections.abc import Mapping
from typing import Any, Final

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION, a_proposal, a_submission, an_acceptance, an_admission
from tests.fuzz.serving import Prepare
from tests.service import notification_scenarios
from tests.service.intake_scenarios import PARTNER, with_open_referral_at_intake


async def intake(bench: ServiceBench) -> None:
    """A partner whose submissions were admitted, held and refused, and a person who can be reached."""
    await with_open_referral_at_intake(bench)
    await bench.hear(a_submission(consent=None), partner=PARTNER)
    await bench.hear(a_submission(risks=("danger-to-self",)), partner=PARTNER)
    await _refuse_a_record(bench)


async def matching(bench: ServiceBench) -> None:
    """A supporter, a group that meets, a service; a referral with a proposal and one that waits."""
    offer: Mapping[str, Any] = {"region": REGION, "needs": ["grief"], "languages": ["en"]}
    for more in (
        {"kind": "supporter", "capacity": 9},
        {"kind": "group", "name": "Grief together"},
        {"kind": "service", "name": "Counselling"},
    ):
        await _post(bench, "/offers", {**offer, **more})
    await bench.hear(an_admission(), an_admission(), an_admission())
    await _refuse_a_record(bench)


async def referrals(bench: ServiceBench) -> None:
    """A referral that was accepted, one that was asked for, one that waits."""
    accepted, asked = an_admission(partner=PARTNER), an_admission()
    proposal = a_proposal(accepted.referral_id)
    await bench.hear(accepted, proposal, an_acceptance(proposal))
    await bench.hear(asked, a_proposal(asked.referral_id), an_admission())
    await _refuse_a_record(bench)


async def notifications(bench: ServiceBench) -> None:
    """Notices of a referral, and a crisis that nobody has acknowledged."""
    await bench.hear(await notification_scenarios.a_status(bench))
    await bench.hear(await notification_scenarios.a_crisis(bench))
    await bench.hear(await notification_scenarios.an_overdue_referral(bench))
    await _refuse_a_record(bench)


async def directory(_bench: ServiceBench) -> None:
    """Nothing: no list of it can have an entry yet."""


KNOWN: Final[Mapping[str, Prepare]] = {
    "intake": intake,
    "matching": matching,
    "referrals": referrals,
    "notifications": notifications,
    "directory": directory,
}


async def _refuse_a_record(bench: ServiceBench) -> None:
    """Have one record refused, so that there is a dead letter."""
    good = bench.record_of(an_admission())
    await bench.hear_records(bench.record(good.key, b"not JSON", good.headers, good.topic))


async def _post(bench: ServiceBench, path: str, body: Mapping[str, Any]) -> None:
    answer = await bench.client.post(path, json=body)
    assert answer.is_success, answer.text
