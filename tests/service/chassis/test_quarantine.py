"""Poison on one partner's stream pauses that partner alone; on our own streams the service stops. Nothing is skipped."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import pytest

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.decoding import Record
from alongside_chassis.consume.handlers import Handlers, Paused
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.consume.quarantine import Quarantine
from alongside_chassis.consume.refusal_policy import Unprocessed
from alongside_chassis.errors import DeadLetterLimit, Unprocessable
from alongside_chassis.service import make_pipeline
from alongside_chassis.testing import ServiceBench
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.partner import IntakePaused, IntakeResumed
from alongside_contracts.vocabulary import ProblemCode
from tests.builders import a_submission, an_admission
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.redriving import OURS, TOKEN

STORMY, CALM = "stormy-clinic", "calm-clinic"
LIMITS: dict[str, Any] = {
    "partner_refused_in_a_row_max": 4,
    "partner_window_records": 20,
    "partner_refused_share_max": 0.25,
    "service_token": TOKEN,
}


REFUSE_THE_COMMIT = """
    create function refuse_it() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$;
    create constraint trigger late after update on quarantine deferrable initially deferred
        for each row execute function refuse_it()
"""


def noting() -> Handlers:
    """Build handlers that store a note, refuse references that begin with `bad`, and notify partners."""
    handlers = Handlers()

    @handlers.on(SubmissionReceived)
    async def note(event: SubmissionReceived, tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ($1, $1)", event.reference)
        if event.reference.startswith("bad"):
            raise Unprocessable(ProblemCode.NOT_ELIGIBLE, "reference", "call it something else")

    @handlers.on(SubmissionAdmitted)
    async def admit(event: SubmissionAdmitted, tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ($1, $1)", event.reference)
        if event.reference.startswith("bad"):
            raise Unprocessable(ProblemCode.NOT_ELIGIBLE, "reference", "call it something else")

    @handlers.on_paused(streams.PARTNER_REFERRALS)
    async def tell_the_paused(paused: Paused, tx: Tx) -> None:
        tx.announce(_paused(paused), partner=paused.quarantine.partner)

    @handlers.on_resumed(streams.PARTNER_REFERRALS)
    async def tell_the_resumed(quarantine: Quarantine, tx: Tx) -> None:
        resumed = IntakeResumed(partner=quarantine.partner, paused_at=quarantine.paused_at, resumed_at=tx.now)
        tx.announce(resumed, partner=quarantine.partner)

    return handlers


def _paused(paused: Paused) -> IntakePaused:
    quarantine, origin = paused.quarantine, paused.origin
    return IntakePaused.model_validate(
        {
            "partner": quarantine.partner,
            "because": quarantine.because,
            "refused": quarantine.refused,
            "problem": paused.problem,
            "origin": {"topic": origin.topic, "partition": origin.partition, "offset": origin.offset},
            "paused_at": quarantine.paused_at,
        }
    )


def strict(bare: BareBench, **settings: Any) -> AbstractAsyncContextManager[ServiceBench]:
    """Open a service with limits that a test can reach."""
    return bare(noting(), **LIMITS | settings)


def sent(bench: ServiceBench, partner: str, *references: str) -> list[Record]:
    """Build a partner's records, one after the other."""
    return [bench.record_of(a_submission(reference=reference), partner=partner) for reference in references]


def unreadable(bench: ServiceBench, partner: str, value: bytes = b"{") -> Record:
    """Build a record that cannot be decoded."""
    return bench.record(b"k", value, [], streams.PARTNER_REFERRALS.topic(partner))


async def seen(bench: ServiceBench) -> list[str]:
    """Return the notes of committed events, in order."""
    return [row["note"] for row in await bench.pool.fetch("select note from seen order by at")]


async def letters_of(bench: ServiceBench, partner: str) -> list[int]:
    """Return the offsets of one partner's dead letters."""
    topic = streams.PARTNER_REFERRALS.topic(partner)
    return sorted(letter.offset for letter in await bench.dead_letters() if letter.topic == topic)


async def resume(bench: ServiceBench, partner: str) -> dict[str, Any]:
    """Resume a partner's stream."""
    answer = await bench.client.post(
        f"/quarantine/{partner}/resume",
        json={"by": "ana"},
        headers=OURS | {"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def offsets(unprocessed: Unprocessed) -> set[int]:
    """Return the next offsets of the partitions."""
    return set(unprocessed.offsets().values())


async def test_a_partner_is_paused_at_the_limit_and_later_records_stay_on_the_stream(bare: BareBench) -> None:
    async with strict(bare) as bench:
        storm = sent(bench, STORMY, "good-1", "bad-1", "bad-2", "bad-3", "bad-4", "bad-5", "good-2")

        unprocessed = await bench.pipeline.run(storm)

        assert await seen(bench) == ["good-1"]
        assert await letters_of(bench, STORMY) == [record.offset for record in storm[1:5]]
        assert offsets(unprocessed) == {storm[5].offset}


async def test_other_partners_and_the_journeys_records_in_the_same_batch_are_handled(bare: BareBench) -> None:
    async with strict(bare) as bench:
        storm = sent(bench, STORMY, "bad-1", "bad-2", "bad-3", "bad-4", "bad-5", "good-1")
        calm = sent(bench, CALM, "calm-1", "bad-calm", "calm-2")
        ours = bench.record_of(an_admission(reference="admitted"))
        mixed = [storm[0], calm[0], storm[1], ours, *storm[2:], calm[1], calm[2]]

        unprocessed = await bench.pipeline.run(mixed)

        assert await seen(bench) == ["calm-1", "admitted", "calm-2"]
        assert await letters_of(bench, CALM) == [calm[1].offset]
        assert {topic for topic, _ in unprocessed.offsets()} == {streams.PARTNER_REFERRALS.topic(STORMY)}


async def test_unreadable_records_count_between_refused_ones_in_their_order(bare: BareBench) -> None:
    async with strict(bare) as bench:
        storm = [
            unreadable(bench, STORMY),
            *sent(bench, STORMY, "bad-1"),
            unreadable(bench, STORMY),
            *sent(bench, STORMY, "bad-2", "good-1"),
            unreadable(bench, STORMY),
        ]

        unprocessed = await bench.pipeline.run(storm)

        assert await letters_of(bench, STORMY) == [record.offset for record in storm[:4]]
        assert offsets(unprocessed) == {storm[4].offset}


async def test_a_paused_partners_records_are_not_touched_by_any_instance_or_after_a_restart(
    bare: BareBench,
) -> None:
    async with strict(bare) as bench:
        await bench.pipeline.run(sent(bench, STORMY, *[f"bad-{n}" for n in range(4)]))
        later_records = [*sent(bench, STORMY, "good-1", "bad-9"), *sent(bench, CALM, "calm-1")]
        another = make_pipeline(bench.service, bench.dependencies, "bare")

        unprocessed = await another.run(later_records)

        assert await seen(bench) == ["calm-1"]
        assert len(await letters_of(bench, STORMY)) == 4
        assert offsets(unprocessed) == {later_records[0].offset}


async def test_resuming_continues_with_the_first_record_that_was_not_handled(bare: BareBench) -> None:
    async with strict(bare) as bench:
        storm = sent(bench, STORMY, *[f"bad-{n}" for n in range(5)], "good-1", "good-2")
        unprocessed = await bench.pipeline.run(storm)

        await resume(bench, STORMY)
        (stood,) = offsets(unprocessed)
        after = await bench.pipeline.run([record for record in storm if record.offset >= stood])

        assert await seen(bench) == ["good-1", "good-2"]
        assert await letters_of(bench, STORMY) == [record.offset for record in storm[:5]]
        assert not after.positions


async def test_a_record_redelivered_after_a_resume_is_counted_and_dead_lettered_once(bare: BareBench) -> None:
    async with strict(bare) as bench:
        storm = sent(bench, STORMY, "good-0", *[f"bad-{n}" for n in range(4)], "good-1")
        await bench.pipeline.run(storm)
        await resume(bench, STORMY)

        unprocessed = await bench.pipeline.run(storm)  # its offsets were never committed

        assert await seen(bench) == ["good-0", "good-1"]
        assert len(await letters_of(bench, STORMY)) == 4
        assert not unprocessed.positions


async def test_resuming_twice_changes_nothing_and_both_answers_name_who_resumed(bare: BareBench) -> None:
    async with strict(bare) as bench:
        await bench.pipeline.run(sent(bench, STORMY, *[f"bad-{n}" for n in range(4)]))

        first, second = await resume(bench, STORMY), await resume(bench, STORMY)
        listed = (await bench.client.get("/quarantine", params={"partner": STORMY})).json()["items"]
        announced = [row.event for row in await bench.announced()]

    assert (first["resumed"], second["resumed"]) == (True, False)
    assert first["quarantine"] == second["quarantine"] == listed[0]
    assert (listed[0]["resumed_by"], listed[0]["because"], listed[0]["refused"]) == (
        "ana",
        "refused-in-a-row",
        4,
    )
    assert [type(event) for event in announced] == [IntakePaused, IntakeResumed]


async def test_a_resume_is_logged_after_its_commit_and_not_before(
    bare: BareBench, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with strict(bare, log_level="INFO") as bench:
        await bench.pipeline.run(sent(bench, STORMY, *[f"bad-{n}" for n in range(4)]))
        await bench.pool.execute(REFUSE_THE_COMMIT)

        answer = await bench.client.post(
            f"/quarantine/{STORMY}/resume",
            json={"by": "ana"},
            headers=OURS | {"Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 500
        assert b"partner-resumed" not in capfdbinary.readouterr().out

        await bench.pool.execute("drop trigger late on quarantine")
        await resume(bench, STORMY)
        assert b"partner-resumed" in capfdbinary.readouterr().out


async def test_resuming_requires_the_service_token(bare: BareBench) -> None:
    async with strict(bare) as bench:
        answer = await bench.client.post(f"/quarantine/{STORMY}/resume", json={"by": "ana"})

    assert answer.status_code == 401


async def test_resuming_a_partner_that_was_never_paused_changes_nothing(bare: BareBench) -> None:
    async with strict(bare) as bench:
        assert await resume(bench, CALM) == {"resumed": False, "quarantine": None}


async def test_a_resumed_partner_whose_records_are_still_refused_is_paused_again(bare: BareBench) -> None:
    async with strict(bare) as bench:
        await bench.pipeline.run(sent(bench, STORMY, *[f"bad-{n}" for n in range(4)]))
        await resume(bench, STORMY)

        again = sent(bench, STORMY, *[f"bad-again-{n}" for n in range(9)])
        unprocessed = await bench.pipeline.run(again)

        assert offsets(unprocessed) == {again[4].offset}
        open_ones = (await bench.client.get("/quarantine", params={"paused": True})).json()["items"]
        assert len(open_ones) == 1


async def test_refused_records_are_counted_across_batches_and_instances(bare: BareBench) -> None:
    async with strict(bare) as bench:
        pipelines: Sequence[Pipeline] = [
            make_pipeline(bench.service, bench.dependencies, "bare") for _ in range(2)
        ]
        storm = sent(bench, STORMY, *[f"bad-{n}" for n in range(6)])

        unprocessed = [await pipelines[n % 2].run([record]) for n, record in enumerate(storm)]

        assert [len(unprocessed.positions) for unprocessed in unprocessed] == [0, 0, 0, 0, 1, 1]
        assert len(await letters_of(bench, STORMY)) == 4


async def test_two_instances_dead_letter_nothing_after_the_pause(
    bare: BareBench,
) -> None:
    async with strict(bare) as bench:
        pipelines = [make_pipeline(bench.service, bench.dependencies, "bare") for _ in range(2)]
        storms = [sent(bench, STORMY, *[f"bad-{m}-{n}" for n in range(30)]) for m in range(2)]

        results = await asyncio.gather(
            *(pipe.run(storm) for pipe, storm in zip(pipelines, storms, strict=True))
        )

        letters = await letters_of(bench, STORMY)
        assert len(letters) == 4
        assert sum(len(result.positions) for result in results) == 60 - 4
        announced = [row for row in await bench.announced() if isinstance(row.event, IntakePaused)]
        assert len(announced) == 1


async def test_a_partner_that_cannot_be_notified_is_paused_all_the_same(bare: BareBench) -> None:
    handlers = Handlers()

    @handlers.on_paused(streams.PARTNER_REFERRALS)
    async def fail(_paused: Paused, tx: Tx) -> None:
        tx.announce(an_admission())
        raise LookupError

    async with bare(handlers, **LIMITS) as bench:
        unprocessed = await bench.pipeline.run([unreadable(bench, STORMY) for _ in range(6)])

        assert (len(unprocessed.positions), await bench.announced()) == (2, [])


@pytest.mark.parametrize("where", ["value", "header"])
async def test_large_refused_records_pause_the_partner_by_their_bytes(bare: BareBench, where: str) -> None:
    mebibyte = b"x" * (1024 * 1024)
    topic = streams.PARTNER_REFERRALS.topic(STORMY)
    async with strict(
        bare, partner_refused_in_a_row_max=500, partner_kept_bytes_max=5 * 1024 * 1024
    ) as bench:
        value, headers = (mebibyte, []) if where == "value" else (b"{", [("ce_id", mebibyte)])
        storm = [bench.record(b"k", value, headers, topic) for _ in range(30)]

        unprocessed = await bench.pipeline.run(storm)

        size = await bench.pool.fetchval("select pg_total_relation_size('dead_letter')")
        assert size < 7 * 1024 * 1024
        assert 4 <= len(await letters_of(bench, STORMY)) == 30 - len(unprocessed.positions) <= 5


@pytest.mark.parametrize("share_of_bad", [0.5, 0.1, 0.02])
async def test_thousands_of_bad_records_store_a_bounded_number_and_delay_no_other_partner(
    bare: BareBench, share_of_bad: float
) -> None:
    nth = round(1 / share_of_bad)
    async with strict(
        bare,
        partner_refused_in_a_row_max=25,
        partner_window_records=200,
        partner_kept_records_max=100,
    ) as bench:
        names = [f"bad-{n}" if n % nth == 0 else f"good-{n}" for n in range(6_000)]
        storm = sent(bench, STORMY, *names)
        calm = sent(bench, CALM, *[f"calm-{n}" for n in range(600)])

        for start in range(0, 6_000, 500):
            await bench.pipeline.run([*storm[start : start + 500], *calm[start // 10 : start // 10 + 50]])

        letters, notes = await letters_of(bench, STORMY), await seen(bench)
        assert len(letters) <= 100
        assert [note for note in notes if note.startswith("calm")] == [f"calm-{n}" for n in range(600)]
        stood = letters[-1] - storm[0].offset  # the partition continues after the last dead letter
        handled = [name for name in names[:stood] if name.startswith("good")]
        assert [note for note in notes if note.startswith("good")] == handled
        assert len((await bench.client.get("/quarantine", params={"paused": True})).json()["items"]) == 1


async def test_on_the_networks_own_stream_the_service_stops_exactly_at_the_limit(bare: BareBench) -> None:
    async with strict(bare, dead_letters_in_a_row_max=3) as bench:
        storm = [bench.record_of(an_admission(reference=f"bad-{n}")) for n in range(9)]
        calm = sent(bench, CALM, "calm-1")

        with pytest.raises(DeadLetterLimit):
            await bench.pipeline.run([*storm, *calm])

        assert sorted(letter.offset for letter in await bench.dead_letters()) == [
            record.offset for record in storm[:3]
        ]
        assert await seen(bench) == ["calm-1"]


async def test_partners_records_do_not_change_the_count_of_the_networks_own(bare: BareBench) -> None:
    async with strict(bare, dead_letters_in_a_row_max=3) as bench:
        for n in range(2):
            bad = bench.record_of(an_admission(reference=f"bad-{n}"))
            await bench.pipeline.run([bad, *sent(bench, CALM, f"calm-{n}"), unreadable(bench, STORMY)])

        with pytest.raises(DeadLetterLimit):
            await bench.pipeline.run(
                [bench.record_of(an_admission(reference="bad-2")), *sent(bench, CALM, "calm-9")]
            )
