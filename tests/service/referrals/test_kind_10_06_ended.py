"""An ended referral stays as it ended: no person withdraws it, and what intake said before it knew of the end is stale."""

from typing import Any

import pytest

from alongside_contracts.event import Event
from alongside_contracts.vocabulary import Reason
from tests.builders import a_consent_change, a_withdrawal, an_admission, an_amendment
from tests.service.referrals.conftest import Journey

ENDS: dict[str, dict[str, Any]] = {
    "complete": {"outcome": "engaged"},
    "cancel": {"reason": "no-response", "actor": "coordinator"},
    "fail": {"reason": "person-declined"},
    "withdraw-as-error": {"actor": "requester"},
}
SAID = ["withdrawn", "consent taken back", "consent given again", "amended"]


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("end", ENDS)
async def test_what_is_said_before_the_end_is_known_changes_nothing_of_an_ended_referral(
    accepted: Journey, end: str, said: str
) -> None:
    await accepted.done("start")
    before = await accepted.done(end, **ENDS[end])
    timeline = await entries(accepted)
    await accepted.announced_events()

    await accepted.bench.hear(event(accepted, said))

    after = (await accepted.bench.client.get(f"/referrals/{accepted.id}")).json()
    assert {name: after[name] for name in before} == before
    assert await entries(accepted) == timeline
    assert await accepted.announced_events() == []
    assert await accepted.bench.dead_letters() == []


async def test_a_person_cannot_withdraw_their_own_referral_once_it_has_ended(accepted: Journey) -> None:
    own = Journey(accepted.bench, an_admission(partner=None))
    await (await (await own.admitted()).proposed()).accepted()
    completed = await own.done("complete", outcome="engaged")

    answer = await own.post("withdraw-as-error", actor="person")

    assert (answer.status_code, answer.json()["code"]) == (409, "referral-ended")
    after = (await own.bench.client.get(f"/referrals/{own.id}")).json()
    assert (after["status"], after["outcome"]) == (completed["status"], "engaged")


async def test_a_person_can_withdraw_their_own_referral_while_it_runs(accepted: Journey) -> None:
    own = Journey(accepted.bench, an_admission(partner=None))
    await own.admitted()

    withdrawn = await own.done("withdraw-as-error", actor="person")

    assert withdrawn["status"] == "entered-in-error"


def event(journey: Journey, said: str) -> Event:
    """Return what intake announces of the referral."""
    match said:
        case "withdrawn":
            return a_withdrawal(journey.admission, Reason.NO_LONGER_NEEDS)
        case "amended":
            return an_amendment(journey.admission, 9)
        case _:
            return a_consent_change(journey.admission, covers=said == "consent given again", sequence=9)


async def entries(journey: Journey) -> list[dict[str, Any]]:
    """Return the referral's timeline."""
    answer = await journey.bench.client.get(f"/referrals/{journey.id}/timeline")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
