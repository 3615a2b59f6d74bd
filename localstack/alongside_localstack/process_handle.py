"""A handle on one supervised process, to stop, kill or restart it."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from alongside_localstack.supervisor.processes import ProcessStatus
from alongside_localstack.supervisor.supervisor import Supervisor


@dataclass(frozen=True)
class ProcessHandle:
    """One process of a stack by name."""

    name: str
    supervisor: Supervisor

    def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal, as a fault would, and return the pid; the supervisor restarts a process that dies."""
        return self.supervisor.kill(self.name, with_signal)

    async def wait_ready(self, seconds_max: float = 60.0) -> None:
        """Wait until the process is ready (again)."""
        await self.supervisor.wait_ready(self.name, seconds_max)

    async def stop(self) -> None:
        """Stop the process in order; it stays stopped until `start`."""
        await self.supervisor.stop_one(self.name)

    async def start(self) -> None:
        """Start the process after `stop`, and wait until it is ready."""
        await self.supervisor.start_one(self.name)

    async def restart(self) -> None:
        """Stop the process, start it, and wait until it is ready."""
        await self.supervisor.restart_one(self.name)

    @property
    def status(self) -> ProcessStatus:
        """The process's current status."""
        return next(each for each in self.supervisor.status() if each.name == self.name)
