"""A database of an earlier release, with rows, is upgraded to the current schema: no row is lost, none is changed."""

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
from alongside_contracts.services import SERVICES
from alongside_localstack.postgres.databases import Database, Server
from tests.conftest import PERSON_KEY, SERVICE_TOKEN

RELEASE_FILES = sorted(Path(__file__).with_name("upgrades").glob("*/*.sql"))
BEFORE_SOURCES = Path(__file__).with_name("upgrades") / "2026-11-30b" / "matching.sql"
"""The newest database of matching without sources of directories: its upgrade hides confidential places."""
LIST_PATHS = {
    "intake": "/partners",
    "matching": "/offers?limit=200",
    "referrals": "/referrals?limit=200",
    "notifications": "/notices?limit=200",
    "directory": "/directory/sources",
}
"""The path of a list that must not be empty after the upgrade, by service."""
EMPTY_TABLES = {
    "intake": {"timer"},
    "directory": {"dead_letter", "inbox", "quarantine", "refusal_tally", "timer"},
}
"""Tables without rows in the databases of earlier releases, by service."""
EMPTY_CHASSIS_TABLES = {"dead_letter", "idempotency_key", "quarantine", "refusal_tally"}
"""The tables of the chassis without rows; in intake's databases they have rows, and the directory hears nothing."""
FORGOTTEN_COLUMNS = {
    ("matching", "directory_import_line"): {"detail"},
    ("directory", "directory_record"): {"content_hash"},
}
"""Columns that an upgrade removes on purpose: the publisher's own text on a line of a directory; a hash that the document replaces."""
each_release_file = pytest.mark.parametrize(
    "file", RELEASE_FILES, ids=lambda file: f"{file.parent.name}-{file.stem}"
)


@pytest.fixture
def earlier_database(postgres: Server, file: Path) -> Database:
    """Return the database of that release."""
    database = postgres.create_database()
    with psycopg.connect(database.url) as connection:
        connection.execute(file.read_bytes())
    return database


@each_release_file
def test_every_row_of_an_earlier_release_is_unchanged_after_the_upgrade(
    postgres: Server, earlier_database: Database, file: Path
) -> None:
    with postgres.connection(earlier_database.name) as connection:
        before = {
            table: rows(connection, table, kept_columns(connection, file.stem, table))
            for table in tables(connection)
        }
        columns = {table: kept_columns(connection, file.stem, table) for table in before}

    upgrade(earlier_database.url, f"alongside_{file.stem}")

    check(earlier_database.url, f"alongside_{file.stem}")
    with postgres.connection(earlier_database.name) as connection:
        after = {table: rows(connection, table, columns[table]) for table in before}
    assert after == before


@each_release_file
async def test_a_service_lists_the_rows_of_an_earlier_release(
    earlier_database: Database, file: Path, clock: ManualClock
) -> None:
    upgrade(earlier_database.url, f"alongside_{file.stem}")

    async with on_the_bench(service(file.stem, earlier_database), clock) as bench:
        bench.client.headers["Authorization"] = f"Bearer {SERVICE_TOKEN}"
        answer = await bench.client.get(LIST_PATHS[file.stem])

    assert answer.status_code == 200, answer.text
    assert answer.json()["items"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_newest_database_of_a_service_has_its_newest_schema(postgres: Server, name: str) -> None:
    """So a migration comes with a database; a service without one has its database of an earlier day."""
    newest = [file for file in RELEASE_FILES if file.stem == name][-1]
    database = postgres.create_database()
    with psycopg.connect(database.url) as connection:
        connection.execute(newest.read_bytes())
        version = connection.execute("select version_num from alembic_version").fetchall()

    assert version == [(upgrade(database.url, f"alongside_{name}"),)]


def test_there_are_databases_of_earlier_releases() -> None:
    assert RELEASE_FILES


@each_release_file
def test_the_databases_of_an_earlier_release_have_rows_in_every_table(
    postgres: Server, earlier_database: Database, file: Path
) -> None:
    with postgres.connection(earlier_database.name) as connection:
        empty = {table for table in tables(connection) if not rows(connection, table, ["ctid"])}

    assert empty <= EMPTY_TABLES.get(file.stem, EMPTY_CHASSIS_TABLES)


@pytest.mark.parametrize(
    "file", [file for file in RELEASE_FILES if file.stem == "matching"], ids=lambda it: it.parent.name
)
def test_a_directory_of_an_earlier_release_becomes_a_source_that_keeps_its_ids(
    postgres: Server, earlier_database: Database
) -> None:
    with postgres.connection(earlier_database.name) as connection:
        listed = rows(connection, "directory_record", ["region", "kind", "id"])

    upgrade(earlier_database.url, "alongside_matching")

    with postgres.connection(earlier_database.name) as connection:
        records = rows(connection, "directory_record", ["source", "kind", "id"])
        sources = connection.execute("select key, name, region from directory_source").fetchall()
    assert records == listed
    assert (
        {(key, name) for key, name, _ in sources} == {(region, region) for _, _, region in sources} != set()
    )


@pytest.mark.parametrize("file", [BEFORE_SOURCES], ids=lambda it: it.parent.name)
def test_an_upgrade_hides_the_places_that_are_called_confidential(
    postgres: Server, earlier_database: Database
) -> None:
    def shown(connection: psycopg.Connection) -> tuple[str, int]:
        records = " ".join(rows(connection, "directory_record", ["kind", "document", "latitude"]))
        query = "select count(*) from offer where latitude is not null and source like 'directory:%'"
        return records, connection.execute(query).fetchall()[0][0]

    with postgres.connection(earlier_database.name) as connection:
        connection.execute("update directory_record set removed_at = null")
        connection.execute(
            """update directory_record set document = jsonb_set(document, '{description}', '"A confidential shelter"')
            where kind = 'service'"""
        )
        before = shown(connection)

    upgrade(earlier_database.url, "alongside_matching")

    with postgres.connection(earlier_database.name) as connection:
        after = shown(connection)
    assert "latitude" in before[0]
    assert before[1] > 0
    assert "latitude" not in after[0]
    assert after[1] == 0


def kept_columns(connection: psycopg.Connection, service_name: str, table: str) -> list[str]:
    """Return the columns of a table that no later upgrade removes on purpose."""
    forgotten = FORGOTTEN_COLUMNS.get((service_name, table), set())
    return [name for name in columns_of(connection, table) if name not in forgotten]


def service(name: str, database: Database) -> Service:
    """Return a service on a database."""
    values: dict[str, Any] = {
        "database_url": database.url,
        "service_token": SERVICE_TOKEN,
        "log_level": "ERROR",
    }
    if name == "intake":
        values["person_key"] = PERSON_KEY
    settings = importlib.import_module(f"alongside_{name}.settings").Settings(**values)
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
    return [result[0] for result in connection.execute(query)]
