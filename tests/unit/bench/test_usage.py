"""What a component costs includes whatever it forked."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from alongside_cli.bench.usage import Usage, cpu_now, memory_mib, rss_mib

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
    """The pid of a process whose child has worked for a while."""
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

    assert spent.us_each(1000) == {"intake": 2000, "kafka": 500, "total": 2500}
