"""Starts nodes (processes and start-up tasks) in dependency order, watches them, restarts them and stops them.

No process is orphaned: each leads its own group, is stopped in reverse order (stop signal, then SIGKILL), and is
signalled by the kernel if the supervisor itself is killed.
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
    Node,
    OutputLine,
    ProcessStatus,
    StartUpTask,
    State,
    StateChange,
    Subscriber,
    start_order,
)
from alongside_localstack.supervisor.supervised_node import SupervisedNode

OUTPUT_POLL_SECONDS = 0.1


class Supervisor:
    """Supervises nodes: `add` them, `await start()`, and always `await stop()`.

    Logs are written to `<log_folder>/<name>.log`. Subscribers get every state change and, with `lines`,
    the output of the processes.
    """

    def __init__(self, log_folder: Path, *, environment: Mapping[str, str]) -> None:
        self._log_folder = log_folder
        self._environment = environment
        self._nodes: dict[str, SupervisedNode] = {}
        self._subscribers: list[Subscriber] = []
        self._line_subscribers: list[Subscriber] = []
        self._output_task: asyncio.Task[None] | None = None
        self._failed_names: asyncio.Queue[str] = asyncio.Queue()

    def add(self, *nodes: Node) -> None:
        """Add nodes; they start with the next `start`. Raises ValueError for a name that exists."""
        for node in nodes:
            if node.name in self._nodes:
                raise ValueError(f"a node named {node.name!r} was added already: choose another name")
            log = self._log_folder / f"{node.name}.log"
            self._nodes[node.name] = SupervisedNode(
                node, log=log, environment=self._environment, emit=self._emit
            )

    def subscribe(self, subscriber: Subscriber, *, lines: bool = False) -> Callable[[], None]:
        """Send every StateChange and, with `lines`, every OutputLine to the subscriber; return a function to unsubscribe."""
        subscriber_lists = [self._subscribers, *([self._line_subscribers] if lines else [])]
        for subscriber_list in subscriber_lists:
            subscriber_list.append(subscriber)

        def unsubscribe() -> None:
            for subscriber_list in subscriber_lists:
                subscriber_list.remove(subscriber)

        return unsubscribe

    async def start(self) -> None:
        """Start all nodes that do not run, independent ones concurrently; return when all are ready.

        Raises StartFailed for the first node that fails; the others keep running until `stop` is called.
        """
        names = start_order({name: supervised.node for name, supervised in self._nodes.items()})
        self._log_folder.mkdir(parents=True, exist_ok=True)
        if self._output_task is None:
            self._output_task = asyncio.create_task(self._follow_output())
        tasks: dict[str, asyncio.Task[None]] = {}
        for name in names:
            tasks[name] = asyncio.create_task(self._start_after(self._nodes[name], tasks))
        await _all_or_first_failure(tasks.values())

    async def _start_after(self, supervised: SupervisedNode, tasks: Mapping[str, asyncio.Task[None]]) -> None:
        if supervised.is_up:
            return
        await asyncio.gather(*(asyncio.shield(tasks[name]) for name in supervised.node.after))
        await supervised.start()

    async def stop(self) -> None:
        """Stop all nodes, each before those it depends on; an ended process is no error."""
        dependents = self._dependents()
        tasks: dict[str, asyncio.Task[None]] = {}
        for name in reversed(
            start_order({name: supervised.node for name, supervised in self._nodes.items()})
        ):
            tasks[name] = asyncio.create_task(self._stop_after(name, dependents[name], tasks))
        if tasks:
            await asyncio.wait(tasks.values())
        if self._output_task is not None:
            self._output_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._output_task
            self._output_task = None
        self._read_lines()

    async def _stop_after(
        self, name: str, dependents: Iterable[str], tasks: Mapping[str, asyncio.Task[None]]
    ) -> None:
        await asyncio.gather(
            *(asyncio.shield(tasks[dependent]) for dependent in dependents), return_exceptions=True
        )
        await self._nodes[name].stop()

    def _dependents(self) -> dict[str, list[str]]:
        """Return, for each node, the names of the nodes that start after it."""
        dependents: dict[str, list[str]] = {name: [] for name in self._nodes}
        for name, supervised in self._nodes.items():
            for earlier in supervised.node.after:
                dependents[earlier].append(name)
        return dependents

    async def stop_one(self, name: str) -> None:
        """Stop one node; the others keep running."""
        await self._node(name).stop()

    async def start_one(self, name: str) -> None:
        """Start one stopped or failed node again and wait until it is ready."""
        await self._node(name).start()

    async def restart_one(self, name: str) -> None:
        """Stop and start one node; a start-up task runs again."""
        await self.stop_one(name)
        await self.start_one(name)

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a process, as a fault would, and return its pid."""
        return self._node(name).kill(with_signal)

    def kill_everything(self) -> None:
        """Send SIGKILL to all running processes, for a user who does not wait for `stop`."""
        for name in [status.name for status in self.status() if status.pid is not None]:
            with contextlib.suppress(NotRunning):
                self.kill(name)

    async def wait_ready(self, name: str, seconds_max: float = 60.0) -> None:
        """Wait until a process, for example a killed one, is ready again."""
        await self._node(name).wait_ready(seconds_max)

    async def wait_for_failure(self) -> StartFailed:
        """Wait until a process has crashed too often to be restarted, and return its error."""
        name = await self._failed_names.get()
        return self._nodes[name].failure()

    def status(self) -> tuple[ProcessStatus, ...]:
        """Return the status of every node, in the order added."""
        return tuple(supervised.status() for supervised in self._nodes.values())

    def _node(self, name: str) -> SupervisedNode:
        try:
            return self._nodes[name]
        except KeyError:
            raise NotRunning(
                f"There is no process named {name}.", remedy=f"choose one of {', '.join(self._nodes)}."
            ) from None

    def _emit(self, event: Event) -> None:
        if isinstance(event, StateChange) and event.state is State.FAILED:
            self._failed_names.put_nowait(event.name)
        for subscriber in tuple(
            self._line_subscribers if isinstance(event, OutputLine) else self._subscribers
        ):
            subscriber(event)

    async def _follow_output(self) -> None:
        while True:
            self._read_lines()
            await asyncio.sleep(OUTPUT_POLL_SECONDS)

    def _read_lines(self) -> None:
        for name, supervised in self._nodes.items():
            if isinstance(supervised.node, StartUpTask):
                continue
            for text in supervised.output.new_lines(wanted=bool(self._line_subscribers)):
                self._emit(OutputLine(name, text))


async def _all_or_first_failure(tasks: Iterable[asyncio.Task[None]]) -> None:
    all_tasks = list(tasks)
    if not all_tasks:
        return
    try:
        done, _ = await asyncio.wait(all_tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in all_tasks:
            task.cancel()
        await asyncio.gather(*all_tasks, return_exceptions=True)
    failures = [task.exception() for task in done if not task.cancelled()]
    for failure in failures:
        if failure is not None:
            raise failure
