"""Consent is taken back or given again while a referral is open: it stops at once, and only a person goes on with it."""

from datetime import datetime
from typing import Any

import pytest

from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, BusinessStatus, Reason, Status
from tests.builders import a_consent_change, a_proposal, an_acceptance
from tests.service.referrals.conftest import Journey, only


async def test_consent_taken_back_cancels_a_referral_before_an_offer_accepts(asked: Journey) -> None:
    assert asked.proposal is not None
    await asked.announced_events()

    await asked.bench.hear(a_consent_change(asked.admission, covers=False))
    await asked.bench.hear(an_acceptance(asked.proposal), a_proposal(asked.id, attempt=2))

    announced = await asked.announced_events()
    (changed,) = only(announced, ReferralStatusChanged)
    assert (changed.status, changed.business_status, changed.reason, changed.actor) == (
        Status.CANCELLED,
        BusinessStatus.CONSENT_REVOKED,
        Reason.PERSON_DECLINED,
        Actor.PERSON,
    )
    assert changed.offer_id == asked.proposal.offer_id
    assert only(announced, ReferralSucceeded) == []


async def test_consent_taken_back_puts_an_accepted_referral_on_hold_for_the_coordinator(
    accepted: Journey,
) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False))

    (changed,) = only(await accepted.announced_events(), ReferralStatusChanged)
    assert (changed.status, changed.business_status) == (Status.ON_HOLD, BusinessStatus.CONSENT_REVOKED)
    assert (changed.next_actor, changed.due_at is not None) == (Actor.COORDINATOR, True)


async def test_only_the_coordinator_resumes_and_only_with_a_consent_that_covers_it(accepted: Journey) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False))
    without = [await accepted.post("resume", actor=actor) for actor in ("target", "coordinator")]
    await accepted.announced_events()

    await accepted.bench.hear(a_consent_change(accepted.admission, covers=True, sequence=2))

    assert {(answer.status_code, answer.json()["code"]) for answer in without} == {(409, "consent-revoked")}
    assert all("intake" in answer.json()["remedy"] for answer in without)
    assert await accepted.announced_events() == []
    assert (await accepted.timeline())[-1]["what"] == "consent-given"
    assert (await accepted.state())["next_actor"] == "coordinator"
    assert (await accepted.state())["consent_covers"] is True
    of_target = await accepted.post("resume")
    assert (of_target.status_code, of_target.json()["code"]) == (403, "actor-not-allowed")
    after = await accepted.done("resume", actor="coordinator")
    assert (after["status"], after["business_status"], after["next_actor"]) == ("in-progress", None, "target")


async def test_a_revocation_that_arrives_after_a_newer_consent_changes_nothing(accepted: Journey) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=True, sequence=2))

    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False, sequence=1))

    assert (await accepted.state())["status"] == "accepted"
    assert await accepted.announced_events() == []


@pytest.mark.parametrize(
    ("command", "body"),
    [("cancel", {"reason": "no-capacity"}), ("fail", {"reason": "no-capacity"})],
    ids=["the target cancels", "the target fails it"],
)
async def test_a_referral_that_ends_without_consent_has_no_successor(
    accepted: Journey, command: str, body: dict[str, str]
) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False))
    await accepted.announced_events()

    ended = await accepted.done(command, **body)

    assert ended["replaced_by"] is None
    assert only(await accepted.announced_events(), ReferralSucceeded) == []


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("fail", {"reason": "no-capacity", "return_to_matching": True}),
        ("feedback", {"actor": "person", "fit": "poor", "rematch": True}),
    ],
    ids=["a failure with a return", "a rematch"],
)
async def test_nobody_returns_a_person_to_matching_without_consent(
    accepted: Journey, command: str, body: dict[str, Any]
) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False))

    answer = await accepted.post(command, **body)

    assert (answer.status_code, answer.json()["code"]) == (409, "consent-revoked")
    assert (await accepted.state())["status"] == "on-hold"


async def test_a_coordinator_who_is_late_without_consent_is_asked_again_and_never_recalls(
    accepted: Journey,
) -> None:
    await accepted.bench.hear(a_consent_change(accepted.admission, covers=False))
    for _ in range(4):
        due = (await accepted.state())["due_at"]
        await accepted.bench.fire_timers(datetime.fromisoformat(due))

    state = await accepted.state()

    assert (state["status"], state["next_actor"], state["overdue"]) == ("on-hold", "coordinator", True)
    assert only(await accepted.announced_events(), ReferralSucceeded) == []
