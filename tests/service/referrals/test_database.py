"""The database guards the invariants too, and its migrations run both up and down."""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import psycopg
import pytest
from sqlalchemy import create_engine

from alongside_chassis.migrations import check, downgrade, upgrade
from alongside_localstack.postgres.databases import Database, Server
from alongside_referrals.tables import Base
from tests.service.referrals.conftest import Journey

PACKAGE: Final = "alongside_referrals"
CHECKS: Final = """
    select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace order by 1, 2
"""


def test_the_migrations_can_be_applied_undone_and_applied_again(postgres: Server) -> None:
    url = postgres.create_database().url

    upgrade(url, PACKAGE)
    check(url, PACKAGE)
    downgrade(url, PACKAGE)
    upgrade(url, PACKAGE)

    check(url, PACKAGE)


def test_the_migrations_create_exactly_the_constraints_of_the_tables(
    postgres: Server, migrated: Callable[[str], Database]
) -> None:
    from_tables = postgres.create_database().url
    engine = create_engine(from_tables.replace("postgresql://", "postgresql+psycopg://", 1))
    Base.metadata.create_all(engine)
    engine.dispose()

    assert checks_of(postgres.clone(migrated(PACKAGE)).url) == checks_of(from_tables)


IMPOSSIBLE: Final = (
    "update referral set next_actor = null",
    "update referral set due_at = null",
    "update referral set next_actor = null, due_at = null, waits_for = null",
    "update referral set status = 'completed'",
    "update referral set status = 'lost'",
    "update referral set offer_id = null",
    "update timeline set note = repeat('x', 2001)",
)


async def test_the_database_refuses_an_impossible_state(accepted: Journey) -> None:
    for spoil in IMPOSSIBLE:
        with pytest.raises(asyncpg.CheckViolationError):
            await accepted.bench.pool.execute(spoil)


async def test_of_many_simultaneous_commands_that_end_a_referral_one_succeeds(accepted: Journey) -> None:
    answers = await asyncio.gather(*(accepted.post("complete", outcome="engaged") for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert (await accepted.state())["sequence"] == 4


def checks_of(url: str) -> list[tuple[str, ...]]:
    with psycopg.connect(url) as conn:
        return conn.execute(CHECKS).fetchall()
