"""What a partner is owed from before the upgrade: a database in which a stream was paused before its partner was registered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from alongside_chassis.migrations import upgrade
from alongside_chassis.testing import ManualClock, on_the_bench
from alongside_contracts.partner import IntakePaused, IntakeResumed, SubmissionAnswered
from alongside_localstack.postgres.databases import Database, Server
from tests.service.intake.intake_client import SERVICE, IntakeClient
from tests.service.test_upgrades import service

PAUSED = Path(__file__).with_name("upgrades") / "2026-11-29b" / "intake.sql"
CLINIC, PAUSED_AT = "north-clinic", datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(postgres: Server) -> Database:
    """Return the database of the earlier release, upgraded."""
    database = postgres.create_database()
    with psycopg.connect(database.url) as connection:
        connection.execute(PAUSED.read_bytes())
    upgrade(database.url, "alongside_intake")
    return database


async def test_a_partner_that_is_registered_after_the_upgrade_hears_of_its_pause_and_of_what_was_refused(
    database: Database, clock: ManualClock
) -> None:
    async with on_the_bench(service("intake", database), clock) as bench:
        await bench.announced(clear=True)

        answer = await IntakeClient(bench).register(CLINIC)
        await bench.fire_timers(clock.now())
        await bench.client.post(f"/quarantine/{CLINIC}/resume", json={"by": "ana"}, headers=SERVICE)

        said = [item.event for item in await bench.announced() if item.topic.endswith("status.v1")]
    assert answer.is_success
    paused, *answers, resumed = said
    assert isinstance(paused, IntakePaused)
    assert (paused.paused_at, paused.problem.where) == (PAUSED_AT, "specversion")
    assert len(answers) == 25
    assert {type(each) for each in answers} == {SubmissionAnswered}
    assert isinstance(resumed, IntakeResumed)
