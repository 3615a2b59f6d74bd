"""The stack's real PostgreSQL: separated services, cloning, and files in folders that it cannot enter."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from alongside_localstack.errors import StartFailed
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.postgres.cluster import Cluster, postgres_server
from alongside_localstack.postgres.databases import Database, Server
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder
from alongside_localstack.supervisor.account import Account, open_temporary_folder, server_account

DATABASES_SCRIPT = Path(__file__).parents[3] / "deploy/postgres/databases.sh"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres_server() as running:
        yield running


def fetch(database: Database, question: str) -> object:
    with psycopg.connect(database.url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def test_the_server_is_postgresql_18_with_checksums_on_loopback(server: Server) -> None:
    database = server.create_database()

    assert str(fetch(database, "select version()")).startswith("PostgreSQL 18")
    assert fetch(database, "show data_checksums") == "on"
    assert fetch(database, "show listen_addresses") == "127.0.0.1"


def test_a_service_is_refused_by_every_database_but_its_own(server: Server) -> None:
    intake = server.ensure_database("intake", "intake", "secret/one")
    matching = server.ensure_database("matching", "matching", "secret two")

    assert fetch(intake, "select current_user") == "intake"
    for other in (matching.name, "postgres", "template1"):
        elsewhere = Database(intake.host, intake.port, other, intake.role, intake.password)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(elsewhere.url)


@pytest.mark.skipif(shutil.which("psql") is None, reason="needs psql, as the image of docker-compose has it")
def test_the_script_of_docker_compose_lets_a_service_connect_to_its_own_database_alone(
    server: Server,
) -> None:
    services = ("lending", "returns")
    passwords = {f"{name.upper()}_DB_PASSWORD": f"secret of {name}" for name in services}
    administrator = {
        "PGHOST": server.host,
        "PGPORT": str(server.port),
        "PGUSER": server.superuser,
        "PGPASSWORD": server.password,
    }
    for _ in range(2):
        subprocess.run(
            ["sh", str(DATABASES_SCRIPT)],
            env={"PATH": os.environ["PATH"], "SERVICES": " ".join(services), **administrator, **passwords},
            check=True,
        )

    lending = Database(server.host, server.port, "lending", "lending", "secret of lending")
    assert fetch(lending, "select current_user") == "lending"
    for other in ("returns", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(replace(lending, name=other).url)


def test_a_wrong_password_is_refused(server: Server) -> None:
    database = server.create_database()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(Database(database.host, database.port, database.name, database.role, "wrong").url)


def test_ensuring_a_database_again_keeps_its_rows_and_renews_the_password(server: Server) -> None:
    before = server.ensure_database("kept", "kept", "old")
    with psycopg.connect(before.url) as connection:
        connection.execute("create table fact as select 42 as answer")

    after = server.ensure_database("kept", "kept", "new")

    assert fetch(after, "select answer from fact") == 42
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(before.url)


def test_a_clone_has_the_templates_tables_and_is_independent(server: Server) -> None:
    template = server.create_database()
    with psycopg.connect(template.url) as connection:
        connection.execute("create table fact as select 42 as answer")

    clone = server.clone(template)
    with psycopg.connect(clone.url) as connection:
        connection.execute("delete from fact")

    assert fetch(clone, "select count(*) from fact") == 0
    assert fetch(template, "select count(*) from fact") == 1
    server.drop_database(clone.name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a server account that differs from itself")
def test_a_state_folder_under_a_closed_home_moves_the_cluster_to_where_its_account_can_enter(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    state = StateFolder(closed / "clone" / ".alongside")
    state.create()
    account = server_account()

    home = state.postgres_home(account)

    assert account.can_enter(home.parent)
    assert StateFolder(state.root).postgres_home(account) == home
    Cluster(home, 1, "secret", account, unsafe_fast=True).create()
    state.remove()
    assert not home.exists()


def test_an_ordinary_user_keeps_the_cluster_in_the_state_folder(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)

    assert state.postgres_home(Account()) == tmp_path / "postgres"


def test_an_unfinished_cluster_is_created_again() -> None:
    account = server_account()
    cluster = Cluster(open_temporary_folder(account, "half-made-"), 1, "secret", account, unsafe_fast=True)
    cluster.create()
    (cluster.home / "initdb-unfinished").touch()
    (cluster.files / "pg_hba.conf").write_text("torn")

    cluster.create()

    assert "scram-sha-256" in (cluster.files / "pg_hba.conf").read_text()
    shutil.rmtree(cluster.home)


async def test_rows_survive_a_killed_server_and_a_restarted_stack(tmp_path: Path) -> None:
    settings = StackSettings(state=tmp_path)
    plan = Plan(services=(), kafka=False, mail=False, traces=False, usual_ports=False)
    async with LocalStack(StateFolder(tmp_path), settings=settings, plan=plan) as stack:
        database = stack.postgres.ensure_database("kept", "kept", "secret")
        with psycopg.connect(database.url) as connection:
            connection.execute("create table fact as select 42 as answer")
        stack.service("postgres").kill(signal.SIGKILL)
        await stack.service("postgres").wait_ready(30)
        assert fetch(database, "select answer from fact") == 42

    async with LocalStack(StateFolder(tmp_path), settings=settings, plan=plan):
        assert fetch(database, "select answer from fact") == 42
    StateFolder(tmp_path).remove()


async def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    async with infrastructure(kafka=False) as stack:
        files = stack.state.postgres_home(server_account()) / "data"
        await stack.service("postgres").stop()
        (files / "PG_VERSION").write_text("9.6\n")

        with pytest.raises(StartFailed, match="incompatible with server") as caught:
            await stack.service("postgres").start()

    assert "postgres.log" in caught.value.remedy


async def test_a_server_of_the_users_is_used_instead(server: Server, tmp_path: Path) -> None:
    settings = StackSettings.model_validate({"state": tmp_path, "postgres": server.url})
    plan = Plan(services=(), kafka=False, mail=False, traces=False, usual_ports=False)

    async with LocalStack(StateFolder(tmp_path), settings=settings, plan=plan) as stack:
        assert stack.postgres.port == server.port
        assert {each.name for each in stack.status()} == {"postgres", "databases"}
