"""What was refused before a partner was registered is answered when it is: once, in order, whatever dies or races."""

import asyncio
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from alongside_chassis.consume import dead_letters
from alongside_chassis.lifecycle.redrive import drop
from alongside_chassis.testing import Headers
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import Problem, SubmissionAnswered
from alongside_contracts.vocabulary import Answer, ProblemCode
from alongside_intake.partners import store as partners_store
from alongside_intake.partners.answers import tell_what_was_before
from alongside_intake.people import store as people_store
from tests.builders import REGION, a_submission
from tests.polling import poll_until
from tests.service.intake.intake_client import SERVICE, IntakeClient, codes

CLINIC = "north-clinic"
TOPIC, STATUS_TOPIC = f"partner.{CLINIC}.referrals.v1", f"partner.{CLINIC}.status.v1"
TRACE = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
UNKNOWN = Problem(code=ProblemCode.UNKNOWN_PARTNER, where="topic", remedy="ask the network")
IDENTIFIED: Headers = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"e-1"),
    ("ce_source", f"urn:alongside:partner:{CLINIC}".encode()),
    ("ce_type", SubmissionReceived.type.encode()),
    ("content-type", b"application/json"),
]
_CRASH_AT_COMMIT = """
    create function crash() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create constraint trigger crash after delete on unanswered_letter deferrable initially deferred
        for each row execute function crash();
"""


async def test_records_refused_before_the_registration_are_answered_once_in_the_order_of_their_positions(
    intake: IntakeClient,
) -> None:
    (sent,) = await intake.bench.hear(a_submission(), partner=CLINIC, event_id="e-1", trace=TRACE)
    await intake.bench.hear_raw(b"k", b"{not json", [], TOPIC)
    assert await answers(intake) == []

    await register(intake)

    first, second = await answers(intake)
    assert [codes(first), codes(second)] == [
        [("unknown-partner", "topic")],
        [("malformed", "specversion")],
    ]
    assert first.origin is not None
    assert second.origin is not None
    assert (first.origin.offset, first.origin.event_id) == (1, sent)
    assert (second.origin.offset, second.origin.event_id) == (2, None)


@pytest.mark.parametrize("headers", [[], IDENTIFIED], ids=["without an identity", "with one"])
async def test_a_late_answer_says_what_an_answer_at_once_would_have_said(
    intake: IntakeClient, headers: Headers
) -> None:
    bench, body = intake.bench, b'{"risks": ["danger-to-self"], "person_reference": "p-1"}'
    await register(intake)
    record = bench.record(b"k", body, headers, TOPIC)
    await bench.hear_records(record)
    (expected,) = await answers(intake)
    assert expected.escalated_as is not None
    await bench.pool.execute("delete from outbox; delete from dead_letter; delete from partner")
    await bench.hear_records(record)

    await register(intake)

    assert await answers(intake) == [expected]


async def test_a_late_answer_continues_its_senders_trace(intake: IntakeClient) -> None:
    await intake.bench.hear(a_submission(), partner=CLINIC, trace=TRACE)

    await register(intake)

    (announced,) = [item for item in await intake.bench.announced() if item.topic == STATUS_TOPIC]
    assert announced.trace["traceparent"] == TRACE["traceparent"]


async def test_registering_again_answers_nothing_twice(intake: IntakeClient) -> None:
    await intake.bench.hear(a_submission(), partner=CLINIC)
    await register(intake)

    await register(intake)

    assert len(await answers(intake)) == 1


async def test_many_records_are_answered_in_pieces_and_none_twice_though_the_service_dies_in_between(
    intake: IntakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alongside_intake.partners.answers.ANSWERED_AT_ONCE_MAX", 2)
    await intake.bench.hear(*(a_submission() for _ in range(5)), partner=CLINIC)
    await intake.register(CLINIC)
    await intake.bench.timers.fire_due()
    await intake.bench.pool.execute(_CRASH_AT_COMMIT)
    await intake.bench.timers.fire_due()
    assert len(await answers(intake)) == 2
    await intake.bench.pool.execute("drop trigger crash on unanswered_letter")

    await intake.bench.fire_timers(intake.bench.clock.now() + timedelta(minutes=1))

    offsets = [answer.origin.offset for answer in await answers(intake) if answer.origin]
    assert offsets == [1, 2, 3, 4, 5]


async def test_a_record_that_is_being_refused_holds_the_registration_back_and_is_answered_once(
    intake: IntakeClient,
) -> None:
    bench = intake.bench
    record = bench.record_of(a_submission(), partner=CLINIC)
    async with bench.runtime.transaction() as tx:
        await dead_letters.add(tx.conn, record, UNKNOWN, at=tx.now, event_id="e-1", event_type=None)
        await partners_store.find_registration(tx, CLINIC)

        registration = asyncio.create_task(intake.register(CLINIC))
        await somebody_waits(intake)
    assert (await registration).is_success

    await fire(intake)
    assert [codes(answer) for answer in await answers(intake)] == [[("unknown-partner", "topic")]]


async def test_a_record_that_is_refused_while_the_registration_commits_waits_for_it_and_is_answered_once(
    intake: IntakeClient,
) -> None:
    bench = intake.bench
    async with bench.runtime.transaction() as tx:
        await partners_store.lock_registration(tx, CLINIC)
        await people_store.register(tx, CLINIC, name="Clinic", setting="hospital", region=REGION)
        await tell_what_was_before(tx, CLINIC, is_new=True)

        reading = asyncio.create_task(bench.hear(a_submission(), partner=CLINIC))
        await somebody_waits(intake)
    await reading

    await fire(intake)
    assert [codes(answer) for answer in await answers(intake)] == [[("unknown-partner", "topic")]]


async def test_a_dropped_dead_letter_is_not_answered_later(intake: IntakeClient) -> None:
    await intake.bench.hear(a_submission(), a_submission(), partner=CLINIC)
    newest, _ = await intake.bench.dead_letters()
    async with intake.bench.runtime.transaction() as tx:
        await drop(tx, newest.id, "a test of the clinic")

    await register(intake)

    assert [answer.origin.offset for answer in await answers(intake) if answer.origin] == [1]


async def test_a_dead_letter_that_is_replayed_before_its_answer_is_answered_by_the_replay_alone(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear(a_submission(), partner=CLINIC)
    await intake.bench.hear(a_submission(), partner=CLINIC, source="urn:alongside:partner:another")
    await intake.register(CLINIC)
    for letter in await intake.bench.dead_letters():
        await replay(intake, letter.id)

    await fire(intake)

    by_offset = {answer.origin.offset: answer for answer in await answers(intake) if answer.origin}
    assert [answer.answer for answer in await answers(intake)] == [Answer.REFUSED, Answer.ADMITTED]
    assert codes(by_offset[2]) == [("forged-source", "source")]


async def register(intake: IntakeClient) -> None:
    """Register the clinic, and answer what is due."""
    assert (await intake.register(CLINIC)).is_success
    await fire(intake)


async def somebody_waits(intake: IntakeClient) -> None:
    """Wait until a transaction waits for another one."""
    waiting = partial(intake.bench.pool.fetchval, "select count(*) from pg_locks where not granted")
    await poll_until(waiting, bool, "a transaction to wait for another one")


async def fire(intake: IntakeClient) -> None:
    """Fire what is due now."""
    await intake.bench.fire_timers(intake.bench.clock.now())


async def replay(intake: IntakeClient, letter: UUID) -> None:
    """Replay a dead letter, as an operator does."""
    answer = await intake.http.post(f"/dead-letters/{letter}/replay", headers=SERVICE)
    assert answer.is_success, answer.text


async def answers(intake: IntakeClient) -> list[SubmissionAnswered]:
    """Return the answers on the clinic's stream, oldest first."""
    return [
        item.event
        for item in await intake.bench.announced()
        if item.topic == STATUS_TOPIC and isinstance(item.event, SubmissionAnswered)
    ]
