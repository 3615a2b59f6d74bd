"""What a demonstration says about the memory of the local stack."""

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest
from rich.console import Console

from alongside_localstack.demo.evaluation import Observations, evaluate
from alongside_localstack.demo.show import print_summary
from alongside_localstack.demo.stack_memory import (
    MEMORY_GIB_MAX,
    StackMemory,
    add_up,
    describe_memory,
    measure_memory,
    pss_bytes,
)

MIB = 1024**2
SHARED_MIB = 64
SHARING = f"""
import mmap, os, sys
shared = mmap.mmap(-1, {SHARED_MIB} << 20)
def touch():
    for offset in range(0, len(shared), mmap.PAGESIZE): shared[offset] = 1
touch()
if os.fork():
    sys.stdin.read()
else:
    touch()
    print(flush=True)
    sys.stdin.read()
"""
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports PSS")


@pytest.fixture
def sharing() -> Iterator[int]:
    """The pid of a process that shares memory with its child."""
    with subprocess.Popen(
        [sys.executable, "-c", SHARING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid


@pytest.fixture
def ended() -> psutil.Process:
    """A process that was found while it ran, and has ended since."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        found = psutil.Process(process.pid)
        process.communicate(b"\n")
    return found


def a_process(*, reports: Any = None, refuses: bool = False) -> psutil.Process:
    """Return a process on a system that reports these fields of memory, or refuses to."""

    def memory_full_info() -> Any:
        if refuses:
            raise psutil.AccessDenied(1)
        return SimpleNamespace(**reports)

    return cast("psutil.Process", SimpleNamespace(memory_full_info=memory_full_info))


def of_mib(**mib_by_part: int) -> StackMemory:
    """Return the memory of these parts, in MiB."""
    return StackMemory({name: mib * MIB for name, mib in mib_by_part.items()})


def printed(memory: StackMemory | None) -> str:
    """Return the summary of an otherwise empty demonstration."""
    console = Console(record=True, width=80)
    print_summary(console, evaluate(Observations((), {})), seconds=1.0, broker="kafka", memory=memory)
    return console.export_text()


def test_a_part_is_its_processes_together_and_the_stack_all_parts() -> None:
    memory = add_up({"kafka": [400 * MIB], "postgres": [100 * MIB, 10 * MIB, 2 * MIB]})

    assert memory == of_mib(kafka=400, postgres=112)
    assert memory.gib == 0.5


def test_a_part_that_has_ended_is_left_out() -> None:
    assert add_up({"kafka": [400 * MIB], "intake": [], "matching": [0]}) == of_mib(kafka=400)


def test_no_sum_is_given_when_one_process_is_unknown() -> None:
    assert add_up({"kafka": [400 * MIB], "postgres": [100 * MIB, None]}) is None


def test_a_process_that_ends_while_it_is_read_has_no_memory(ended: psutil.Process) -> None:
    assert pss_bytes(ended) == 0


@only_linux
def test_a_vanished_pid_is_left_out(ended: psutil.Process) -> None:
    memory = measure_memory({"gone": ended.pid})

    assert memory is not None
    assert list(memory.bytes_by_part) == ["supervisor"]


@only_linux
def test_memory_shared_with_a_child_counts_once(sharing: int) -> None:
    memory = measure_memory({"sharing": sharing})

    assert memory is not None
    assert SHARED_MIB * MIB < memory.bytes_by_part["sharing"] < 2 * SHARED_MIB * MIB


@pytest.mark.parametrize(
    "process", [a_process(reports={"rss": 5 * MIB, "uss": 4 * MIB}), a_process(refuses=True)]
)
def test_the_size_is_unknown_where_the_system_does_not_report_it(process: psutil.Process) -> None:
    assert pss_bytes(process) is None


def test_the_line_names_the_largest_parts_and_adds_up_the_rest() -> None:
    memory = of_mib(mail=40, traces=60, intake=100, kafka=500, postgres=200, matching=150, supervisor=90)

    assert describe_memory(memory) == (
        "memory: 1.11 GiB, within the limit of 2.0 GiB: kafka 500 MiB, postgres 200 MiB, matching 150 MiB,"
        " intake 100 MiB, supervisor 90 MiB, the rest 100 MiB (PSS at this moment, not the peak)"
    )


def test_there_is_no_rest_when_every_part_is_named() -> None:
    assert "kafka 500 MiB (PSS" in describe_memory(of_mib(kafka=500))


def test_exactly_the_limit_is_within_it() -> None:
    limit = of_mib(kafka=round(MEMORY_GIB_MAX * 1024))

    assert not limit.is_over_limit
    assert StackMemory({**limit.bytes_by_part, "mail": 1}).is_over_limit


def test_the_summary_warns_above_the_limit_in_one_line() -> None:
    summary = printed(of_mib(kafka=1600, postgres=700))

    assert (
        "\nwarning: memory: 2.25 GiB, over the limit of 2.0 GiB: kafka 1600 MiB, postgres 700 MiB ("
        in summary
    )


def test_the_summary_does_not_warn_within_the_limit() -> None:
    assert "warning" not in printed(of_mib(kafka=500))


def test_the_summary_says_that_memory_was_not_measured() -> None:
    assert "memory: not measured, this system does not report" in printed(None)


def test_the_json_lists_mib_by_part_with_total_and_limit() -> None:
    assert list(of_mib(postgres=200, kafka=500).as_json().items()) == [
        ("kafka", 500.0),
        ("postgres", 200.0),
        ("total", 700.0),
        ("total_max", 2048.0),
    ]
