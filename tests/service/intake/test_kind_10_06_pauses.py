"""A reader of a status stream never sees that reading continues without having seen that it was paused, nor two pauses for one."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from alongside_chassis.consume import quarantine
from alongside_contracts.event import Event
from alongside_contracts.partner import IntakePaused, IntakeResumed
from alongside_intake.partners import store as partners_store
from alongside_intake.partners.answers import tell_what_was_before
from alongside_intake.people import store as people_store
from tests.builders import REGION, a_submission
from tests.polling import poll_until
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient

CLINIC = "north-clinic"
_BY_ANOTHER_RELEASE = """
    delete from stream_pause; insert into stream_pause table earlier; drop table earlier
"""
"""Another release paused the stream, and did not store that here."""


async def test_a_pause_from_before_the_registration_is_announced_with_its_true_time_when_the_partner_is_registered(
    intake: IntakeClient,
) -> None:
    paused_at = intake.bench.clock.now()
    await be_paused(intake)
    intake.bench.clock.advance(timedelta(hours=2))

    await intake.register(CLINIC)

    (paused,) = await pauses(intake)
    assert isinstance(paused, IntakePaused)
    assert (paused.paused_at, paused.because, paused.refused) == (paused_at, "refused-in-a-row", 25)
    assert (paused.problem.code, paused.origin.offset) == ("unknown-partner", 25)
    assert paused.origin.event_id == "e-24"


STEPS = {
    "registered while paused": ("pause", "register", "resume"),
    "registered again while paused": ("pause", "register", "register", "resume"),
    "registered before": ("register", "pause", "register", "resume"),
    "resumed before it is registered": ("pause", "resume", "register"),
    "paused again after it was registered": ("pause", "resume", "register", "pause", "resume"),
    "paused twice": ("pause", "register", "resume", "pause", "resume"),
    "paused and resumed, then paused when registered": ("pause", "resume", "pause", "register", "resume"),
}
ANNOUNCED = {
    "registered while paused": ["IntakePaused", "IntakeResumed"],
    "registered again while paused": ["IntakePaused", "IntakeResumed"],
    "registered before": ["IntakePaused", "IntakeResumed"],
    "resumed before it is registered": [],
    "paused again after it was registered": ["IntakePaused", "IntakeResumed"],
    "paused twice": ["IntakePaused", "IntakeResumed"] * 2,
    "paused and resumed, then paused when registered": ["IntakePaused", "IntakeResumed"],
}


@pytest.mark.parametrize("kind", STEPS)
async def test_each_pause_of_a_registered_partner_is_announced_once_and_before_its_end(
    intake: IntakeClient, kind: str
) -> None:
    actions = {"pause": be_paused, "register": register, "resume": resume}

    for step in STEPS[kind]:
        await actions[step](intake)

    assert [type(event).__name__ for event in await pauses(intake)] == ANNOUNCED[kind]


async def test_a_stream_that_is_resumed_while_its_partner_is_being_registered_tells_of_the_pause_first(
    intake: IntakeClient,
) -> None:
    await be_paused(intake)
    async with intake.bench.runtime.transaction() as tx:
        await partners_store.lock_registration(tx, CLINIC)
        await people_store.register(tx, CLINIC, name="Clinic", setting="hospital", region=REGION)
        await tell_what_was_before(tx, CLINIC, is_new=True)

        resuming = asyncio.create_task(resume(intake))
        await somebody_waits(intake)
    await resuming

    assert [type(event).__name__ for event in await pauses(intake)] == ["IntakePaused", "IntakeResumed"]


async def test_a_registration_waits_for_the_resumption_before_it_tells_of_a_pause(
    intake: IntakeClient,
) -> None:
    await be_paused(intake)
    async with intake.bench.runtime.transaction() as tx:
        await quarantine.resume(tx.conn, f"partner.{CLINIC}.referrals.v1", by="ana", at=tx.now)
        assert await partners_store.find_registration(tx, CLINIC) is None
        await partners_store.end_pause(tx, CLINIC)

        registering = asyncio.create_task(register(intake))
        await somebody_waits(intake)
    await registering

    assert await pauses(intake) == []


async def test_a_pause_that_the_release_before_announced_is_not_announced_again(intake: IntakeClient) -> None:
    await intake.bench.hear(*(a_submission() for _ in range(25)), partner=HOSPITAL, source="urn:alongside:x")
    await intake.bench.pool.execute("delete from stream_pause; delete from outbox")  # it was not stored then

    await resume(intake, HOSPITAL)

    assert [type(event).__name__ for event in await pauses(intake)] == ["IntakeResumed"]


async def test_a_pause_that_another_release_resumed_is_not_announced(intake: IntakeClient) -> None:
    await be_paused(intake)
    await resumed_by_another_release(intake)

    await register(intake)

    assert await pauses(intake) == []


async def test_the_end_of_a_pause_is_not_announced_because_an_earlier_one_is_still_stored(
    intake: IntakeClient,
) -> None:
    await be_paused(intake)
    await resumed_by_another_release(intake)
    await intake.bench.pool.execute("create table earlier as table stream_pause")
    await be_paused(intake)
    await intake.bench.pool.execute(_BY_ANOTHER_RELEASE)
    await registered_by_another_release(intake)

    await resume(intake)

    assert await pauses(intake) == []


async def test_a_pause_of_a_partner_that_another_release_registered_is_announced_before_its_end(
    intake: IntakeClient,
) -> None:
    await be_paused(intake)
    await registered_by_another_release(intake)

    await resume(intake)

    assert [type(event).__name__ for event in await pauses(intake)] == ["IntakePaused", "IntakeResumed"]


async def resumed_by_another_release(intake: IntakeClient) -> None:
    """End the clinic's pause as a release does that does not store pauses."""
    async with intake.bench.runtime.transaction() as tx:
        await quarantine.resume(tx.conn, f"partner.{CLINIC}.referrals.v1", by="ana", at=tx.now)
    intake.bench.clock.advance(timedelta(seconds=1))


async def registered_by_another_release(intake: IntakeClient) -> None:
    """Register the clinic as a release does that tells it nothing of what was before."""
    intake.bench.clock.advance(timedelta(seconds=1))
    async with intake.bench.runtime.transaction() as tx:
        await people_store.register(tx, CLINIC, name="Clinic", setting="hospital", region=REGION)


async def be_paused(intake: IntakeClient) -> None:
    """Send records of the clinic until its stream is paused."""
    for number in range(25):
        await intake.bench.hear(
            a_submission(), partner=CLINIC, source="urn:alongside:x", event_id=f"e-{number}"
        )


async def register(intake: IntakeClient) -> None:
    """Register the clinic."""
    assert (await intake.register(CLINIC)).is_success


async def resume(intake: IntakeClient, partner: str = CLINIC) -> None:
    """Resume a stream, as an operator does."""
    answer = await intake.http.post(f"/quarantine/{partner}/resume", json={"by": "ana"}, headers=SERVICE)
    assert answer.json()["resumed"], answer.text


async def pauses(intake: IntakeClient) -> list[Event]:
    """Return what the status streams say about pauses, oldest first."""
    return [
        item.event
        for item in await intake.bench.announced()
        if isinstance(item.event, IntakePaused | IntakeResumed)
    ]


async def somebody_waits(intake: IntakeClient) -> None:
    """Wait until a transaction waits for another one."""
    waiting = partial(intake.bench.pool.fetchval, "select count(*) from pg_locks where not granted")
    await poll_until(waiting, bool, "a transaction to wait for another one")
