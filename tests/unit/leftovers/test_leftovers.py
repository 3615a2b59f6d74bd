"""The processes and temporary folders of a test run end with it, however it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.polling import poll_until

ROOT = Path(__file__).resolve().parents[3]
NEVER_ENDS = """
import subprocess, sys, tempfile, time
from pathlib import Path

def test_starts_something_and_never_ends():
    folder = tempfile.mkdtemp()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"], start_new_session=True)
    note = Path({note!r})
    note.with_suffix(".new").write_text(f"{{child.pid}} {{folder}}")
    note.with_suffix(".new").rename(note)
    time.sleep({seconds})
"""


def run_of(tmp_path: Path, seconds: int) -> subprocess.Popen[bytes]:
    """Start pytest with two workers in a separate process group, as a terminal would, also when we run under nohup."""
    test, note = tmp_path / "test_inner.py", tmp_path / "note"
    test.write_text(NEVER_ENDS.format(note=str(note), seconds=seconds))
    return subprocess.Popen(
        [
            *("env", "--default-signal=HUP,INT,TERM"),
            *(sys.executable, "-m", "pytest", "-n", "2", "-p", "tests.leftovers", "-p", "no:cacheprovider"),
            *("--rootdir", str(tmp_path), "-c", "/dev/null", str(test)),
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture
def interrupted(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run that waits to be interrupted."""
    run = run_of(tmp_path, seconds=3600)
    try:
        yield run
    finally:
        run.kill()
        run.wait()


async def what_it_started(tmp_path: Path) -> tuple[int, Path]:
    """The pid and the session's folder, once the inner test has started its process."""
    note = tmp_path / "note"

    async def written() -> bool:
        return note.exists()

    await poll_until(written, bool, "the inner test to start its process")
    pid, folder = note.read_text().split()
    return int(pid), Path(folder).parent


def left(pid: int, folder: Path) -> set[str]:
    """Return which of the two still exist."""
    try:
        runs = psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        runs = False
    return {name for name, is_there in (("process", runs), ("folder", folder.exists())) if is_there}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_an_interrupted_run_leaves_nothing(
    tmp_path: Path, interrupted: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    pid, folder = await what_it_started(tmp_path)
    assert left(pid, folder) == {"process", "folder"}

    interrupted.send_signal(number)

    async def what_is_left() -> set[str]:
        return left(pid, folder)

    await poll_until(what_is_left, lambda seen: not seen, "the run to leave nothing")


async def test_a_run_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    run = run_of(tmp_path, seconds=0)
    pid, folder = await what_it_started(tmp_path)

    run.wait()

    assert left(pid, folder) == set()
