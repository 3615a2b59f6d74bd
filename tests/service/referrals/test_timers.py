"""No open referral stalls silently: at every due time a next actor is asked, and in the end another offer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from alongside_chassis.consume.handlers import Timer
from alongside_contracts.matching import MatchLapsed
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, BusinessStatus, Reason, Status
from tests.builders import REGION, an_acceptance
from tests.conftest import SUNDAY_NOON
from tests.service.failing import break_handlers, mend_handlers
from tests.service.referrals.conftest import Journey, only


async def test_a_missed_first_contact_is_reminded_then_reported_then_recalled(
    accepted: Journey,
) -> None:
    late = [await fire_at_due(accepted) for _ in range(3)]

    first, second, third = (only(announced, ReferralOverdue)[0] for announced in late)
    assert {event.region for event in (first, second, third)} == {REGION}
    assert (first.late_actor, first.next_actor) == (Actor.TARGET, Actor.TARGET)
    # Thursday is Thanksgiving in Miami: two business days after Tuesday are Friday.
    assert first.due_at == datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    assert (second.late_actor, second.next_actor) == (Actor.TARGET, Actor.SUPERVISOR)
    assert (third.late_actor, third.next_actor) == (Actor.SUPERVISOR, Actor.MATCHING)
    recalled, requested = only(late[2], ReferralStatusChanged)
    assert (recalled.status, recalled.business_status, recalled.reason) == (
        Status.CANCELLED,
        BusinessStatus.RECALLED,
        Reason.NO_RESPONSE,
    )
    (succeeded,) = only(late[2], ReferralSucceeded)
    assert accepted.proposal is not None
    assert succeeded.excluded_offers == (accepted.proposal.offer_id,)
    assert requested.referral_id == succeeded.referral_id


async def test_an_overdue_referral_is_shown_as_overdue_without_a_transition(accepted: Journey) -> None:
    before = await accepted.state()

    await fire_at_due(accepted)

    after = await accepted.state()
    assert (before["overdue"], after["overdue"]) == (False, True)
    assert (after["sequence"], after["status"]) == (before["sequence"], before["status"])
    listed = (await accepted.bench.client.get("/referrals", params={"overdue": True})).json()["items"]
    assert [item["id"] for item in listed] == [str(accepted.id)]
    entry = (await accepted.timeline())[-1]
    assert (entry["what"], entry["actor"], entry["cause"].split(":")[0]) == ("overdue", "target", "timer")


async def test_a_command_in_time_moves_the_due_timer(accepted: Journey) -> None:
    due_at = due(await accepted.state())
    await accepted.done("start")
    await accepted.announced_events()

    await accepted.bench.fire_timers(due_at + timedelta(hours=1))

    assert await accepted.announced_events() == []
    assert (await accepted.state())["overdue"] is False


async def test_an_ended_referral_waits_for_nothing_but_the_acknowledgement_of_its_update(
    accepted: Journey,
) -> None:
    await accepted.done("complete", outcome="engaged")

    timers = await accepted.bench.pool.fetch("select kind from timer")
    assert [timer["kind"] for timer in timers] == ["update-sent"]


async def test_a_referral_that_matching_does_not_propose_becomes_overdue(admitted: Journey) -> None:
    await admitted.announced_events()

    (overdue,) = only(await fire_at_due(admitted), ReferralOverdue)

    assert (overdue.late_actor, overdue.next_actor) == (Actor.MATCHING, Actor.COORDINATOR)


async def test_after_the_answer_time_matching_must_act_and_a_late_acceptance_still_counts(
    admitted: Journey,
) -> None:
    await admitted.proposed(expires_at=SUNDAY_NOON + timedelta(hours=4))
    await admitted.announced_events()

    (overdue,) = only(await fire_at_due(admitted), ReferralOverdue)
    assert admitted.proposal is not None
    await admitted.bench.hear(an_acceptance(admitted.proposal))

    assert (overdue.late_actor, overdue.next_actor) == (Actor.TARGET, Actor.MATCHING)
    assert (await admitted.state())["status"] == "accepted"


async def test_a_lapse_after_the_timer_is_still_heard(asked: Journey) -> None:
    await fire_at_due(asked)
    assert asked.proposal is not None

    await asked.bench.hear(
        MatchLapsed(
            referral_id=asked.id, proposal_id=asked.proposal.proposal_id, offer_id=asked.proposal.offer_id
        )
    )

    state = await asked.state()
    assert (state["business_status"], state["next_actor"], state["overdue"]) == (
        "no-response",
        "matching",
        False,
    )


async def fire_at_due(journey: Journey) -> list[Any]:
    """Let the present due time pass; return the events it announced."""
    await journey.announced_events()
    await journey.bench.fire_timers(due(await journey.state()))
    return await journey.announced_events()


def due(state: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(state["due_at"])


async def test_a_referral_whose_timer_always_fails_is_assigned_to_the_coordinator_and_retried_daily(
    accepted: Journey,
) -> None:
    bench, due_at = accepted.bench, due(await accepted.state())
    await break_handlers(bench)
    await accepted.announced_events()

    for second in range(60):
        await bench.fire_timers(due_at + timedelta(seconds=second))

    state, (overdue,) = await accepted.state(), only(await accepted.announced_events(), ReferralOverdue)
    assert (state["next_actor"], overdue.next_actor, overdue.late_actor) == ("coordinator", *TO_COORDINATOR)
    assert state["overdue"] is True
    assert timedelta(hours=23) < due(state) - bench.clock.now() <= timedelta(hours=24)
    assert [dead_letter.topic for dead_letter in await bench.dead_letters()] == ["due"]

    await mend_handlers(bench)
    await bench.fire_timers(due(state))

    assert only(await accepted.announced_events(), ReferralOverdue)[0].late_actor == Actor.COORDINATOR
    assert [dead_letter.state for dead_letter in await bench.dead_letters()] == ["replayed"]


async def test_a_failed_timer_of_an_ended_referral_assigns_nobody(accepted: Journey) -> None:
    await accepted.done("complete", outcome="engaged")
    await accepted.announced_events()
    async with accepted.bench.runtime.transaction() as tx:
        await accepted.bench.service.handlers.timer_failures["due"](
            Timer("due", str(accepted.id), tx.now, {}), tx.now + timedelta(days=1), tx
        )

    assert await accepted.announced_events() == []
    assert (await accepted.state())["next_actor"] is None


TO_COORDINATOR = (Actor.COORDINATOR, Actor.TARGET)
