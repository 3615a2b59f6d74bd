"""Status, stop and reset of a stack that runs in another terminal."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from alongside_cli.errors import CommandError, NotRunning
from alongside_localstack.errors import AlreadyRunning
from alongside_localstack.state import StateFolder
from alongside_localstack.supervisor.child import start_time
from alongside_localstack.supervisor.process_groups import signal_group

_SAME_START_SECONDS = 1.0
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class StackStatus:
    """The status file of the supervisor, checked against the running processes.

    `nodes` have the fields of `processes.ProcessStatus`; `addresses` are by name.
    """

    running: bool
    pid: int | None
    addresses: dict[str, str]
    nodes: list[dict[str, Any]]


def status(state: StateFolder) -> StackStatus:
    """Return the status of the stack on this folder; `running` is False after a crash, whatever the file says."""
    status_file = state.read_status()
    pid = status_file.get("pid")
    running = _is_alive(pid, status_file.get("started_at")) and state.is_held()
    return StackStatus(
        running=running,
        pid=pid if running else None,
        addresses=status_file.get("addresses", {}) if running else {},
        nodes=status_file.get("nodes", []) if running else [],
    )


def down(state: StateFolder, *, seconds_max: float = 90.0) -> int:
    """Ask the supervisor to stop everything, wait until it has ended, and return its pid.

    Raises NotRunning when there is none, CommandError when it takes longer than `seconds_max`.
    """
    pid = status(state).pid
    if pid is None:
        raise NotRunning(f"No stack is running on {state.root}.", remedy="start one with `make up`.")
    os.kill(pid, signal.SIGTERM)
    if not _wait_until_gone([pid], seconds_max):
        raise CommandError(
            f"The supervisor (pid {pid}) has not stopped within {seconds_max:g} s.",
            remedy=f"read the logs in {state.logs}, or kill it and all its processes with `kill -9 {pid}`.",
        )
    return pid


def reset(state: StateFolder) -> None:
    """Delete the state folder: data, logs, ports, secrets. Raises AlreadyRunning while a stack uses it."""
    if state.is_held():
        raise AlreadyRunning(
            f"The stack on {state.root} is running.", remedy="stop it first: `alongside down`."
        )
    end_leftovers(state)
    state.remove()


def end_leftovers(state: StateFolder, *, seconds_max: float = 15.0) -> list[str]:
    """End processes left by a killed supervisor, which on Linux the kernel has ended already; return their names.

    A pid is compared together with its start time, so a re-used pid is never signalled.
    """
    leftovers = {
        str(node["name"]): int(node["pid"])
        for node in state.read_status().get("nodes", [])
        if _is_alive(node.get("pid"), node.get("started_at"))
    }
    for name, pid in leftovers.items():
        signal_group(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    if not _wait_until_gone(leftovers.values(), seconds_max):
        for pid in leftovers.values():
            signal_group(pid, signal.SIGKILL)
        _wait_until_gone(leftovers.values(), seconds_max)
    return list(leftovers)


def await_running(state: StateFolder, *, seconds_max: float) -> StackStatus:
    """Wait until a stack started elsewhere has all nodes ready. Raises NotRunning after `seconds_max`."""
    deadline = time.monotonic() + seconds_max
    while True:
        current = status(state)
        if (
            current.running
            and current.nodes
            and all(node["state"] in {"ready", "done"} for node in current.nodes)
        ):
            return current
        if time.monotonic() > deadline:
            raise NotRunning(
                f"The stack on {state.root} was not ready within {seconds_max:g} s.",
                remedy=f"see what runs with `alongside status`; the logs of started processes are in {state.logs}.",
            )
        time.sleep(_PAUSE_SECONDS)


def _wait_until_gone(pids: Iterable[int], seconds_max: float) -> bool:
    alive = set(pids)
    deadline = time.monotonic() + seconds_max
    while alive := {pid for pid in alive if start_time(pid) is not None}:
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def _is_alive(pid: int | None, started_at: float | None) -> bool:
    if pid is None or started_at is None:
        return False
    actual = start_time(pid)
    return actual is not None and abs(actual - started_at) < _SAME_START_SECONDS
