"""Dead letters are settled once: replayed by the pipeline that refused them, or dropped for a reason; never lost."""

import asyncio
import base64
from datetime import timedelta

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from alongside_chassis.announce.relay import Relay
from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.handlers import Refusal
from alongside_chassis.database import connection
from alongside_chassis.kafka import Kafka
from alongside_chassis.testing import Headers, ServiceBench
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.partner import SubmissionAnswered
from alongside_contracts.vocabulary import Answer
from tests.builders import a_submission, an_admission
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.redriving import (
    JOURNEY,
    OURS,
    TOKEN,
    Fault,
    at,
    faulty,
    post,
    replayed,
    seen,
    the_dead_letter,
)
from tests.service.intake.intake_client import HOSPITAL, IntakeClient

SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_replay_after_the_fault_is_corrected_has_the_effects_of_the_record(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"), trace={"traceparent": SENDER})
        fault.clear()

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        assert (outcome, await seen(bench)) == ("handled", ["r1"])
        (announced,) = await bench.announced()
        assert announced.trace["traceparent"].split("-")[1] == SENDER.split("-")[1]
        letter = await the_dead_letter(bench)
        assert (letter.state, letter.attempts, letter.settled_at) == ("replayed", 1, bench.clock.now())


async def test_a_second_replay_changes_nothing_and_reports_unchanged(bare: BareBench) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        fault.clear()
        letter = (await the_dead_letter(bench)).id
        await replayed(bench, letter)
        settled = await the_dead_letter(bench)

        outcome = await replayed(bench, letter)

        assert (outcome, await seen(bench), len(await bench.announced())) == ("unchanged", ["r1"], 1)
        assert await the_dead_letter(bench) == settled


async def test_a_replay_that_fails_again_changes_only_the_reason(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        fault["r1"] = at("region")

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        letter = await the_dead_letter(bench)
        assert (outcome, letter.state, letter.where, letter.attempts) == ("refused", "waiting", "region", 1)
        assert (await seen(bench), await bench.announced()) == ([], [])
        fault.clear()
        assert await replayed(bench, letter.id) == "handled"
        assert (await the_dead_letter(bench)).attempts == 2


async def test_a_replay_records_an_unforeseen_error_but_no_infrastructure_error(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        before = await the_dead_letter(bench)

        fault["r1"] = ConnectionError("away")
        away = await post(bench, before.id, "replay")
        after = await the_dead_letter(bench)
        fault["r1"] = ZeroDivisionError()
        outcome = await replayed(bench, before.id)

        assert (away.status_code, after) == (503, before)
        letter = await the_dead_letter(bench)
        assert (outcome, letter.reason, letter.state) == ("refused", "handler-failed", "waiting")
        assert "ZeroDivisionError" in letter.remedy


async def test_two_replays_of_one_letter_at_the_same_time_have_one_effect(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        fault.clear()
        letter = (await the_dead_letter(bench)).id

        outcomes = await asyncio.gather(*(replayed(bench, letter) for _ in range(5)))

        assert sorted(outcomes) == ["handled", *["unchanged"] * 4]
        assert (await seen(bench), len(await bench.announced())) == (["r1"], 1)


async def test_a_dead_letter_whose_corrected_copy_was_handled_is_settled_as_a_duplicate(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        record = bench.record_of(an_admission(reference="r1"))
        await bench.hear_records(record)
        fault.clear()
        await bench.hear_records(record)

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        assert (outcome, await seen(bench)) == ("duplicate", ["r1"])
        assert (await the_dead_letter(bench)).state == "replayed"


async def test_a_replayed_record_that_kafka_delivers_once_more_is_dropped(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        record = bench.record_of(an_admission(reference="r1"))
        await bench.hear_records(record)
        fault.clear()
        await replayed(bench, (await the_dead_letter(bench)).id)

        await bench.hear_records(record)

        assert (await seen(bench), (await the_dead_letter(bench)).state) == (["r1"], "replayed")


async def test_a_dead_letter_without_a_handler_keeps_waiting(bare: BareBench) -> None:
    handlers = Fault(r1=at("age")).handlers()
    async with bare(handlers, service_token=TOKEN) as bench:
        await bench.hear(an_admission(reference="r1"))
        del handlers.events[SubmissionAdmitted]

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        assert (outcome, (await the_dead_letter(bench)).state) == ("unwanted", "waiting")


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (None, None, []),
        (b"\xff\0", b"{broken", [("ce_id", None), ("x\0y", b"\xff\xfe"), ("ce_id", b"")]),
    ],
)
async def test_whatever_bytes_were_dead_lettered_can_be_replayed_and_read(
    bare: BareBench, key: bytes | None, value: bytes | None, headers: Headers
) -> None:
    async with faulty(bare, Fault()) as bench:
        await bench.hear_raw(key, value, headers, JOURNEY)
        before = await the_dead_letter(bench)

        outcome = await replayed(bench, before.id)

        after = await the_dead_letter(bench)
        assert (outcome, after.reason, after.where) == ("refused", before.reason, before.where)
        whole = (await bench.client.get(f"/dead-letters/{before.id}/payload", headers=OURS)).json()
        assert [
            None if each is None else base64.b64decode(each) for each in (whole["key"], whole["value"])
        ] == [
            key,
            value,
        ]
        assert len(whole["headers"]) == len(headers)


async def test_an_announcement_the_broker_refused_goes_back_into_the_outbox_as_it_was(
    bare: BareBench,
) -> None:
    async with faulty(bare, Fault()) as bench:
        async with bench.runtime.transaction() as tx:
            tx.announce(an_admission(reference="r1"))
        (announced,) = await bench.announced()
        await broker_refuses_everything(bench)
        assert await bench.announced() == []

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        assert (outcome, await bench.announced()) == ("returned-to-outbox", [announced])
        assert await replayed(bench, (await the_dead_letter(bench)).id) == "unchanged"


async def broker_refuses_everything(bench: ServiceBench) -> None:
    """Let the relay dead-letter the outbox's messages, as it does when a broker refuses their size."""
    dependencies = bench.dependencies
    relay = Relay("", Kafka(""), service="bare", shards=8, metrics=dependencies.metrics, log=dependencies.log)
    async with connection(bench.pool) as conn:
        for row in await conn.fetch("select id from outbox"):
            await relay._move_to_dead_letters(conn, row["id"], MessageSizeTooLargeError())


async def test_a_dropped_letter_stays_with_its_reason_and_is_never_handled(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        fault.clear()
        letter = (await the_dead_letter(bench)).id

        dropped = await post(bench, letter, "drop", {"because": " a test of theirs "})
        again = await post(bench, letter, "drop", {"because": "another reason"})
        replay = await post(bench, letter, "replay")

        assert (dropped.json()["outcome"], again.json()["outcome"]) == ("dropped", "unchanged")
        assert (replay.status_code, replay.json()["code"]) == (409, "dead-letter-settled")
        kept = await the_dead_letter(bench)
        assert (kept.state, kept.because, await seen(bench)) == ("dropped", "a test of theirs", [])


async def test_a_replayed_letter_cannot_be_dropped(bare: BareBench) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        fault.clear()
        letter = (await the_dead_letter(bench)).id
        await replayed(bench, letter)

        answer = await post(bench, letter, "drop", {"because": "too late"})

        assert (answer.status_code, (await the_dead_letter(bench)).state) == (409, "replayed")


async def test_settled_letters_are_deleted_after_their_days_and_waiting_ones_never(
    bare: BareBench,
) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"), r2=at("age"), r3=at("age"))) as bench:
        await bench.hear(*(an_admission(reference=name) for name in ("r1", "r2", "r3")))
        fault.clear()
        waits, young, old = (letter.id for letter in await bench.dead_letters())
        await replayed(bench, young)
        await post(bench, old, "drop", {"because": "never sent in earnest"})
        long_ago = (
            "update dead_letter set at = at - $1::interval, settled_at = settled_at - $1 where id = any($2)"
        )
        await bench.pool.execute(long_ago, timedelta(days=40), [waits, old])

        async with connection(bench.pool) as conn:
            gone = await dead_letters.purge(conn, days=30)

        assert (gone, {letter.id for letter in await bench.dead_letters()}) == (1, {waits, young})


async def test_a_sender_is_answered_for_a_new_reason_and_not_for_the_same_reason_again(
    bare: BareBench,
) -> None:
    fault, answered = Fault(), list[str]()
    handlers = fault.handlers()

    @handlers.on(SubmissionReceived)
    async def take(event: SubmissionReceived, tx: Tx) -> None:
        raise fault["r1"]

    @handlers.on_refused(streams.PARTNER_REFERRALS)
    async def tell(refused: Refusal, tx: Tx) -> None:
        answered.append(refused.problem.where)

    async with bare(handlers, service_token=TOKEN) as bench:
        fault["r1"] = at("age")
        await bench.hear(a_submission(), partner=HOSPITAL)
        letter = (await the_dead_letter(bench)).id
        await replayed(bench, letter)
        fault["r1"] = at("region")
        await replayed(bench, letter)

        assert answered == ["age", "region"]


async def test_an_unregistered_partners_record_can_be_replayed_once_the_partner_is_registered(
    intake_bench: ServiceBench,
) -> None:
    await intake_bench.hear(a_submission(), partner=HOSPITAL)
    intake = IntakeClient(intake_bench)
    await intake.register()

    outcome = await replayed(intake_bench, (await the_dead_letter(intake_bench)).id)

    assert outcome == "handled"
    (answer,) = [
        each.event for each in await intake_bench.announced() if isinstance(each.event, SubmissionAnswered)
    ]
    assert answer.answer == Answer.ADMITTED
