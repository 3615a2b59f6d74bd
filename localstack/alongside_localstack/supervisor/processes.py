"""The nodes of a stack: processes, start-up tasks, and their states."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from alongside_localstack.supervisor.account import Account
from alongside_localstack.supervisor.probes import Probe


class State(StrEnum):
    """The state of a node."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class RestartPolicy:
    """When and how often a crashed process is restarted.

    A crash within `quick_seconds` of the start is a quick crash; after more than `quick_crashes_max` of them in a row the
    process is not restarted. The pause doubles from `pause_seconds_first` to `pause_seconds_max`.
    """

    quick_crashes_max: int = 5
    quick_seconds: float = 10.0
    pause_seconds_first: float = 0.2
    pause_seconds_max: float = 5.0

    def pause(self, quick_crashes: int) -> float:
        """Return the seconds to wait before the next start after that many quick crashes in a row (1 or more)."""
        return min(self.pause_seconds_first * 2.0 ** (quick_crashes - 1), self.pause_seconds_max)


@dataclass(frozen=True, kw_only=True)
class Process:
    """A program that runs until it is stopped; with `once`, one that must exit with 0 before others start."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables added to the inherited environment."""
    cwd: Path | None = None
    after: tuple[str, ...] = ()
    """Names of nodes that must be ready or done before this one starts; they stop after this one."""
    probe: Probe | None = None
    ready_seconds_max: float = 60.0
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds_max: float = 12.0
    """After that, SIGKILL is sent. Services stop within 10 s."""
    orphan_signal: signal.Signals = signal.SIGKILL
    """The signal that the kernel sends if the supervisor dies first."""
    restart: RestartPolicy | None = field(default_factory=RestartPolicy)
    account: Account = field(default_factory=Account)
    remedy: str = ""
    """What usually helps when the process does not start."""


@dataclass(frozen=True, kw_only=True)
class StartUpTask:
    """A function that runs once during the start: it creates files, databases or topics."""

    name: str
    run: Callable[[], Awaitable[None]]
    after: tuple[str, ...] = ()
    seconds_max: float = 120.0


Node = Process | StartUpTask


@dataclass(frozen=True)
class StateChange:
    """A node's new state; `detail` is one readable line."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True)
class OutputLine:
    """A line of a process's output."""

    name: str
    text: str


Event = StateChange | OutputLine
Subscriber = Callable[[Event], None]


@dataclass(frozen=True)
class ProcessStatus:
    """The status of a node; `started_at` is the operating system's start time of the pid, to detect re-used pids."""

    name: str
    state: State
    pid: int | None
    started_at: float | None
    restarts: int
    detail: str


def start_order(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Return the names in start order: each node after those it depends on.

    Raises ValueError for an unknown name and for a cycle.
    """
    for node in nodes.values():
        if missing := [name for name in node.after if name not in nodes]:
            raise ValueError(f"{node.name} waits for {missing[0]}, which does not exist")
    ordered: dict[str, None] = {}
    while len(ordered) < len(nodes):
        startable = [
            name
            for name, node in nodes.items()
            if name not in ordered and all(earlier in ordered for earlier in node.after)
        ]
        if not startable:
            raise ValueError(
                f"these nodes wait for each other: {', '.join(sorted(nodes.keys() - ordered.keys()))}"
            )
        ordered |= dict.fromkeys(startable)
    return tuple(ordered)
