"""Runs one `make` target in a separate process group, with immediate output and a time limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

KILL_SECONDS = 30.0
"""Seconds between SIGTERM and SIGKILL for a process group."""

TIMED_OUT = 124
"""The exit code of a command that exceeded its time limit, as for `timeout`."""


def run_make(arguments: list[str], environment: Mapping[str, str], seconds_max: float) -> int:
    """Run `make` with these arguments, end its process group, and return its exit code or TIMED_OUT."""
    print(f"+ make {' '.join(arguments)}", flush=True)
    command = ["make", "--no-print-directory", *arguments]
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait(seconds_max)
    except subprocess.TimeoutExpired:
        print(
            f"ci: stopped after {seconds_max:.0f} s: make {' '.join(arguments)}", file=sys.stderr, flush=True
        )
        return TIMED_OUT
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM, wait, then send SIGKILL."""
    _signal(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(KILL_SECONDS)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
