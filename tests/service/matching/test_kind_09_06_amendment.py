"""A request is amended after its admission: matching follows it at once, and takes back what no longer suits."""

from datetime import timedelta
from typing import Any

from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import OfferId
from alongside_contracts.matching import MatchProposed, MatchWithdrawn
from alongside_contracts.vocabulary import Need, Reason, Status, Urgency
from tests.builders import an_admission, an_amendment
from tests.service.matching.bench import (
    a_status,
    accept,
    admission_of,
    admit,
    an_offer,
    announced,
    answer_too_late,
    decline,
    last_proposal,
    places,
    story,
    timers,
)

ANXIETY: dict[str, Any] = {"needs": (Need.ANXIETY,)}


async def test_a_waiting_request_is_matched_at_once_as_it_is_now(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench, needs=["anxiety"])
    admission = await admission_of(matching_bench, needs=(Need.GRIEF,))

    await matching_bench.hear(an_amendment(admission, **ANXIETY))

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted", "MatchProposed"]
    assert (await last_proposal(matching_bench, admission.referral_id)).offer_id == supporter


async def test_a_request_that_still_waits_is_not_announced_again_and_is_found_by_its_new_needs(
    matching_bench: ServiceBench,
) -> None:
    admission = await admission_of(matching_bench, needs=(Need.GRIEF,))
    await matching_bench.hear(an_amendment(admission, **ANXIETY))
    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted"]

    await an_offer(matching_bench, needs=["grief"])
    suited = await an_offer(matching_bench, needs=["anxiety"])

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted", "MatchProposed"]
    assert (await last_proposal(matching_bench, admission.referral_id)).offer_id == suited


async def test_a_request_that_became_urgent_moves_up_and_keeps_its_waiting_time(
    matching_bench: ServiceBench,
) -> None:
    first_urgent = await admit(matching_bench, urgency=Urgency.URGENT)
    matching_bench.clock.advance(timedelta(hours=1))
    amended = await admission_of(matching_bench)
    matching_bench.clock.advance(timedelta(hours=1))
    routine = await admit(matching_bench)
    later_urgent = await admit(matching_bench, urgency=Urgency.URGENT)

    await matching_bench.hear(an_amendment(amended, urgency=Urgency.URGENT))
    await an_offer(matching_bench, capacity=4)

    proposed = [event.referral_id for event in await announced(matching_bench, MatchProposed)]
    assert proposed == [first_urgent, amended.referral_id, later_urgent, routine]


async def test_a_request_that_moved_waits_in_its_new_region(matching_bench: ServiceBench) -> None:
    admission = await admission_of(matching_bench)

    await matching_bench.hear(an_amendment(admission, region="ie-dublin"))
    await an_offer(matching_bench)
    suited = await an_offer(matching_bench, region="ie-dublin")

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted", "MatchProposed"]
    assert (await last_proposal(matching_bench, admission.referral_id)).offer_id == suited
    assert any(key.startswith("ie-dublin") for key in await timers(matching_bench, "waitlist-sweep"))


async def test_a_proposal_that_still_suits_stays(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    await matching_bench.client.post(f"/offers/{supporter}/pause")

    await matching_bench.hear(an_amendment(admission, urgency=Urgency.URGENT))

    assert await story(matching_bench, admission.referral_id) == ["MatchProposed"]
    assert await places(matching_bench, supporter) == (1, 0)
    await accept(matching_bench, await last_proposal(matching_bench, admission.referral_id))


async def test_a_proposal_that_a_rule_now_excludes_is_taken_back_and_another_offer_is_asked(
    matching_bench: ServiceBench,
) -> None:
    first = await an_offer(matching_bench, needs=["grief", "self-harm"])
    second = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    asked = await last_proposal(matching_bench, admission.referral_id)

    await matching_bench.hear(an_amendment(admission, avoid_needs=(Need.SELF_HARM,)))

    assert await story(matching_bench, admission.referral_id) == [
        "MatchProposed", "MatchWithdrawn", "MatchProposed",
    ]  # fmt: skip
    (withdrawn,) = await announced(matching_bench, MatchWithdrawn)
    assert (withdrawn.proposal_id, withdrawn.offer_id) == (asked.proposal_id, first)
    assert withdrawn.reason == Reason.REQUEST_CHANGED
    proposal = await last_proposal(matching_bench, admission.referral_id)
    assert (proposal.offer_id, proposal.attempt) == (second, 2)
    assert (await places(matching_bench, first), await places(matching_bench, second)) == ((0, 0), (1, 0))
    assert await timers(matching_bench, "proposal-expiry") == [str(proposal.proposal_id)]
    assert await answer_too_late(matching_bench, asked) == (409, "proposal-already-answered")


async def test_an_offer_that_the_person_now_avoids_is_not_asked_any_more(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)

    await matching_bench.hear(an_amendment(admission, offers_avoided=(OfferId(supporter),)))

    assert await story(matching_bench, admission.referral_id) == [
        "MatchProposed", "MatchWithdrawn", "MatchWaitlisted",
    ]  # fmt: skip


async def test_a_place_that_is_taken_back_goes_to_a_waiting_referral(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    waiting = await admit(matching_bench)

    await matching_bench.hear(an_amendment(admission, needs=(Need.VETERAN,)))

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_an_accepted_referral_asks_no_other_offer(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    await an_offer(matching_bench, needs=["anxiety"])
    admission = await admission_of(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, admission.referral_id))

    await matching_bench.hear(an_amendment(admission, **ANXIETY))

    assert await story(matching_bench, admission.referral_id) == ["MatchProposed", "MatchAccepted"]
    assert await places(matching_bench, supporter) == (0, 1)


async def test_an_offer_that_declined_is_not_asked_again_after_an_amendment(
    matching_bench: ServiceBench,
) -> None:
    await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    await decline(matching_bench, await last_proposal(matching_bench, admission.referral_id))

    await matching_bench.hear(an_amendment(admission, urgency=Urgency.URGENT))

    assert await story(matching_bench, admission.referral_id) == [
        "MatchProposed", "MatchDeclined", "MatchWaitlisted",
    ]  # fmt: skip


async def test_an_older_amendment_never_replaces_a_newer_one(matching_bench: ServiceBench) -> None:
    admission = await admission_of(matching_bench)
    newest = an_amendment(admission, 3, needs=(Need.PTSD,))
    await matching_bench.hear(an_amendment(admission, 2, needs=(Need.VETERAN,)), newest)

    await matching_bench.hear(an_amendment(admission, 1, **ANXIETY))
    await an_offer(matching_bench, needs=["anxiety", "veteran"])
    suited = await an_offer(matching_bench, needs=["ptsd"])

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted", "MatchProposed"]
    assert (await last_proposal(matching_bench, admission.referral_id)).offer_id == suited


async def test_an_amendment_of_an_ended_referral_changes_nothing(matching_bench: ServiceBench) -> None:
    admission = await admission_of(matching_bench)
    await matching_bench.hear(a_status(admission.referral_id, Status.CANCELLED))
    await an_offer(matching_bench, needs=["anxiety"])

    await matching_bench.hear(an_amendment(admission, **ANXIETY))

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted"]
    assert await matching_bench.dead_letters() == []


async def test_an_amendment_of_a_referral_that_was_never_admitted_is_a_dead_letter(
    matching_bench: ServiceBench,
) -> None:
    await matching_bench.hear(an_amendment(an_admission(), **ANXIETY))

    (dead_letter,) = await matching_bench.dead_letters()
    assert (dead_letter.reason, dead_letter.where) == ("invalid-field", "referral_id")


async def test_a_request_that_another_transaction_has_locked_is_amended_soon_after(
    matching_bench: ServiceBench,
) -> None:
    await an_offer(matching_bench, needs=["anxiety"])
    admission = await admission_of(matching_bench)
    async with matching_bench.pool.acquire() as other, other.transaction():
        await other.execute("select from request where referral_id = $1 for update", admission.referral_id)
        await matching_bench.hear(an_amendment(admission, **ANXIETY))
        assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted"]

    await matching_bench.fire_timers(matching_bench.clock.now())

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted", "MatchProposed"]
    assert await timers(matching_bench, "request-change") == []
