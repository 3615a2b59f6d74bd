"""Accept, decline, silence and the end of a referral."""

from datetime import timedelta
from uuid import uuid4

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import ReferralId
from alongside_contracts.matching import MatchAccepted, MatchDeclined, MatchProposed
from alongside_contracts.vocabulary import Reason, Status
from tests.builders import SUNDAY_NOON, an_admission
from tests.service.matching.bench import (
    a_status,
    accept,
    admit,
    an_offer,
    announced,
    decline,
    last_proposal,
    places,
    story,
)


async def test_accepting_turns_the_held_place_into_a_taken_one(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)

    await accept(matching_bench, await last_proposal(matching_bench, referral))

    (accepted,) = await announced(matching_bench, MatchAccepted)
    assert (accepted.referral_id, accepted.offer_id) == (referral, supporter)
    assert await places(matching_bench, supporter) == (0, 1)


async def test_a_second_acceptance_is_refused_with_the_first_answer(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    await accept(matching_bench, proposal)

    answer = await matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "proposal-already-answered")
    assert "accepted" in answer.json()["detail"]
    assert len(await announced(matching_bench, MatchAccepted)) == 1


async def test_a_repeated_acceptance_with_its_key_gets_the_first_answer_again(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    headers = {"Idempotency-Key": str(uuid4())}
    first = await matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept", headers=headers)

    again = await matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept", headers=headers)

    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await announced(matching_bench, MatchAccepted)) == 1
    assert await places(matching_bench, supporter) == (0, 1)


async def test_a_decline_frees_the_place_and_asks_the_next(matching_bench: ServiceBench) -> None:
    first, second = await an_offer(matching_bench), await an_offer(matching_bench)
    referral = await admit(matching_bench)

    await decline(matching_bench, await last_proposal(matching_bench, referral))

    assert await story(matching_bench, referral) == ["MatchProposed", "MatchDeclined", "MatchProposed"]
    proposal = await last_proposal(matching_bench, referral)
    assert (proposal.offer_id, proposal.attempt) == (second, 2)
    assert (await places(matching_bench, first), await places(matching_bench, second)) == ((0, 0), (1, 0))
    assert (await announced(matching_bench, MatchDeclined))[0].reason == Reason.NO_CAPACITY


async def test_when_the_last_offer_declines_the_referral_waits(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)

    await decline(matching_bench, await last_proposal(matching_bench, referral))

    assert await story(matching_bench, referral) == ["MatchProposed", "MatchDeclined", "MatchWaitlisted"]
    assert await places(matching_bench, supporter) == (0, 0)


async def test_an_unanswered_proposal_lapses_and_the_next_is_asked(matching_bench: ServiceBench) -> None:
    first, second = await an_offer(matching_bench), await an_offer(matching_bench)
    referral = await admit(matching_bench)

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(hours=48))

    assert await story(matching_bench, referral) == ["MatchProposed", "MatchLapsed", "MatchProposed"]
    assert (await last_proposal(matching_bench, referral)).offer_id == second
    assert await places(matching_bench, first) == (0, 0)


async def test_a_proposal_does_not_lapse_a_second_before_its_time(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    referral = await admit(matching_bench)

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(hours=48) - timedelta(seconds=1))

    assert await story(matching_bench, referral) == ["MatchProposed"]


async def test_an_accepted_proposal_never_lapses(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, referral))

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(days=30))

    assert await story(matching_bench, referral) == ["MatchProposed", "MatchAccepted"]
    assert await places(matching_bench, supporter) == (0, 1)


async def test_an_acceptance_after_the_time_is_refused(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    matching_bench.clock.advance(timedelta(hours=49))

    answer = await matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "proposal-expired")


@pytest.mark.parametrize(
    "status", [Status.CANCELLED, Status.COMPLETED, Status.FAILED, Status.ENTERED_IN_ERROR]
)
async def test_the_end_of_a_matched_referral_frees_its_place(
    matching_bench: ServiceBench, status: Status
) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, referral))

    await matching_bench.hear(a_status(referral, status))

    assert await places(matching_bench, supporter) == (0, 0)


async def test_the_end_of_a_referral_withdraws_its_open_proposal(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)
    proposal = await last_proposal(matching_bench, referral)

    await matching_bench.hear(a_status(referral, Status.CANCELLED))

    assert await places(matching_bench, supporter) == (0, 0)
    answer = await matching_bench.client.post(f"/proposals/{proposal.proposal_id}/accept")
    assert (answer.status_code, answer.json()["detail"]) == (409, "Its state is withdrawn.")
    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(days=30))
    assert await story(matching_bench, referral) == ["MatchProposed"]


async def test_an_end_received_twice_frees_one_place_only(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench, capacity=2)
    referral, other = await admit(matching_bench), await admit(matching_bench)
    for one in (referral, other):
        await accept(matching_bench, await last_proposal(matching_bench, one))

    await matching_bench.hear(a_status(referral, Status.COMPLETED))
    await matching_bench.hear(a_status(referral, Status.COMPLETED))

    assert await places(matching_bench, supporter) == (0, 1)


async def test_a_referral_that_has_not_ended_keeps_its_place(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, referral))

    await matching_bench.hear(a_status(referral, Status.IN_PROGRESS))

    assert await places(matching_bench, supporter) == (0, 1)


async def test_the_status_of_an_unknown_referral_changes_nothing(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(a_status(uuid4(), Status.CANCELLED))

    assert await matching_bench.announced() == []
    assert await matching_bench.dead_letters() == []


async def test_an_admission_that_comes_after_the_end_of_its_referral_is_not_matched(
    matching_bench: ServiceBench,
) -> None:
    """The admission was a dead letter, replayed after the referral was cancelled."""
    supporter, referral = await an_offer(matching_bench), uuid4()

    await matching_bench.hear(a_status(referral, Status.CANCELLED))
    await matching_bench.hear(an_admission(ReferralId(referral)))
    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(hours=1))

    assert await matching_bench.announced() == []
    assert await places(matching_bench, supporter) == (0, 0)


async def test_an_answer_to_an_unknown_proposal_names_the_list_of_proposals(
    matching_bench: ServiceBench,
) -> None:
    answer = await matching_bench.client.post(f"/proposals/{uuid4()}/accept")

    assert (answer.status_code, answer.json()["code"]) == (404, "proposal-not-found")
    assert "GET /proposals" in answer.json()["remedy"]


async def test_a_decline_needs_a_reason_of_the_list(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))

    answer = await matching_bench.client.post(
        f"/proposals/{proposal.proposal_id}/decline", json={"reason": "did not feel like it"}
    )

    assert (answer.status_code, answer.json()["field"]) == (422, "body.reason")
    assert [type(event) for event in await announced(matching_bench, MatchProposed)] == [MatchProposed]
