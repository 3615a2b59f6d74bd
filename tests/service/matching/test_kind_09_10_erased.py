"""Erased stays erased: what runs for an erased person is closed at once, and an admission heard afterwards is not matched."""

import asyncio
from functools import partial
from uuid import UUID

from alongside_chassis.database import connection
from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import OfferId
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.referrals import FeedbackGiven
from alongside_contracts.vocabulary import Actor, Fit, Need, OfferKind, Status
from tests.builders import an_admission, an_amendment, an_erasure
from tests.polling import poll_until
from tests.service.matching.bench import (
    a_status,
    a_successor,
    accept,
    admission_of,
    admit,
    an_offer,
    answer_too_late,
    last_proposal,
    places,
    story,
)

WAITING = "select count(*) from pg_locks where not granted"
STORED = """
    insert into request (referral_id, person_id, state, region, needs, sought, urgency_rank, waiting_since, updated_at)
    values ($1, $2, 'waiting', 'us-fl-miami', '{grief}', '{}', 0, now(), now())
"""


async def test_an_open_proposal_is_withdrawn_silently_and_its_place_is_free(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    asked = await last_proposal(matching_bench, admission.referral_id)

    await matching_bench.hear(an_erasure(admission.person_id))

    assert await answer_too_late(matching_bench, asked) == (409, "proposal-already-answered")
    assert await story(matching_bench, admission.referral_id) == ["MatchProposed"]
    assert await places(matching_bench, supporter) == (0, 0)


async def test_the_place_of_an_accepted_referral_goes_to_a_waiting_one(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    admission = await admission_of(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, admission.referral_id))
    waiting = await admit(matching_bench)

    await matching_bench.hear(an_erasure(admission.person_id))
    await matching_bench.hear(a_status(admission.referral_id, Status.CANCELLED))

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]
    assert await places(matching_bench, supporter) == (1, 0)


async def test_a_waiting_referral_leaves_the_waitlist(matching_bench: ServiceBench) -> None:
    admission = await admission_of(matching_bench)

    await matching_bench.hear(an_erasure(admission.person_id))
    await an_offer(matching_bench)

    assert await story(matching_bench, admission.referral_id) == ["MatchWaitlisted"]


async def test_nobody_elses_request_is_closed(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    await admission_of(matching_bench)

    await matching_bench.hear(an_erasure(an_admission().person_id))

    assert await places(matching_bench, supporter) == (1, 0)


async def test_an_admission_heard_after_the_erasure_is_stale_and_so_is_everything_about_it(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    admission = an_admission()
    await matching_bench.hear(an_erasure(admission.person_id))

    await matching_bench.hear(admission)
    await matching_bench.hear(an_amendment(admission, needs=(Need.ANXIETY,)))
    successor = a_successor(UUID(int=7), admission.referral_id)
    await matching_bench.hear(successor.model_copy(update={"person_id": admission.person_id}))

    assert await matching_bench.announced() == []
    assert await matching_bench.dead_letters() == []
    assert await places(matching_bench, supporter) == (0, 0)


async def test_an_admission_that_is_handled_while_the_person_is_erased_waits_and_is_stale(
    matching_bench: ServiceBench,
) -> None:
    admission, pool = an_admission(), matching_bench.pool
    async with connection(pool) as erasing, erasing.transaction():
        await erasing.execute("lock table erased_person in exclusive mode")
        await erasing.execute("insert into erased_person values ($1, now())", admission.person_id)

        handling = asyncio.create_task(matching_bench.hear(admission))
        await poll_until(partial(pool.fetchval, WAITING), bool, "the handler to wait for the lock")
    await handling

    assert await matching_bench.announced() == []
    assert await pool.fetchval("select state from request") == "closed"


async def test_an_erasure_waits_for_an_admission_that_is_being_stored_and_closes_it(
    matching_bench: ServiceBench,
) -> None:
    admission, pool = an_admission(), matching_bench.pool
    async with connection(pool) as admitting, admitting.transaction():
        await admitting.execute("select from erased_person for key share")
        await admitting.execute(STORED, admission.referral_id, admission.person_id)

        handling = asyncio.create_task(matching_bench.hear(an_erasure(admission.person_id)))
        await poll_until(partial(pool.fetchval, WAITING), bool, "the handler to wait for the lock")
    await handling

    assert await pool.fetchval("select state from request") == "closed"


async def test_whom_the_person_parted_from_is_forgotten_and_not_stored_again(
    matching_bench: ServiceBench,
) -> None:
    admission = an_admission()
    await matching_bench.hear(a_rematch(admission))

    await matching_bench.hear(an_erasure(admission.person_id))
    await matching_bench.hear(a_rematch(admission))

    assert await matching_bench.pool.fetchval("select count(*) from parted") == 0


def a_rematch(admission: SubmissionAdmitted) -> FeedbackGiven:
    """The person asked for another offer."""
    return FeedbackGiven(
        referral_id=admission.referral_id,
        person_id=admission.person_id,
        offer_id=OfferId(UUID(int=3)),
        offer_kind=OfferKind.SUPPORTER,
        actor=Actor.PERSON,
        fit=Fit.POOR,
        rematch=True,
    )
