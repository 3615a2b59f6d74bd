"""One running operating system process, in its own process group, with its output in a file."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from alongside_localstack.supervisor.process_groups import die_with_parent, signal_group
from alongside_localstack.supervisor.processes import Process

LOG_BYTES_MAX = 20 * 1024 * 1024
_TAIL_BYTES_MAX = 8192


@dataclass
class Child:
    """A started process. It leads its own process group, so a signal reaches its children as well."""

    process: asyncio.subprocess.Process
    log: Path
    started: float = field(default_factory=time.monotonic)
    """Monotonic seconds."""
    started_at: float | None = None
    """The operating system's start time; see `ProcessStatus`."""

    @classmethod
    async def start(cls, spec: Process, *, log: Path, environment: Mapping[str, str]) -> Child:
        """Start `spec`. Raises OSError when the program cannot be run."""
        with open_log(log) as output:
            process = await asyncio.create_subprocess_exec(
                *spec.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=spec.cwd,
                env={**environment, **spec.env},
                user=spec.account.uid,
                group=spec.account.gid,
                extra_groups=None if spec.account.uid is None else [],
                start_new_session=True,
                preexec_fn=die_with_parent(spec.orphan_signal),
            )
        return cls(process, log, started_at=start_time(process.pid))

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self.process.pid

    @property
    def seconds(self) -> float:
        """Seconds since the process started."""
        return time.monotonic() - self.started

    @property
    def exit_code(self) -> int | None:
        """The exit code: None while the process runs; negative when a signal ended it."""
        return self.process.returncode

    async def wait(self) -> int:
        """Wait until the process has ended and return its exit code."""
        return await self.process.wait()

    def send(self, with_signal: signal.Signals) -> None:
        """Signal the whole group; no effect after it has ended."""
        if self.process.returncode is None:
            signal_group(self.pid, with_signal)

    async def stop(self, with_signal: signal.Signals, seconds_max: float) -> bool:
        """Send the signal, and SIGKILL after `seconds_max`; return whether the signal was enough."""
        self.send(with_signal)
        stopped = True
        try:
            await asyncio.wait_for(self.process.wait(), seconds_max)
        except TimeoutError:
            stopped = False
            self.send(signal.SIGCONT)
            self.send(signal.SIGKILL)
            await self.process.wait()
        signal_group(self.pid, signal.SIGKILL)  # children that it forked and did not stop
        return stopped


def open_log(log: Path) -> IO[bytes]:
    """Open the log file for appending; rename one larger than LOG_BYTES_MAX to `.1` first."""
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name(log.name + ".1"))
    return log.open("ab")


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log; empty if it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES_MAX))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def start_time(pid: int) -> float | None:
    """Return the operating system's start time of the pid; None for no such process, or a zombie."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        started: float = process.create_time()
        return None if process.status() == psutil.STATUS_ZOMBIE else started
    return None


def describe_exit(code: int) -> str:
    """Describe an exit code in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
