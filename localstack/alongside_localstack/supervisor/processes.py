"""What can be supervised: processes that run on, steps that run once, and the words for how they are doing."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from alongside_localstack.supervisor.account import Account
from alongside_localstack.supervisor.probes import Probe


class State(StrEnum):
    """How a node of the stack is doing."""

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
    """How often a crashed process is started again.

    A process that lived `quick_seconds` starts with a clean slate; `quick_crashes_max` crashes sooner than that in
    a row and it is given up. The pause doubles from `pause_seconds` to `pause_seconds_max`.
    """

    quick_crashes_max: int = 5
    quick_seconds: float = 10.0
    pause_seconds: float = 0.2
    pause_seconds_max: float = 5.0

    def pause(self, quick_crashes: int) -> float:
        """Seconds to wait before the next start after that many quick crashes in a row (1 or more)."""
        return min(self.pause_seconds * 2.0 ** (quick_crashes - 1), self.pause_seconds_max)


@dataclass(frozen=True, kw_only=True)
class Process:
    """A program that should run until it is stopped; with `once`, one that should end well before others start."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Laid over the inherited environment."""
    cwd: Path | None = None
    after: tuple[str, ...] = ()
    """Names that must be ready (or done) before this one starts; they stop after it."""
    probe: Probe | None = None
    ready_seconds_max: float = 60.0
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds_max: float = 12.0
    """Then SIGKILL. Services promise to stop within 10 s."""
    orphan_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel if the supervisor dies without stopping it."""
    restart: RestartPolicy | None = field(default_factory=RestartPolicy)
    account: Account = field(default_factory=Account)
    remedy: str = ""
    """What usually helps when it does not start."""


@dataclass(frozen=True, kw_only=True)
class StartUpTask:
    """A piece of our own work in the order of starting: create files, databases, topics."""

    name: str
    run: Callable[[], Awaitable[None]]
    after: tuple[str, ...] = ()
    seconds_max: float = 120.0


Node = Process | StartUpTask


@dataclass(frozen=True)
class StateChange:
    """A node changed its state; `detail` is one readable line."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True)
class OutputLine:
    """A line a process wrote."""

    name: str
    text: str


Event = StateChange | OutputLine
Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Status:
    """How a node is doing now; `started_at` is the operating system's start time of the pid (to tell re-used pids)."""

    name: str
    state: State
    pid: int | None
    started_at: float | None
    restarts: int
    detail: str


def start_order(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """Names so that each comes after what it needs.

    Raises ValueError for a name nobody has, and for a circle.
    """
    for node in nodes.values():
        if missing := [name for name in node.after if name not in nodes]:
            raise ValueError(f"{node.name} waits for {missing[0]}, which does not exist")
    ordered: dict[str, None] = {}
    while len(ordered) < len(nodes):
        free = [
            name
            for name, node in nodes.items()
            if name not in ordered and all(n in ordered for n in node.after)
        ]
        if not free:
            raise ValueError(f"these wait for each other: {', '.join(sorted(nodes.keys() - ordered.keys()))}")
        ordered |= dict.fromkeys(free)
    return tuple(ordered)
