"""Records flame graphs of running processes, if py-spy is installed."""

import asyncio
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

MISSING: Final = "no flame graphs: py-spy is not installed; install it with `.venv/bin/pip install py-spy`"
SAMPLES_PER_SECOND: Final = 200
_WRITE_SECONDS_MAX: Final = 30.0


def find_py_spy() -> str | None:
    """Return the path of py-spy, beside our interpreter or on the PATH; None if not installed."""
    return shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")


@asynccontextmanager
async def record_flames(folder: Path | None, pids: Mapping[str, int]) -> AsyncIterator[None]:
    """Record every process during the block into `<folder>/<name>.svg`; no effect without a folder or py-spy."""
    program = find_py_spy()
    async with AsyncExitStack() as recordings:
        if folder is not None and program is not None:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            for name, pid in pids.items():
                await recordings.enter_async_context(_record(program, pid, folder / f"{name}.svg"))
        yield


@asynccontextmanager
async def _record(program: str, pid: int, picture: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(program, "record", "--pid", str(pid), "--output", str(picture)),
        *("--rate", str(SAMPLES_PER_SECOND), "--nonblocking"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(process.wait(), _WRITE_SECONDS_MAX)
        except TimeoutError:
            process.kill()
            await process.wait()
