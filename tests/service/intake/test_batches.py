"""The result of submissions does not depend on how they are batched, or on other processes deciding at the same time."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from alongside_chassis.consume.decoding import Record
from alongside_chassis.service import make_pipeline
from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import new_id
from alongside_contracts.intake import Consent
from alongside_contracts.vocabulary import Answer, ConsentDecision, Need, Risk, Status
from alongside_intake import store
from tests.builders import a_submission
from tests.conftest import PERSON_KEY
from tests.service.intake.intake_client import HOSPITAL, IntakeClient
from tests.service.intake.test_repeats import status_changed
from tests.service.paired_benches import PairedBenches, SentEvent

CLINIC = "north-clinic"
QUESTIONS = (
    "select row_to_json(s)::text from submission s order by s.cause, s.source",
    "select row_to_json(p)::text from person p order by p.namespace, p.reference",
    "select row_to_json(o)::text from open_referral o order by o.referral_id",
    "select concat_ws(' ', kind, key, due_at, facts) from timer order by due_at, key",
)
ANYTHING: dict[str, tuple[Any, ...]] = {
    "reference": tuple(f"H-{number}" for number in range(8)),
    "person_reference": tuple(f"p-{number}" for number in range(5)),
    "needs": ((Need.GRIEF,), (Need.HOUSING,), (Need.GRIEF, Need.HOUSING)),
    "risks": ((), (), (), (), (), (), (Risk.DANGER_TO_SELF,), (Risk.IMMEDIATE_DANGER, Risk.DANGER_TO_SELF)),
    "postal_code": ("33131", "33131", "43215"),
    "consent": (
        Consent(decision=ConsentDecision.GIVEN, categories=("needs", "contact")),
        Consent(decision=ConsentDecision.GIVEN, categories=("needs", "contact")),
        None,
    ),
}
SUBMISSIONS = 30


@pytest.fixture
async def pair(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[PairedBenches]:
    """Return intake twice, with two partners."""
    async with (
        bench_of("intake", person_key=PERSON_KEY) as together,
        bench_of("intake", person_key=PERSON_KEY) as one_by_one,
    ):
        for bench in (together, one_by_one):
            await IntakeClient(bench).register(HOSPITAL)
            await IntakeClient(bench).register(CLINIC)
        yield PairedBenches(together, one_by_one)


@pytest.mark.parametrize("seed", range(5))
async def test_a_batch_has_the_same_effects_as_its_submissions_one_by_one(
    pair: PairedBenches, seed: int
) -> None:
    chance = random.Random(seed)

    first = [random_submission(chance, f"a-{number:02}") for number in range(SUBMISSIONS)]
    await pair.hear([*first, chance.choice(first)])
    await end_some_referrals(pair)
    await pair.hear([random_submission(chance, f"b-{number:02}") for number in range(SUBMISSIONS)])

    together, one_by_one = await pair.snapshots(*QUESTIONS)
    assert together == one_by_one
    assert pair.no_batch_was_split()
    answers = {item.answer for item in await IntakeClient(pair.together).answers()}
    unasked = {Answer.REFUSED, Answer.CONSENT_CHANGED, Answer.WITHDRAWN}
    assert answers == set(Answer) - unasked, "every decision was met"


async def test_an_unregistered_partner_in_a_batch_is_refused_alone(pair: PairedBenches) -> None:
    events_sent = [SentEvent(f"e-{number}", a_submission(), HOSPITAL) for number in range(3)]

    await pair.hear([events_sent[0], SentEvent("e-9", a_submission(), "nobody-we-know"), *events_sent[1:]])

    together, one_by_one = await pair.snapshots(*QUESTIONS)
    assert together == one_by_one
    assert "e-9 unknown-partner" in together


async def test_simultaneous_batches_in_opposite_order_begin_one_referral_per_person_and_reference(
    intake_bench: ServiceBench,
) -> None:
    await IntakeClient(intake_bench).register()
    other = make_pipeline(intake_bench.service, intake_bench.dependencies, "other")
    events = [
        a_submission(reference=f"H-{number % 20}", person_reference=f"p-{number % 30}")
        for number in range(60)
    ]
    here, there = records(intake_bench, events), records(intake_bench, [*reversed(events)])

    await asyncio.gather(
        *(pipeline.run(batch) for pipeline, batch in ((intake_bench.pipeline, here), (other, there)))
    )

    answers = await IntakeClient(intake_bench).answers()
    assert len(answers) == 2 * len(events)
    admitted = [answer.reference for answer in answers if answer.answer == Answer.ADMITTED]
    assert len(admitted) == len(set(admitted))
    assert await intake_bench.pool.fetchval(
        "select count(*) = count(distinct person_id) from open_referral"
    ), "one referral for one need of a person"


def random_submission(chance: random.Random, event_id: str) -> SentEvent:
    """Return a submission of a few people and references, so that they collide; some with risks, incomplete or wrong."""
    given = {name: chance.choice(values) for name, values in ANYTHING.items()}
    return SentEvent(event_id, a_submission(**given), chance.choice((HOSPITAL, HOSPITAL, CLINIC)))


async def end_some_referrals(pair: PairedBenches) -> None:
    """Let the first and the third of the open referrals end."""
    for bench in (pair.together, pair.one_by_one):
        rows = await bench.pool.fetch(
            "select o.referral_id from open_referral o join submission s on s.id = o.submission_id order by s.cause"
        )
        moves = zip(rows, (Status.COMPLETED, Status.IN_PROGRESS, Status.CANCELLED), strict=False)
        await bench.hear(*(status_changed(row["referral_id"], status) for row, status in moves))


def records(bench: ServiceBench, events: Sequence[Event]) -> list[Record]:
    """Return the hospital's records of these events."""
    return [bench.record_of(event, partner=HOSPITAL) for event in events]


async def test_the_plan_of_a_small_table_does_not_compare_everybody_with_every_open_referral(
    intake_bench: ServiceBench,
) -> None:
    plan = await intake_bench.pool.fetch(f"explain {store._OPEN_REFERRALS}", [new_id() for _ in range(50)])

    assert "Join Filter" not in str(plan)
