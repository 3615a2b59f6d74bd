"""Consent is taken back: from the moment matching hears it, no offer can accept and none is asked."""

import asyncio

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchAccepted
from alongside_contracts.vocabulary import Status
from tests.builders import a_consent_change, an_admission
from tests.service.matching.bench import (
    a_status,
    accept,
    admission_of,
    admit,
    an_offer,
    announced,
    answer_too_late,
    last_proposal,
    places,
    story,
    timers,
)


async def test_an_open_proposal_is_closed_silently_and_cannot_be_accepted(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    asked = await last_proposal(matching_bench, admission.referral_id)

    await matching_bench.hear(a_consent_change(admission, covers=False))

    assert await answer_too_late(matching_bench, asked) == (409, "proposal-already-answered")
    assert await story(matching_bench, admission.referral_id) == ["MatchProposed"]
    assert await places(matching_bench, supporter) == (0, 0)
    assert await timers(matching_bench, "proposal-expiry") == []


async def test_a_waiting_referral_leaves_the_waitlist(matching_bench: ServiceBench) -> None:
    admission = await admission_of(matching_bench)

    await matching_bench.hear(a_consent_change(admission, covers=False))
    await an_offer(matching_bench)

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted"]


async def test_its_place_goes_to_a_waiting_referral_at_once(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    waiting = await admit(matching_bench)

    await matching_bench.hear(a_consent_change(admission, covers=False))

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_an_accepted_offer_keeps_its_place_until_the_referral_ends(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, admission.referral_id))

    await matching_bench.hear(a_consent_change(admission, covers=False))
    on_hold = await places(matching_bench, supporter)
    await matching_bench.hear(a_status(admission.referral_id, Status.CANCELLED))

    assert (on_hold, await places(matching_bench, supporter)) == ((0, 1), (0, 0))


async def test_a_consent_that_covers_the_referral_changes_nothing(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    admission = await admission_of(matching_bench)

    await matching_bench.hear(a_consent_change(admission, covers=True, sequence=2))
    await matching_bench.hear(a_consent_change(admission, covers=False, sequence=1))

    await accept(matching_bench, await last_proposal(matching_bench, admission.referral_id))
    assert await story(matching_bench, admission.referral_id) == ["MatchProposed", "MatchAccepted"]


async def test_an_admission_that_comes_after_the_revocation_is_not_matched(
    matching_bench: ServiceBench,
) -> None:
    await an_offer(matching_bench)
    admission = an_admission()

    await matching_bench.hear(a_consent_change(admission, covers=False))
    await matching_bench.hear(admission)

    assert await story(matching_bench, admission.referral_id) == []


async def test_a_referral_that_another_transaction_has_locked_is_closed_soon_after(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    asked = await last_proposal(matching_bench, admission.referral_id)
    async with matching_bench.pool.acquire() as other, other.transaction():
        await other.execute("select from request where referral_id = $1 for update", admission.referral_id)
        await matching_bench.hear(a_consent_change(admission, covers=False))

    await matching_bench.fire_timers(matching_bench.clock.now())

    assert await answer_too_late(matching_bench, asked) == (409, "proposal-already-answered")
    assert await places(matching_bench, supporter) == (0, 0)


async def test_a_referral_whose_offer_is_locked_is_closed_soon_after(matching_bench: ServiceBench) -> None:
    supporters = [await an_offer(matching_bench), await an_offer(matching_bench)]
    admissions = [await admission_of(matching_bench) for _ in supporters]
    asked = [await last_proposal(matching_bench, each.referral_id) for each in admissions]
    first, second = (matching_bench.record_of(a_consent_change(each, covers=False)) for each in admissions)
    async with matching_bench.pool.acquire() as other, other.transaction():
        await other.execute("select from offer where id = $1 for update", asked[1].offer_id)
        await matching_bench.hear_records(first)
        # An admission takes the freed place first: only the first offers of a transaction are waited for.
        await matching_bench.hear_records(matching_bench.record_of(an_admission()), second)
        held_by_then = await places(matching_bench, asked[1].offer_id)

    await matching_bench.fire_timers(matching_bench.clock.now())

    assert held_by_then == (1, 0)
    assert await answer_too_late(matching_bench, asked[1]) == (409, "proposal-already-answered")
    assert await places(matching_bench, asked[1].offer_id) == (0, 0)


async def test_of_an_acceptance_and_a_revocation_at_once_the_place_is_never_left_held(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench, kind="group", capacity=20)
    admissions = [await admission_of(matching_bench) for _ in range(20)]
    asked = [await last_proposal(matching_bench, each.referral_id) for each in admissions]

    await asyncio.gather(
        *(matching_bench.client.post(f"/proposals/{each.proposal_id}/accept") for each in asked),
        *(matching_bench.hear(a_consent_change(each, covers=False)) for each in admissions),
    )
    await matching_bench.fire_timers(matching_bench.clock.now())

    accepted = await announced(matching_bench, MatchAccepted)
    assert await places(matching_bench, supporter) == (0, len(accepted))
    assert await matching_bench.dead_letters() == []
