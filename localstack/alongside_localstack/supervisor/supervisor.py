"""Starts processes and steps in the order of what they need, watches them, restarts them and stops them.

Nothing is orphaned: every process leads its own group, is stopped in reverse order (asked first, then made to), and
is signalled by the kernel should the supervisor itself be killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from alongside_cli.errors import NotRunning
from alongside_localstack.errors import StartFailed
from alongside_localstack.supervisor.processes import (
    Event,
    Listener,
    Node,
    OutputLine,
    StartUpTask,
    State,
    StateChange,
    Status,
    start_order,
)
from alongside_localstack.supervisor.supervised_node import SupervisedNode

FOLLOW_SECONDS = 0.1


class Supervisor:
    """`add` nodes, `await start()`, and `await stop()` however the block in between ends.

    Logs go to `<log_folder>/<name>.log`. Listeners added with `subscribe` hear every change of state and, if they
    ask for lines, whatever the processes write.
    """

    def __init__(self, log_folder: Path, *, environment: Mapping[str, str]) -> None:
        self._log_folder = log_folder
        self._environment = environment
        self._nodes: dict[str, SupervisedNode] = {}
        self._listeners: list[Listener] = []
        self._line_listeners: list[Listener] = []
        self._follower: asyncio.Task[None] | None = None
        self._gave_up: asyncio.Queue[str] = asyncio.Queue()

    def add(self, *nodes: Node) -> None:
        """Take more nodes under supervision; they start with the next `start`."""
        for node in nodes:
            if node.name in self._nodes:
                raise ValueError(f"there is a {node.name} already")
            log = self._log_folder / f"{node.name}.log"
            self._nodes[node.name] = SupervisedNode(
                node, log=log, environment=self._environment, announce=self._announce
            )

    def subscribe(self, listener: Listener, *, lines: bool = False) -> Callable[[], None]:
        """Hear every Changed and, with `lines`, every Line from now on; call the answer to stop hearing."""
        listeners = [self._listeners, *([self._line_listeners] if lines else [])]
        for each in listeners:
            each.append(listener)

        def unsubscribe() -> None:
            for each in listeners:
                each.remove(listener)

        return unsubscribe

    async def start(self) -> None:
        """Start what is not running, independent nodes at the same time; return when all of it is ready.

        Raises StartFailed for the first that fails; what runs by then keeps running, so call `stop`.
        """
        names = start_order({name: each.node for name, each in self._nodes.items()})
        self._log_folder.mkdir(parents=True, exist_ok=True)
        if self._follower is None:
            self._follower = asyncio.create_task(self._follow())
        tasks: dict[str, asyncio.Task[None]] = {}
        for name in names:
            tasks[name] = asyncio.create_task(self._start_after(self._nodes[name], tasks))
        await _all_or_first_failure(tasks.values())

    async def _start_after(self, each: SupervisedNode, tasks: Mapping[str, asyncio.Task[None]]) -> None:
        if each.is_up:
            return
        await asyncio.gather(*(asyncio.shield(tasks[name]) for name in each.node.after))
        await each.start()

    async def stop(self) -> None:
        """Stop everything, each before what it needs; never raises for a process that is gone already."""
        needed_by = self._needed_by()
        tasks: dict[str, asyncio.Task[None]] = {}
        for name in reversed(start_order({name: each.node for name, each in self._nodes.items()})):
            tasks[name] = asyncio.create_task(self._stop_after(name, needed_by[name], tasks))
        if tasks:
            await asyncio.wait(tasks.values())
        if self._follower is not None:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
            self._follower = None
        self._read_lines()

    async def _stop_after(
        self, name: str, needed_by: Iterable[str], tasks: Mapping[str, asyncio.Task[None]]
    ) -> None:
        await asyncio.gather(*(asyncio.shield(tasks[each]) for each in needed_by), return_exceptions=True)
        await self._nodes[name].stop()

    def _needed_by(self) -> dict[str, list[str]]:
        needed: dict[str, list[str]] = {name: [] for name in self._nodes}
        for name, each in self._nodes.items():
            for other in each.node.after:
                needed[other].append(name)
        return needed

    async def stop_one(self, name: str) -> None:
        """Stop one process and leave the others running."""
        await self._node(name).stop()

    async def start_one(self, name: str) -> None:
        """Start one stopped or given-up process again and wait until it is ready."""
        await self._node(name).start()

    async def restart_one(self, name: str) -> None:
        """Stop and start one process; for a step, run it again."""
        await self.stop_one(name)
        await self.start_one(name)

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Signal a process behind the supervisor's back, as a fault would; the pid that was hit."""
        return self._node(name).kill(with_signal)

    def kill_everything(self) -> None:
        """SIGKILL whatever runs, at once: for somebody who will not wait for `stop`."""
        for name in [each.name for each in self.status() if each.pid is not None]:
            with contextlib.suppress(NotRunning):
                self.kill(name)

    async def wait_ready(self, name: str, seconds_max: float = 60.0) -> None:
        """Wait until a process, for example one that was killed, is ready again."""
        await self._node(name).wait_ready(seconds_max)

    async def wait_for_failure(self) -> StartFailed:
        """Wait until a process is given up after crashing again and again; the error that says so."""
        name = await self._gave_up.get()
        return self._nodes[name].failure()

    def status(self) -> tuple[Status, ...]:
        """How every node is doing, in the order they were added."""
        return tuple(each.status() for each in self._nodes.values())

    def _node(self, name: str) -> SupervisedNode:
        try:
            return self._nodes[name]
        except KeyError:
            raise NotRunning(
                f"There is no process called {name}.", remedy=f"choose one of {', '.join(self._nodes)}."
            ) from None

    def _announce(self, event: Event) -> None:
        if isinstance(event, StateChange) and event.state is State.FAILED:
            self._gave_up.put_nowait(event.name)
        for listener in tuple(self._line_listeners if isinstance(event, OutputLine) else self._listeners):
            listener(event)

    async def _follow(self) -> None:
        while True:
            self._read_lines()
            await asyncio.sleep(FOLLOW_SECONDS)

    def _read_lines(self) -> None:
        for name, each in self._nodes.items():
            if isinstance(each.node, StartUpTask):
                continue
            for text in each.output.new_lines(wanted=bool(self._line_listeners)):
                self._announce(OutputLine(name, text))


async def _all_or_first_failure(tasks: Iterable[asyncio.Task[None]]) -> None:
    waiting = list(tasks)
    if not waiting:
        return
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    failures = [task.exception() for task in done if not task.cancelled()]
    for failure in failures:
        if failure is not None:
            raise failure
