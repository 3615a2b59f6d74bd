"""The request of an open referral is amended: the next actor learns of it, and a successor carries it."""

from typing import Any

from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Need, Status, Urgency
from tests.builders import an_amendment, taken_back
from tests.service.referrals.conftest import Journey, only

WORSE: dict[str, Any] = {"urgency": Urgency.URGENT, "avoid_needs": (Need.SELF_HARM,)}


async def test_an_amendment_before_an_offer_accepts_is_noted_and_nothing_is_announced(asked: Journey) -> None:
    await asked.announced_events()

    await asked.bench.hear(an_amendment(asked.admission, **WORSE))

    assert await asked.announced_events() == []
    assert [entry["what"] for entry in await asked.timeline()] == ["requested", "proposed", "amended"]
    assert (await asked.state())["next_actor"] == "target"


async def test_an_amendment_after_an_offer_accepted_tells_everyone_that_the_coordinator_is_next(
    accepted: Journey,
) -> None:
    await accepted.bench.hear(an_amendment(accepted.admission, **WORSE))

    announced = await accepted.announced_events()
    (changed,) = only(announced, ReferralStatusChanged)
    assert (changed.previous, changed.status, changed.sequence) == (Status.ACCEPTED, Status.ACCEPTED, 4)
    assert (changed.actor, changed.next_actor) == (Actor.REQUESTER, Actor.COORDINATOR)
    # Amended on a Sunday noon in UTC: the coordinator has one business day.
    assert changed.due_at is not None
    assert changed.due_at.isoformat() == "2026-11-23T12:00:00+00:00"
    assert [update.sequence for update in only(announced, ReferralUpdated)] == [4]
    assert (await accepted.timeline())[-1]["what"] == "amended"


async def test_the_coordinator_has_looked_and_the_target_goes_on(accepted: Journey) -> None:
    await accepted.bench.hear(an_amendment(accepted.admission, **WORSE))

    of_target = await accepted.post("review")
    after = await accepted.done("review", actor="coordinator")
    again = await accepted.post("review", actor="coordinator")

    assert (of_target.status_code, of_target.json()["code"]) == (403, "actor-not-allowed")
    assert (after["status"], after["next_actor"], after["waits_for"]) == (
        "accepted",
        "target",
        "first-contact",
    )
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-review")
    assert again.json()["remedy"]


async def test_a_successor_carries_the_newest_request(asked: Journey) -> None:
    newest = an_amendment(asked.admission, 3, **WORSE, region="ie-dublin")
    await asked.bench.hear(an_amendment(asked.admission, 2, needs=(Need.ANXIETY,)), newest)
    await asked.bench.hear(an_amendment(asked.admission, 1, needs=(Need.PTSD,)))
    await asked.announced_events()

    await asked.done("reject", reason="no-capacity")

    (succeeded,) = only(await asked.announced_events(), ReferralSucceeded)
    assert succeeded.request == newest.request
    assert (await asked.state(succeeded.referral_id))["region"] == "ie-dublin"


async def test_an_amendment_heard_twice_or_after_a_newer_one_changes_nothing(accepted: Journey) -> None:
    newest = an_amendment(accepted.admission, 2, **WORSE)
    await accepted.bench.hear(newest)
    await accepted.announced_events()

    await accepted.bench.hear(newest, an_amendment(accepted.admission, 1, needs=(Need.ANXIETY,)))

    assert await accepted.announced_events() == []
    assert (await accepted.timeline())[-1]["entry"] == 4
    assert await accepted.bench.dead_letters() == []


async def test_an_amendment_after_the_end_changes_nothing(accepted: Journey) -> None:
    await accepted.done("complete", outcome="engaged")
    await accepted.announced_events()

    await accepted.bench.hear(an_amendment(accepted.admission, **WORSE))

    assert await accepted.announced_events() == []
    assert (await accepted.timeline())[-1]["what"] == "completed"


async def test_a_proposal_that_is_taken_back_leaves_the_referral_with_matching(asked: Journey) -> None:
    assert asked.proposal is not None
    await asked.announced_events()

    await asked.bench.hear(taken_back(asked.proposal))

    (changed,) = only(await asked.announced_events(), ReferralStatusChanged)
    assert (changed.status, changed.business_status, changed.offer_id) == (Status.REQUESTED, None, None)
    assert (changed.actor, changed.next_actor) == (Actor.MATCHING, Actor.MATCHING)
    state = await asked.state()
    assert (state["excluded_offers"], state["proposal_id"]) == ([], None)
