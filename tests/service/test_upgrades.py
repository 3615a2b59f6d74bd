"""A database of an earlier release, with rows, is upgraded to the present schema: no row is lost, none is changed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from alongside_chassis.migrations import check, upgrade
from alongside_chassis.service import Service
from alongside_chassis.testing import ManualClock, on_the_bench
from alongside_localstack.postgres.databases import Database, Server
from tests.conftest import PERSON_KEY, SERVICE_TOKEN

DAYS = sorted(Path(__file__).with_name("upgrades").glob("*/*.sql"))
READS = {
    "intake": "/partners",
    "matching": "/offers?limit=200",
    "referrals": "/referrals?limit=200",
    "notifications": "/notices?limit=200",
}
"""What each service answers a list to, out of rows of an earlier day."""
UNFILLED = {"intake": {"timer"}}
"""Tables that no story leaves a row in, by service."""
CHASSIS = {"dead_letter", "idempotency_key", "quarantine", "refusal_tally"}
"""The same in every service: intake's are filled."""
each_day = pytest.mark.parametrize("file", DAYS, ids=lambda file: f"{file.parent.name}-{file.stem}")


@pytest.fixture
def earlier_database(postgres: Server, file: Path) -> Database:
    """Return the database of that release."""
    database = postgres.create_database()
    with psycopg.connect(database.url) as connection:
        connection.execute(file.read_bytes())
    return database


@each_day
def test_every_row_of_an_earlier_release_is_unchanged_after_the_upgrade(
    postgres: Server, earlier_database: Database, file: Path
) -> None:
    with postgres.connection(earlier_database.name) as connection:
        before = {
            table: rows(connection, table, columns_of(connection, table)) for table in tables(connection)
        }
        columns = {table: columns_of(connection, table) for table in before}

    upgrade(earlier_database.url, f"alongside_{file.stem}")

    check(earlier_database.url, f"alongside_{file.stem}")
    with postgres.connection(earlier_database.name) as connection:
        after = {table: rows(connection, table, columns[table]) for table in before}
    assert after == before


@each_day
async def test_a_service_lists_the_rows_of_an_earlier_release(
    earlier_database: Database, file: Path, clock: ManualClock
) -> None:
    upgrade(earlier_database.url, f"alongside_{file.stem}")

    async with on_the_bench(service(file.stem, earlier_database), clock) as bench:
        answer = await bench.client.get(READS[file.stem])

    assert answer.status_code == 200, answer.text
    assert answer.json()["items"]


@pytest.mark.parametrize("day", sorted({file.parent for file in DAYS}), ids=lambda day: day.name)
def test_the_databases_of_an_earlier_release_include_its_four_services(day: Path) -> None:
    """A service that was added later has no file of earlier releases."""
    assert {file.stem for file in day.glob("*.sql")} >= {"intake", "matching", "notifications", "referrals"}


def test_there_are_databases_of_earlier_releases() -> None:
    assert DAYS


@each_day
def test_the_databases_of_an_earlier_release_have_rows_in_every_table(
    postgres: Server, earlier_database: Database, file: Path
) -> None:
    with postgres.connection(earlier_database.name) as connection:
        empty = {table for table in tables(connection) if not rows(connection, table, ["ctid"])}

    assert empty <= UNFILLED.get(file.stem, CHASSIS)


def service(name: str, database: Database) -> Service:
    """Return a service on a database."""
    given: dict[str, Any] = {
        "database_url": database.url,
        "service_token": SERVICE_TOKEN,
        "log_level": "ERROR",
    }
    if name == "intake":
        given["person_key"] = PERSON_KEY
    settings = importlib.import_module(f"alongside_{name}.settings").Settings(**given)
    build: Callable[[object], Service] = importlib.import_module(f"alongside_{name}.app").service
    return build(settings)


def tables(connection: psycopg.Connection) -> list[str]:
    """Return the service's tables by name, without the migrations' own table."""
    query = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
    return sorted(row[0] for row in connection.execute(query))


def columns_of(connection: psycopg.Connection, table: str) -> list[str]:
    """Return the columns of a table."""
    query = "select column_name from information_schema.columns where table_name = %s order by 1"
    return [row[0] for row in connection.execute(query, [table])]


def rows(connection: psycopg.Connection, table: str, columns: list[str]) -> list[str]:
    """Return these columns of every row as text, in an order that does not depend on the table's history."""
    row = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("select row({})::text from {} order by 1").format(row, sql.Identifier(table))
    return [found[0] for found in connection.execute(query)]
