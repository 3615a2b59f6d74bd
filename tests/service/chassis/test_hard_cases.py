"""Hard cases of a batch: bad records, races and faults of our code, and the effects they must not have."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers, Refusal
from alongside_chassis.consume.plan import RACES_SILENT_MAX
from alongside_chassis.errors import Stopped
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from tests.builders import SUNDAY_NOON, a_proposal, a_submission, an_admission
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.test_pipeline import noting_handlers, seen

PARTNERS_TOPIC = "partner.st-mary-hospital.referrals.v1"
SECONDS_MAX = 10


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"{}", (("ce_a\0b", b""),)),
        (b"{}", (("note\0", b"x"),)),
        (
            b'{"specversion": "1.0", "id": "1", "source": "s", "type": "t", "no\\u0000name": "x"}',
            (("content-type", b"application/cloudevents+json"),),
        ),
    ],
    ids=["our header", "foreign header", "structured attribute"],
)
async def test_a_name_that_cannot_be_stored_does_not_stop_the_stream(
    bare: BareBench, value: bytes, headers: tuple[tuple[str, bytes], ...]
) -> None:
    async with bare(noting_handlers()) as bench, asyncio.timeout(SECONDS_MAX):
        bad = bench.record(b"k", value, headers, PARTNERS_TOPIC)

        await bench.hear_records(bad, bench.record_of(an_admission(reference="good")))

        assert await seen(bench) == ["good"]
        (letter,) = await bench.dead_letters()
        assert "\0" not in letter.where


def announcing(say: Callable[[SubmissionAdmitted, Tx], None]) -> Handlers:
    """Build handlers that note every admission; `say` makes the final write fail when the reference is `bad`."""
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def note(event: SubmissionAdmitted, tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ($1, $2)", event.key, event.reference)
        if event.reference == "bad":
            say(event, tx)

    return handlers


async def test_a_timer_that_cannot_be_stored_is_blamed_on_its_own_event(bare: BareBench) -> None:
    def say(_event: SubmissionAdmitted, tx: Tx) -> None:
        tx.set_timer("remind", "a\0key", SUNDAY_NOON)

    async with bare(announcing(say)) as bench, asyncio.timeout(SECONDS_MAX):
        await bench.hear(*(an_admission(reference=name) for name in ("before", "bad", "after")))

        assert await seen(bench) == ["before", "after"]
        assert [letter.reason for letter in await bench.dead_letters()] == ["handler-failed"]


async def test_a_deferred_constraint_is_blamed_on_the_event_that_broke_it(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench, asyncio.timeout(SECONDS_MAX):
        await bench.pool.execute(
            "alter table seen add constraint once unique (note) deferrable initially deferred"
        )

        await bench.hear(*(an_admission(reference=name) for name in ("a", "a", "b")))

        assert await seen(bench) == ["a", "b"]
        assert len(await bench.dead_letters()) == 1


async def test_a_record_is_dead_lettered_though_its_answer_cannot_be_stored(
    bare: BareBench,
) -> None:
    handlers = noting_handlers()

    @handlers.on_refused(SubmissionReceived.stream)
    async def tell(_refused: Refusal, tx: Tx) -> None:
        tx.set_timer("remind", "a\0key", SUNDAY_NOON)

    async with bare(handlers) as bench, asyncio.timeout(SECONDS_MAX):
        await bench.hear_raw(b"k", None, (), PARTNERS_TOPIC)

        assert len(await bench.dead_letters()) == 1


async def test_an_answer_that_cannot_be_stored_takes_no_announcement_of_others_with_it(
    bare: BareBench,
) -> None:
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def propose(event: SubmissionAdmitted, tx: Tx) -> None:
        tx.announce(a_proposal(event.referral_id))

    @handlers.on_refused(SubmissionReceived.stream)
    async def tell(_refused: Refusal, tx: Tx) -> None:
        tx.set_timer("remind", "a\0key", SUNDAY_NOON)

    async with bare(handlers) as bench, asyncio.timeout(SECONDS_MAX):
        unreadable = bench.record(b"k", None, (), PARTNERS_TOPIC)

        await bench.hear_records(unreadable, bench.record_of(an_admission()))

        assert len(await bench.dead_letters()) == 1
        assert len(await bench.announced()) == 1


async def test_a_batch_that_fails_though_no_record_is_at_fault_stops_the_listener_and_is_not_lost(
    bare: BareBench,
) -> None:
    async with bare(noting_handlers()) as bench, asyncio.timeout(SECONDS_MAX):
        await bench.pool.execute("alter table inbox add check (received_at < '2020-01-01')")

        with pytest.raises(Stopped):
            await bench.hear(an_admission())

        assert await bench.dead_letters() == []


async def test_code_that_disagrees_with_the_schema_stops_the_listener_with_the_errors_name(
    bare: BareBench,
) -> None:
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def hear(_event: SubmissionAdmitted, tx: Tx) -> None:
        await tx.conn.execute("insert into a_table_nobody_made values (1)")

    async with bare(handlers) as bench:
        with pytest.raises(Stopped, match="UndefinedTableError"):
            await bench.hear(an_admission())


async def test_a_lost_race_for_a_unique_row_is_not_the_records_fault(bare: BareBench) -> None:
    handlers, lost = Handlers(), iter([True, True, False])

    @handlers.on(SubmissionAdmitted)
    async def hear(event: SubmissionAdmitted, tx: Tx) -> None:
        if next(lost):
            raise asyncpg.UniqueViolationError("somebody else was first")
        await tx.conn.execute("insert into seen (key, note) values ($1, 'heard')", event.key)

    async with bare(handlers) as bench:
        await bench.hear(an_admission())

        assert (await seen(bench), await bench.dead_letters()) == (["heard"], [])


async def test_lost_races_do_not_use_up_the_attempts_of_an_event(bare: BareBench) -> None:
    handlers = Handlers()
    errors = iter([asyncpg.DeadlockDetectedError(), asyncpg.DeadlockDetectedError(), ValueError(), None])

    @handlers.on(SubmissionAdmitted)
    async def hear(event: SubmissionAdmitted, tx: Tx) -> None:
        if (error := next(errors)) is not None:
            raise error
        await tx.conn.execute("insert into seen (key, note) values ($1, 'heard')", event.key)

    async with bare(handlers) as bench:
        await bench.hear(an_admission())

        assert (await seen(bench), await bench.dead_letters()) == (["heard"], [])


async def test_a_batch_that_keeps_losing_races_is_reported_until_it_wins_one(bare: BareBench) -> None:
    handlers = Handlers()
    reported: list[str | None] = []

    @handlers.on(SubmissionAdmitted)
    async def hear(_event: SubmissionAdmitted, _tx: Tx) -> None:
        reported.append(bench.pipeline.waiting_for)
        if len(reported) <= RACES_SILENT_MAX + 1:
            raise asyncpg.DeadlockDetectedError

    async with bare(handlers) as bench:
        await bench.hear(an_admission())

        assert reported == [None] * (RACES_SILENT_MAX + 1) + ["DeadlockDetectedError"]
        assert bench.pipeline.waiting_for is None


async def test_no_span_contains_an_error_message(bare: BareBench) -> None:
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def hear(_event: SubmissionAdmitted, _tx: Tx) -> None:
        raise ValueError("the patient's name")

    @handlers.on_refused(SubmissionReceived.stream)
    async def tell(_refused: Refusal, _tx: Tx) -> None:
        raise ValueError("the patient's name")

    async with bare(handlers) as bench:
        await bench.hear(an_admission())
        await bench.hear(a_submission(), partner="st-mary-hospital")

        reported = "".join(span.to_json() for span in bench.finished_spans())
        assert "ValueError" in reported
        assert "patient" not in reported


async def test_a_batch_of_ignored_records_is_logged_at_debug_only(
    bare: BareBench, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with bare(Handlers(), log_level="INFO") as bench:
        await bench.hear(an_admission())

        assert b"batch-handled" not in capfdbinary.readouterr().out
