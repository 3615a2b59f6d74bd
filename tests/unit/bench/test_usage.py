"""A component's cost includes its child processes."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from alongside_lab.bench.usage import Usage, backends_cpu_now, cpu_now, memory_mib, rss_mib
from alongside_localstack.postgres.databases import Server

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "sum(range(8_000_000)); print(flush=True); input()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(flush=True)
input()
child.communicate(b"\\n")
"""


@pytest.fixture
def parent() -> Iterator[int]:
    """The pid of a process whose child has used processor time."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate(b"\n")


def test_a_childs_work_and_memory_are_its_parents(parent: int) -> None:
    spent = cpu_now({"parent": parent}).seconds["parent"]

    assert spent > 0.05
    assert memory_mib({"parent": parent})["parent"] > 4


def test_a_process_that_is_gone_costs_nothing() -> None:
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    pid = int(gone.stdout)

    assert cpu_now({"gone": pid}).seconds == {"gone": 0.0}
    assert rss_mib(pid) == 0.0
    assert rss_mib(os.getpid()) > 10


def test_cost_is_what_was_spent_in_between_divided_by_what_was_done() -> None:
    spent = Usage({"intake": 3.0, "kafka": 1.5}).since(Usage({"intake": 1.0, "kafka": 1.0}))

    assert spent.us_per_item(1000) == {"intake": 2000, "kafka": 500, "total": 2500}


def test_a_role_is_charged_with_its_own_backends_alone(postgres: Server) -> None:
    one, other = postgres.create_database(), postgres.create_database()
    with psycopg.connect(one.url) as working, psycopg.connect(other.url) as resting:
        server = pid_of(postgres)
        working.execute("select sum(sqrt(n)) from generate_series(1, 3_000_000) n")
        resting.execute("select 1")

        spent, rested = (backends_cpu_now(server, [role]) for role in (one.role, other.role))

        assert spent > 10 * max(rested, 0.01)
        assert backends_cpu_now(server, [one.role, other.role]) >= spent + rested

    assert backends_cpu_now(server, [f"{one.role}_with_a_longer_name"]) == 0


def pid_of(postgres: Server) -> int:
    """Return the pid of the server, the parent of its backends."""
    with postgres.connection() as connection:
        row = connection.execute("select pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    return int(row[0].splitlines()[0])
