"""Ends every process and deletes every temporary folder of a test run, however the run ends.

The session's temporary folder becomes TMPDIR, so that every temporary file of every test and of every program a test
starts is below it, and so that those programs can be identified by their environment. A cleaner, which is a separate
process, waits for the end of its standard input, which comes when pytest dies, also by kill -9. It then kills every
process with that TMPDIR and deletes the folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

PREFIX = "alongside-tests-"
CLEAN_SECONDS_MAX = 30.0
_PAUSE_SECONDS = 0.05

_CLEANER = pytest.StashKey[subprocess.Popen[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Before workers start: make the folder, start its cleaner. Workers inherit both."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # PostgreSQL, started as another account, has to pass through
    config.stash[_CLEANER] = start_cleaner(folder)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Wait for the cleaner at the end, and report the processes the tests had left running."""
    cleaner = config.stash.get(_CLEANER, None)
    if cleaner is None:
        return
    left, _ = cleaner.communicate(timeout=2 * CLEAN_SECONDS_MAX)
    if left.strip():
        sys.stderr.write(f"\nleft running by tests, now killed:\n{left}\n")


def start_cleaner(folder: Path) -> subprocess.Popen[str]:
    """Start the cleaner of a folder; it works when its standard input is closed. Signals to our group miss it."""
    return subprocess.Popen(
        [sys.executable, __file__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def clean(folder: Path) -> list[str]:
    """Kill every process with this TMPDIR and delete the folder; return the command lines of the killed processes."""
    killed: dict[int, str] = {}
    deadline = time.monotonic() + CLEAN_SECONDS_MAX
    while time.monotonic() < deadline:
        running = list(processes_of(folder))
        for process in running:
            with contextlib.suppress(psutil.Error):
                killed.setdefault(process.pid, " ".join(process.cmdline())[:200])
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)
        if not running and not folder.exists():
            break
        time.sleep(_PAUSE_SECONDS)  # PostgreSQL needs a moment to shut down, and writes until then
    return list(killed.values())


def processes_of(folder: Path) -> Iterator[psutil.Process]:
    """Return every process whose TMPDIR is the folder or below it; skip processes whose environment cannot be read."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and Path(process.environ().get("TMPDIR", "/")).is_relative_to(folder):
                yield process


if __name__ == "__main__":
    sys.stdin.read()
    sys.stdout.write("\n".join(clean(Path(sys.argv[1]))))
