"""One supervised node: start until ready, watch, restart after a crash, and stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Mapping
from itertools import chain, repeat
from pathlib import Path

from alongside_cli.errors import CommandError, NotRunning
from alongside_localstack.errors import StartFailed
from alongside_localstack.supervisor.child import Child, describe_exit, tail
from alongside_localstack.supervisor.output import Output
from alongside_localstack.supervisor.processes import (
    Event,
    Node,
    Process,
    ProcessStatus,
    StartUpTask,
    State,
    StateChange,
)

_PROBE_PAUSES_SECONDS = (
    *[0.02] * 20,
    *[0.05] * 20,
    0.1,
)  # frequent at first; later less often, because a slow start needs the processor
_UP = {State.STARTING, State.READY, State.DONE, State.RESTARTING}


class SupervisedNode:
    """The life cycle of one node. Used only by the supervisor."""

    def __init__(
        self, node: Node, *, log: Path, environment: Mapping[str, str], emit: Callable[[Event], None]
    ) -> None:
        self.node = node
        self.output = Output(log)
        self._log = log
        self._environment = environment
        self._emit = emit
        self._state = State.WAITING
        self._detail = ""
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None
        self._restarts = 0
        self._quick_crashes = 0
        self._ready = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Whether the node runs, starts, or has done its work."""
        return self._state in _UP

    def status(self) -> ProcessStatus:
        """Return the current status."""
        running = self._child if self._child is not None and self._child.exit_code is None else None
        return ProcessStatus(
            name=self.node.name,
            state=self._state,
            pid=running.pid if running else None,
            started_at=running.started_at if running else None,
            restarts=self._restarts,
            detail=self._detail,
        )

    def failure(self) -> StartFailed:
        """Return an error that describes the failure, with the end of the log."""
        remedy = self.node.remedy if isinstance(self.node, Process) else ""
        read_log = f"read the whole log: {self._log}"
        return StartFailed(
            f"{self.node.name} {self._detail}",
            log_tail=tail(self._log),
            remedy=f"{remedy} ({read_log})" if remedy else read_log,
        )

    async def start(self) -> None:
        """Start the node and return when it is ready. Raises StartFailed, or the error of a task."""
        self._quick_crashes = 0
        if isinstance(self.node, StartUpTask):
            await self._run_task(self.node)
            return
        try:
            await self._launch(self.node)
            if self.node.once:
                await self._await_end(self.node)
            else:
                await self._await_ready(self.node)
        except StartFailed:
            detail = self._detail
            await self._end_child(self.node)
            self._set_state(State.FAILED, detail)
            raise
        if not self.node.once:
            self._watch = asyncio.create_task(self._restart_on_crash(self.node))

    async def stop(self) -> None:
        """Stop the process: its stop signal, then SIGKILL after `stop_seconds_max`; no effect on tasks."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
        if isinstance(self.node, StartUpTask) or self._state in {State.WAITING, State.DONE}:
            self._state = State.WAITING
            return
        await self._end_child(self.node)
        if self._state not in {State.FAILED, State.STOPPED}:
            self._set_state(State.STOPPED, self._detail if self._state is State.STOPPING else "")

    def kill(self, with_signal: signal.Signals) -> int:
        """Signal the process group and return the pid. Raises NotRunning."""
        if self._child is None or self._child.exit_code is not None:
            raise NotRunning(f"{self.node.name} is not running.")
        if with_signal is signal.SIGKILL:
            self._ready.clear()  # so that wait_ready waits for the next start, not for the process just killed
        self._child.send(with_signal)
        return self._child.pid

    async def wait_ready(self, seconds_max: float) -> None:
        """Wait until the node is ready. Raises StartFailed after `seconds_max`."""
        try:
            await asyncio.wait_for(self._ready.wait(), seconds_max)
        except TimeoutError:
            raise StartFailed(
                f"{self.node.name} was not ready within {seconds_max:g} s ({self._state}: {self._detail}).",
                log_tail=tail(self._log),
            ) from None

    async def _run_task(self, task: StartUpTask) -> None:
        self._set_state(State.STARTING, "")
        try:
            await asyncio.wait_for(task.run(), task.seconds_max)
        except TimeoutError:
            self._set_state(State.FAILED, f"took longer than {task.seconds_max:g} s")
            raise self.failure() from None
        except CommandError as error:
            self._set_state(State.FAILED, error.problem)
            raise
        self._set_state(State.DONE, "")

    async def _launch(self, spec: Process) -> None:
        self._ready.clear()
        try:
            self._child = await Child.start(spec, log=self._log, environment=self._environment)
        except OSError as error:
            self._detail = f"could not be run: {error}"
            raise self.failure() from error
        self._set_state(State.STARTING, f"pid {self._child.pid}")

    async def _await_end(self, spec: Process) -> None:
        child = self._running()
        try:
            code = await asyncio.wait_for(child.wait(), spec.ready_seconds_max)
        except TimeoutError:
            self._detail = f"did not finish within {spec.ready_seconds_max:g} s"
            raise self.failure() from None
        if code != 0:
            self._detail = describe_exit(code)
            raise self.failure()
        self._set_state(State.DONE, f"in {child.seconds:.1f} s")
        self._ready.set()

    async def _await_ready(self, spec: Process) -> None:
        child = self._running()
        ended = asyncio.create_task(child.wait())
        probing = asyncio.create_task(self._probe(spec))
        try:
            await asyncio.wait({ended, probing}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                self._detail = f"{describe_exit(ended.result())} while starting"
                raise self.failure()
            probing.result()
        finally:
            for task in (ended, probing):
                task.cancel()
            await asyncio.gather(ended, probing, return_exceptions=True)
        self._set_state(State.READY, f"after {child.seconds:.1f} s")
        self._ready.set()

    async def _probe(self, spec: Process) -> None:
        reason: str | None = "it was never probed"
        pauses = chain(_PROBE_PAUSES_SECONDS, repeat(_PROBE_PAUSES_SECONDS[-1]))
        try:
            async with asyncio.timeout(spec.ready_seconds_max):
                while spec.probe is not None and (reason := await spec.probe()) is not None:  # noqa: ASYNC110  another process sets no event
                    await asyncio.sleep(next(pauses))
        except TimeoutError:
            self._detail = f"was not ready within {spec.ready_seconds_max:g} s: {reason}"
            raise self.failure() from None

    async def _restart_on_crash(self, spec: Process) -> None:
        while True:
            code = await self._running().wait()
            self._ready.clear()
            if not await self._pause_before_restart(spec, code):
                return
            self._restarts += 1
            try:
                await self._launch(spec)
                await self._await_ready(spec)
            except StartFailed:  # the next iteration counts it as a crash
                await self._end_child(spec)

    async def _pause_before_restart(self, spec: Process, code: int) -> bool:
        child = self._running()
        if spec.restart is None:
            self._set_state(State.FAILED, describe_exit(code))
            return False
        quick = child.seconds < spec.restart.quick_seconds
        self._quick_crashes = self._quick_crashes + 1 if quick else 1
        if self._quick_crashes > spec.restart.quick_crashes_max:
            crashes = f"{self._quick_crashes} times in a row, each within {spec.restart.quick_seconds:g} s"
            self._set_state(State.FAILED, f"{describe_exit(code)}: not restarted, it crashed {crashes}")
            return False
        pause = spec.restart.pause(self._quick_crashes)
        self._set_state(State.RESTARTING, f"{describe_exit(code)}; restarting in {pause:.1f} s")
        await asyncio.sleep(pause)
        return True

    async def _end_child(self, spec: Process) -> None:
        child = self._child
        if child is None or child.exit_code is not None:
            return
        self._set_state(State.STOPPING, "")
        stopped = await child.stop(spec.stop_signal, spec.stop_seconds_max)
        self._detail = "" if stopped else f"killed: it did not stop within {spec.stop_seconds_max:g} s"
        self._ready.clear()

    def _running(self) -> Child:
        if self._child is None:
            raise NotRunning(f"{self.node.name} was not started.")
        return self._child

    def _set_state(self, state: State, detail: str) -> None:
        self._state, self._detail = state, detail
        self._emit(StateChange(self.node.name, state, detail))
