"""One running operating system process: started in its own group with its output in a file, signalled, awaited."""

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
    """A started process. Its group is its own, so a signal reaches what it forked as well."""

    process: asyncio.subprocess.Process
    log: Path
    started: float = field(default_factory=time.monotonic)
    started_at: float | None = None

    @classmethod
    async def start(cls, spec: Process, *, log: Path, environment: Mapping[str, str]) -> Child:
        """Start `spec`; raises OSError when the program cannot be run at all."""
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
        """Also the id of its process group."""
        return self.process.pid

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return time.monotonic() - self.started

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self.process.returncode

    async def wait(self) -> int:
        """Its exit code, once it ended."""
        return await self.process.wait()

    def send(self, with_signal: signal.Signals) -> None:
        """Signal the whole group; nothing happens once it ended."""
        if self.process.returncode is None:
            signal_group(self.pid, with_signal)

    async def stop(self, with_signal: signal.Signals, seconds_max: float) -> bool:
        """Ask it to end, insist after `seconds_max`; whether asking was enough."""
        self.send(with_signal)
        stopped = True
        try:
            await asyncio.wait_for(self.process.wait(), seconds_max)
        except TimeoutError:
            stopped = False
            self.send(signal.SIGCONT)
            self.send(signal.SIGKILL)
            await self.process.wait()
        signal_group(self.pid, signal.SIGKILL)  # whatever it forked and left behind
        return stopped


def open_log(log: Path) -> IO[bytes]:
    """The log file for appending; one that grew too large becomes `.1` first."""
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name(log.name + ".1"))
    return log.open("ab")


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES_MAX))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def start_time(pid: int) -> float | None:
    """When the operating system started the pid; None if there is no such process, or only a zombie of it."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        started: float = process.create_time()
        return None if process.status() == psutil.STATUS_ZOMBIE else started
    return None


def describe_exit(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
