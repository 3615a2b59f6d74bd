"""A partner hears once a day what was refused of its records and what still waits, by problem; never a value it sent."""

import asyncio
from datetime import timedelta
from functools import partial

from alongside_chassis.consume import dead_letters
from alongside_chassis.lifecycle.redrive import drop
from alongside_chassis.origin import RecordOrigin
from alongside_chassis.testing import Announced
from alongside_contracts.partner import IntakeSummarised, Problem, RefusedByCode
from alongside_contracts.vocabulary import ProblemCode
from alongside_intake.partners.summarising import SummariesOfAll, have_summarised
from tests.builders import a_submission
from tests.polling import poll_until
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient

DAY = timedelta(days=1)
CLINIC = "north-clinic"
TOPIC = f"partner.{HOSPITAL}.referrals.v1"
MALFORMED = Problem(code=ProblemCode.MALFORMED, where="specversion", remedy="send a CloudEvent")
_CRASH_AT_COMMIT = """
    create function crash() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create constraint trigger crash after update of summarised_to on partner deferrable initially deferred
        for each row execute function crash();
"""


async def test_a_day_on_which_something_was_refused_is_summarised_at_its_end(intake: IntakeClient) -> None:
    bench, begins_at = intake.bench, intake.bench.clock.now()
    await bench.hear(a_submission(), a_submission(), partner=HOSPITAL)
    await send_bad(intake, b"{", b"{", b'{"needs": ["Maria Alvarez"]}')

    await bench.fire_timers(begins_at + DAY - timedelta(seconds=1))
    assert await summaries(intake) == []
    await bench.fire_timers(begins_at + DAY)

    (summary,) = await summaries(intake)
    assert (summary.partner, summary.begins_at, summary.ends_at) == (HOSPITAL, begins_at, begins_at + DAY)
    assert (summary.received, summary.refused, summary.waiting, summary.paused_since) == (5, 3, 3, None)
    assert [(item.code, item.refused, item.waiting, item.where) for item in summary.problems] == [
        ("malformed", 3, 3, "specversion")
    ]
    assert "Maria" not in summary.model_dump_json()


async def test_a_day_on_which_nothing_was_refused_and_nothing_waits_is_not_summarised(
    intake: IntakeClient,
) -> None:
    await intake.hear()

    await intake.bench.fire_timers(intake.bench.clock.now() + 3 * DAY)

    assert await summaries(intake) == []


async def test_what_waits_is_summarised_every_day_until_it_is_settled(intake: IntakeClient) -> None:
    begins_at = intake.bench.clock.now()
    await send_bad(intake, b"{", b"{")
    await intake.bench.fire_timers(begins_at + DAY)
    await settle(intake, 1)
    await intake.bench.fire_timers(begins_at + 2 * DAY)
    await settle(intake, 1)

    await intake.bench.fire_timers(begins_at + 4 * DAY)

    assert [(each.refused, each.waiting) for each in await summaries(intake)] == [(2, 2), (0, 1)]


async def test_days_that_were_missed_are_caught_up_as_they_were_each_once(intake: IntakeClient) -> None:
    begins_at, clock = intake.bench.clock.now(), intake.bench.clock
    await send_bad(intake, b"{")
    clock.set_to(begins_at + DAY + timedelta(hours=1))  # intake does not run its timers meanwhile
    await send_bad(intake, b"{", b"{")
    clock.set_to(begins_at + 2 * DAY + timedelta(hours=1))
    await settle(intake, 3)

    await intake.bench.fire_timers(begins_at + 3 * DAY + timedelta(hours=5))

    found = await summaries(intake)
    assert [(each.refused, each.waiting) for each in found] == [(1, 1), (2, 3)]
    assert [each.ends_at for each in found] == [begins_at + DAY, begins_at + 2 * DAY]


async def test_after_more_than_a_week_the_days_before_the_last_seven_are_summarised_together(
    intake: IntakeClient,
) -> None:
    begins_at = intake.bench.clock.now()
    await send_bad(intake, b"{")

    await intake.bench.fire_timers(begins_at + 10 * DAY)

    found = await summaries(intake)
    assert [(each.ends_at - each.begins_at).days for each in found] == [3, *[1] * 7]
    assert [each.refused for each in found] == [1, *[0] * 7]


async def test_a_refused_record_after_quiet_weeks_is_summarised_at_the_end_of_its_own_day(
    intake: IntakeClient,
) -> None:
    quiet_until = intake.bench.clock.now() + 30 * DAY
    await intake.bench.fire_timers(quiet_until + timedelta(hours=6))
    await send_bad(intake, b"{")

    await intake.bench.fire_timers(quiet_until + 3 * DAY)

    found = await summaries(intake)
    assert [(each.begins_at - quiet_until, each.refused) for each in found] == [
        (timedelta(0), 1),
        (DAY, 0),
        (2 * DAY, 0),
    ]


async def test_a_summary_is_announced_once_though_intake_dies_before_it_is_committed(
    intake: IntakeClient,
) -> None:
    begins_at, bench = intake.bench.clock.now(), intake.bench
    await send_bad(intake, b"{")
    await bench.pool.execute(_CRASH_AT_COMMIT)
    bench.clock.advance(DAY)
    await bench.timers.fire_due()
    assert await summaries(intake) == []
    await bench.pool.execute("drop trigger crash on partner")

    await bench.fire_timers(begins_at + DAY + timedelta(minutes=1))
    await bench.fire_timers(begins_at + DAY + timedelta(hours=1))

    assert len(await summaries(intake)) == 1


async def test_a_paused_stream_is_named_with_the_time_of_its_pause(intake: IntakeClient) -> None:
    begins_at = intake.bench.clock.now()
    intake.bench.clock.advance(timedelta(hours=3))
    await send_bad(intake, *[b"{"] * 25)
    await intake.bench.fire_timers(begins_at + DAY)
    answer = await intake.http.post(f"/quarantine/{HOSPITAL}/resume", json={"by": "ana"}, headers=SERVICE)
    assert answer.is_success

    await intake.bench.fire_timers(begins_at + 2 * DAY)

    assert [each.paused_since for each in await summaries(intake)] == [begins_at + timedelta(hours=3), None]


async def test_what_was_refused_before_the_registration_waits_in_the_first_summary(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear(a_submission(), partner=CLINIC)
    intake.bench.clock.advance(timedelta(hours=5))
    await intake.register(CLINIC)
    registered_at = intake.bench.clock.now()

    await intake.bench.fire_timers(registered_at + DAY)

    (summary,) = await summaries(intake, CLINIC)
    assert (summary.begins_at, summary.refused, summary.waiting) == (registered_at, 0, 1)
    assert [(item.code, item.where) for item in summary.problems] == [("unknown-partner", "topic")]


async def test_each_partner_hears_of_its_own_records_alone(intake: IntakeClient) -> None:
    await intake.register(CLINIC)
    await send_bad(intake, b"{")

    await intake.bench.fire_timers(intake.bench.clock.now() + DAY)

    assert (len(await summaries(intake)), await summaries(intake, CLINIC)) == (1, [])


async def test_a_partner_of_an_earlier_release_is_summarised_from_the_first_start_on(
    intake: IntakeClient,
) -> None:
    await intake.bench.pool.execute("update partner set summarised_to = null; delete from timer")
    await send_bad(intake, b"{")
    started_at = intake.bench.clock.now()
    for _ in range(2):
        await SummariesOfAll()(intake.bench.runtime)

    await intake.bench.fire_timers(started_at + DAY)

    assert [each.begins_at for each in await summaries(intake)] == [started_at]


async def test_a_partner_that_a_release_before_registers_during_the_upgrade_is_summarised_from_its_first_refused_record(
    intake: IntakeClient,
) -> None:
    await intake.bench.pool.execute("update partner set summarised_to = null")
    intake.bench.clock.advance(timedelta(hours=5))
    refused_at = intake.bench.clock.now()
    await send_bad(intake, b"{", b"{")

    await intake.bench.fire_timers(refused_at + DAY)

    assert [(each.begins_at, each.refused) for each in await summaries(intake)] == [(refused_at, 2)]


async def test_a_record_that_is_stored_after_the_summary_of_its_day_is_counted_in_the_next_one(
    intake: IntakeClient,
) -> None:
    begins_at = intake.bench.clock.now()
    await send_bad(intake, b"{")
    await intake.bench.fire_timers(begins_at + DAY)
    intake.bench.clock.set_to(begins_at + DAY - timedelta(milliseconds=50))  # when its unit of work began
    await send_bad(intake, b"{", b"{")

    await intake.bench.fire_timers(begins_at + 2 * DAY)

    assert [(each.refused, each.waiting) for each in await summaries(intake)] == [(1, 1), (2, 3)]


async def test_a_summary_waits_for_the_records_that_are_being_refused_at_the_end_of_its_day(
    intake: IntakeClient,
) -> None:
    bench, begins_at = intake.bench, intake.bench.clock.now()
    await send_bad(intake, b"{")
    bench.clock.set_to(begins_at + DAY - timedelta(milliseconds=50))
    record = bench.record(b"H-1", b"{", [], TOPIC)
    async with bench.runtime.transaction() as tx:
        await dead_letters.add(tx.conn, record, MALFORMED, at=tx.now, event_id=None, event_type=None)
        await have_summarised(tx, HOSPITAL, RecordOrigin(TOPIC, record.partition, record.offset, HOSPITAL))
        bench.clock.set_to(begins_at + DAY)

        summarising = asyncio.create_task(bench.timers.fire_due())
        locks = partial(bench.pool.fetchval, "select count(*) from pg_locks where not granted")
        await poll_until(locks, bool, "the summary to wait for the record")
    await summarising

    await bench.fire_timers(begins_at + DAY + timedelta(minutes=1))
    assert [(each.refused, each.waiting) for each in await summaries(intake)] == [(2, 2)]


async def test_a_record_that_a_replay_refuses_again_is_not_counted_again(intake: IntakeClient) -> None:
    bench, begins_at = intake.bench, intake.bench.clock.now()
    await send_bad(intake, b"{")
    await bench.fire_timers(begins_at + DAY)
    bench.clock.set_to(begins_at + DAY - timedelta(milliseconds=50))
    await bench.pool.execute("update dead_letter set remedy = 'what an earlier release said'")
    (letter,) = await bench.dead_letters()
    replayed = await intake.http.post(f"/dead-letters/{letter.id}/replay", headers=SERVICE)
    assert (replayed.json()["outcome"], len(await intake.answers())) == ("refused", 2)

    await bench.fire_timers(begins_at + 2 * DAY)

    assert [(each.refused, each.waiting) for each in await summaries(intake)] == [(1, 1), (0, 1)]


def test_an_example_of_a_problem_has_a_place_and_a_remedy_and_no_value() -> None:
    assert set(RefusedByCode.model_fields) == {"code", "refused", "waiting", "where", "remedy"}


async def send_bad(intake: IntakeClient, *bodies: bytes) -> None:
    """Send records of the hospital that cannot be read."""
    bench = intake.bench
    await bench.hear_records(*[bench.record(b"H-1", body, [], TOPIC) for body in bodies])


async def settle(intake: IntakeClient, number: int) -> None:
    """Drop dead letters, as an operator does."""
    waiting = [letter for letter in await intake.bench.dead_letters() if letter.state == "waiting"]
    async with intake.bench.runtime.transaction() as tx:
        for letter in waiting[:number]:
            await drop(tx, letter.id, "corrected by the hospital")


async def summaries(intake: IntakeClient, partner: str = HOSPITAL) -> list[IntakeSummarised]:
    """Return the summaries on a partner's status stream, oldest first."""

    def is_of_partner(item: Announced) -> bool:
        return item.topic == f"partner.{partner}.status.v1"

    announced = await intake.bench.announced()
    return [
        item.event for item in filter(is_of_partner, announced) if isinstance(item.event, IntakeSummarised)
    ]
