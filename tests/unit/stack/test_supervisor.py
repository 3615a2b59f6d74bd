"""The supervisor with small real processes: order, readiness, restart, failure, stopping."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from alongside_cli.errors import NotRunning
from alongside_localstack.errors import StartFailed
from alongside_localstack.settings import inherited_environment
from alongside_localstack.supervisor.processes import (
    Event,
    Node,
    OutputLine,
    Process,
    RestartPolicy,
    StartUpTask,
    State,
    StateChange,
    start_order,
)
from alongside_localstack.supervisor.supervisor import Supervisor

QUICKLY = RestartPolicy(quick_crashes_max=3, pause_seconds_first=0.01, pause_seconds_max=0.02)


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", code)


SLEEPER = python("import time; print('awake', flush=True); time.sleep(60)")
STUBBORN = python(
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


@asynccontextmanager
async def supervised(folder: Path, *nodes: Node) -> AsyncIterator[tuple[Supervisor, list[Event]]]:
    supervisor = Supervisor(folder, environment=inherited_environment())
    events: list[Event] = []
    supervisor.subscribe(events.append, lines=True)
    supervisor.add(*nodes)
    try:
        yield supervisor, events
    finally:
        await supervisor.stop()


async def eventually(holds: Callable[[], bool], what: str, seconds_max: float = 10) -> None:
    deadline = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds_max:g} s for {what}"
        await asyncio.sleep(0.01)


def says(log: Path, word: str) -> Callable[[], Awaitable[str | None]]:
    async def ask() -> str | None:
        written = await asyncio.to_thread(lambda: log.exists() and word in log.read_text())
        return None if written else f"it has not said {word}"

    return ask


def pid_of(supervisor: Supervisor, name: str) -> int:
    pid = next(each.pid for each in supervisor.status() if each.name == name)
    assert pid is not None
    return pid


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def states(events: list[Event], name: str) -> list[State]:
    return [event.state for event in events if isinstance(event, StateChange) and event.name == name]


async def test_a_process_starts_only_when_what_it_needs_is_ready(tmp_path: Path) -> None:
    done: list[str] = []

    async def note(name: str) -> None:
        done.append(name)

    base = Process(name="base", argv=SLEEPER, probe=says(tmp_path / "base.log", "awake"))
    step = StartUpTask(name="step", run=lambda: note("step"), after=("base",))
    top = Process(name="top", argv=SLEEPER, after=("step",))

    async with supervised(tmp_path, top, step, base) as (supervisor, events):
        await supervisor.start()

        starts = [
            event.name for event in events if isinstance(event, StateChange) and event.state is State.STARTING
        ]
        assert starts == ["base", "step", "top"]
        assert done == ["step"]


async def test_stopping_goes_in_reverse_order(tmp_path: Path) -> None:
    base = Process(name="base", argv=SLEEPER)
    top = Process(name="top", argv=SLEEPER, after=("base",))
    async with supervised(tmp_path, base, top) as (supervisor, events):
        await supervisor.start()

        await supervisor.stop()

    stopped = [
        event.name for event in events if isinstance(event, StateChange) and event.state is State.STOPPED
    ]
    assert stopped == ["top", "base"]


async def test_a_failed_start_shows_the_log_and_starts_nothing_that_needs_it(tmp_path: Path) -> None:
    crashing = Process(
        name="broken",
        argv=python("print('no such table'); raise SystemExit(3)"),
        probe=says(tmp_path / "broken.log", "never said"),
        remedy="make a table",
    )
    top = Process(name="top", argv=SLEEPER, after=("broken",))
    async with supervised(tmp_path, crashing, top) as (supervisor, events):
        with pytest.raises(StartFailed) as caught:
            await supervisor.start()

    message = str(caught.value)
    assert "broken ended with exit code 3 while starting" in message
    assert "no such table" in message
    assert "make a table" in message
    assert State.STARTING not in states(events, "top")


async def test_a_process_that_never_gets_ready_says_what_was_missing(tmp_path: Path) -> None:
    never = Process(name="never", argv=SLEEPER, probe=says(tmp_path / "x", "y"), ready_seconds_max=0.2)
    async with supervised(tmp_path, never) as (supervisor, _):
        with pytest.raises(StartFailed, match=r"not ready within 0\.2 s: it has not said y"):
            await supervisor.start()


async def test_a_program_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    async with supervised(tmp_path, Process(name="ghost", argv=("/no/such/program",))) as (supervisor, _):
        with pytest.raises(StartFailed, match="could not be run"):
            await supervisor.start()


async def test_a_one_shot_must_succeed_before_the_next_starts(tmp_path: Path) -> None:
    once = Process(name="once", argv=python("pass"), once=True)
    top = Process(name="top", argv=SLEEPER, after=("once",))
    async with supervised(tmp_path, once, top) as (supervisor, _):
        await supervisor.start()

        assert {each.name: each.state for each in supervisor.status()} == {
            "once": State.DONE,
            "top": State.READY,
        }


async def test_a_killed_process_is_restarted_and_reported(tmp_path: Path) -> None:
    async with supervised(tmp_path, Process(name="one", argv=SLEEPER, restart=QUICKLY)) as (
        supervisor,
        events,
    ):
        await supervisor.start()

        before = supervisor.kill("one")
        await supervisor.wait_ready("one", 10)

        assert pid_of(supervisor, "one") != before
        crash = next(
            each for each in events if isinstance(each, StateChange) and each.state is State.RESTARTING
        )
        assert "SIGKILL" in crash.detail
        assert supervisor.status()[0].restarts == 1


async def test_a_crash_loop_is_not_restarted_forever_and_fails_with_the_end_of_its_log(
    tmp_path: Path,
) -> None:
    allowed = tmp_path / "allowed"
    allowed.touch()
    code = f"import os, time; print('bad day'); os.path.exists({str(allowed)!r}) and time.sleep(60); raise SystemExit(9)"
    started = says(tmp_path / "loop.log", "")
    async with supervised(
        tmp_path, Process(name="loop", argv=python(code), restart=QUICKLY, probe=started)
    ) as (
        supervisor,
        _,
    ):
        await supervisor.start()
        allowed.unlink()

        supervisor.kill("loop")
        failure = await asyncio.wait_for(supervisor.wait_for_failure(), 10)

        assert "not restarted, it crashed 4 times in a row" in str(failure)
        assert "bad day" in str(failure)


async def test_a_process_deaf_to_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    deaf = Process(
        name="deaf", argv=STUBBORN, probe=says(tmp_path / "deaf.log", "deaf"), stop_seconds_max=0.2
    )
    async with supervised(tmp_path, deaf) as (supervisor, _):
        await supervisor.start()
        pid = pid_of(supervisor, "deaf")

        await supervisor.stop()

        assert not is_running(pid)
        assert "did not stop within" in supervisor.status()[0].detail


async def test_what_a_process_forked_ends_with_it(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)']); "
        "print('child', child.pid, flush=True); time.sleep(60)"
    )
    log = tmp_path / "parent.log"
    async with supervised(tmp_path, Process(name="parent", argv=python(code), probe=says(log, "child"))) as (
        supervisor,
        _,
    ):
        await supervisor.start()
        child = int(log.read_text().split()[1])

        await supervisor.stop()

        await eventually(lambda: not is_running(child), "the forked child to end")


async def test_a_frozen_process_can_be_stopped(tmp_path: Path) -> None:
    frozen = Process(name="frozen", argv=SLEEPER, stop_seconds_max=0.2)
    async with supervised(tmp_path, frozen) as (supervisor, _):
        await supervisor.start()
        pid = supervisor.kill("frozen", signal.SIGSTOP)

        await supervisor.stop()

        assert not is_running(pid)


async def test_a_listener_gets_the_lines_of_a_process(tmp_path: Path) -> None:
    async with supervised(tmp_path, Process(name="one", argv=SLEEPER)) as (supervisor, events):
        await supervisor.start()

        await eventually(lambda: OutputLine("one", "awake") in events, "the line 'awake'")


async def test_a_stopped_process_stays_down_until_it_is_started(tmp_path: Path) -> None:
    async with supervised(tmp_path, Process(name="one", argv=SLEEPER)) as (supervisor, _):
        await supervisor.start()

        await supervisor.stop_one("one")
        with pytest.raises(NotRunning):
            supervisor.kill("one")
        await supervisor.start_one("one")

        assert supervisor.status()[0].state is State.READY


async def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    async with supervised(tmp_path, Process(name="one", argv=SLEEPER)) as (supervisor, _):
        with pytest.raises(NotRunning, match="choose one of one"):
            supervisor.kill("two")


async def test_processes_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
from alongside_localstack.supervisor.processes import Process
from alongside_localstack.settings import inherited_environment
from alongside_localstack.supervisor.supervisor import Supervisor

async def main():
    supervisor = Supervisor(Path({str(tmp_path)!r}), environment=inherited_environment())
    supervisor.add(Process(name="one", argv=(sys.executable, "-S", "-c", "import time; time.sleep(60)")))
    await supervisor.start()
    print(supervisor.status()[0].pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 20))

    parent.kill()
    await parent.communicate()

    await eventually(lambda: not is_running(pid), "the orphan to end")


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([Process(name="a", argv=SLEEPER, after=("b",))], "b, which does not exist"),
        (
            [Process(name="a", argv=SLEEPER, after=("b",)), Process(name="b", argv=SLEEPER, after=("a",))],
            "wait for each other: a, b",
        ),
    ],
)
def test_an_impossible_order_is_refused(nodes: list[Node], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        start_order({node.name: node for node in nodes})


def test_the_pause_before_a_restart_doubles_up_to_its_limit() -> None:
    restart = RestartPolicy(pause_seconds_first=1, pause_seconds_max=5)

    assert [restart.pause(crashes) for crashes in (1, 2, 3, 4, 5)] == [1, 2, 4, 5, 5]
