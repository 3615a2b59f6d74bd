"""A decision is never before what it waited for: the earlier decision, the amendment, the clearing or the registration."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import SubmissionWithdrawalRequested
from alongside_intake import store
from tests.builders import a_submission
from tests.polling import poll_until
from tests.service.intake.intake_client import HOSPITAL, IntakeClient

SECOND = timedelta(seconds=1)
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a repeat": ({}, {}),
    "an amendment": ({}, {"languages": ["es"]}),
    "a second amendment": ({"languages": ["es"]}, {"languages": ["fr"]}),
    "a repeat about another person": ({}, {"person_reference": "p-2"}),
    "the same person and need": ({}, {"reference": "T-2"}),
    "another need of the person": ({}, {"reference": "T-2", "needs": ["anxiety"]}),
    "a completed one": ({"consent": None}, {}),
    "a held one again": ({"consent": None}, {"consent": None}),
    "another risk": ({"risks": ["danger-to-self"]}, {"risks": ["danger-to-others"]}),
    "a refused consent": ({}, {"consent": {"decision": "refused"}}),
}
NAMES = {"reference": "T-1", "person_reference": "p-1"}


@pytest.mark.parametrize("kind", KINDS)
async def test_who_began_first_and_decides_second_is_not_before_the_other(
    intake: IntakeClient, kind: str
) -> None:
    bench, (first, second) = intake.bench, KINDS[kind]
    began, later = bench.clock.now(), bench.clock.now() + 5 * SECOND
    late = bench.record_of(submission(second), partner=HOSPITAL)
    bench.clock.set_to(later)
    await bench.hear(submission(first), partner=HOSPITAL)
    bench.clock.set_to(began)  # the time at which a unit of work began that waited for the other one

    await bench.hear_records(late)

    assert await times(intake) == [later, later]


@pytest.mark.parametrize("clocks", [(0, 3, 1), (3, 0, 1), (3, 1, 0), (1, 3, 3), (2, 2, 0)], ids=str)
async def test_decisions_about_one_reference_are_in_the_order_of_their_repeats(
    intake: IntakeClient, clocks: Sequence[int]
) -> None:
    began = intake.bench.clock.now()
    for number, seconds in enumerate(clocks):
        intake.bench.clock.set_to(began + seconds * SECOND)
        await intake.bench.hear(
            submission({"languages": [("en", "es", "fr")[number]]}),
            submission({"person_reference": f"another-{number}"}),
            partner=HOSPITAL,
        )

    decided = await times(intake)
    assert decided == sorted(decided)
    assert decided[-1] == began + max(clocks) * SECOND


async def test_a_unit_of_work_that_waited_for_its_person_decides_after_who_overtook_it(
    intake: IntakeClient,
) -> None:
    bench = intake.bench
    async with bench.runtime.transaction() as tx:
        await store.lock_people(tx, {(HOSPITAL, "p-1")})
        waiting = asyncio.create_task(bench.hear(submission({}), partner=HOSPITAL))
        locks = partial(bench.pool.fetchval, "select count(*) from pg_locks where not granted")
        await poll_until(locks, bool, "the submission to wait for its person")
        bench.clock.advance(7 * SECOND)
        await bench.hear(submission({"person_reference": "p-2"}), partner=HOSPITAL)
    await waiting

    assert await times(intake) == [bench.clock.now()] * 2


async def test_a_due_time_counts_from_the_time_of_the_decision(intake: IntakeClient) -> None:
    bench = intake.bench
    began = bench.clock.now()
    bench.clock.set_to(began + 5 * SECOND)
    await bench.hear(submission({"consent": None}), partner=HOSPITAL)
    bench.clock.set_to(began)

    await bench.hear(submission({"consent": None}), partner=HOSPITAL)

    rows = await bench.pool.fetch(
        "select due_at - decided_at as held_for from submission where due_at is not null"
    )
    assert [row["held_for"] for row in rows] == [timedelta(days=7)]


async def test_a_clearing_and_the_decision_after_it_are_not_before_the_escalation(
    intake: IntakeClient,
) -> None:
    bench = intake.bench
    began = bench.clock.now()
    bench.clock.set_to(began + 5 * SECOND)
    escalated = await intake.hear(submission({"risks": ["danger-to-self"]}))
    bench.clock.set_to(began)

    await intake.clear(escalated.submission_id)

    (row,) = await bench.pool.fetch("select decided_at, cleared_at from submission")
    assert (row["decided_at"], row["cleared_at"]) == (began + 5 * SECOND,) * 2


async def test_a_withdrawal_is_not_before_the_amendment_it_follows(intake: IntakeClient) -> None:
    bench = intake.bench
    began = bench.clock.now()
    await bench.hear(submission({}), partner=HOSPITAL)
    bench.clock.set_to(began + 5 * SECOND)
    await bench.hear(submission({"languages": ["es"]}), partner=HOSPITAL)
    bench.clock.set_to(began + SECOND)

    await bench.hear(
        SubmissionWithdrawalRequested(reference="T-1", reason="no-longer-needs"), partner=HOSPITAL
    )

    assert await times(intake) == [began + 5 * SECOND] * 2


async def test_a_decision_is_not_before_the_registration_of_its_partner(intake: IntakeClient) -> None:
    registered_at = intake.bench.clock.now()
    intake.bench.clock.set_to(registered_at - 5 * SECOND)

    await intake.bench.hear(submission({}), partner=HOSPITAL)

    assert await times(intake) == [registered_at]


def submission(changes: dict[str, Any]) -> SubmissionReceived:
    """Return a submission of the same reference and person, unless it says otherwise."""
    return a_submission(**(NAMES | changes))


async def times(intake: IntakeClient) -> list[Any]:
    """Return when the submissions were decided, in the order in which they were stored."""
    rows = await intake.bench.pool.fetch("select decided_at from submission order by id")
    return [row["decided_at"] for row in rows]
