"""Changes the clock of a running service with libfaketime, a preloaded library.

The wall clock jumps; the monotonic clock, which measures durations, does not. This is the effect of setting a machine's
clock. The compiled library is part of the wheel `libfaketime`, whose Python part is not used.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from alongside_localstack.settings import inherited_environment

_LIBRARY_IN_WHEEL: Final = Path("vendor/libfaketime/src/libfaketime.so.1")
_REREAD_SECONDS: Final = 1
_PROBE: Final = "trial"
_PROBE_SHIFT_SECONDS: Final = 7 * 24 * 60 * 60
_PROBE_SECONDS_MAX: Final = 20
_PRINT_CLOCKS: Final = "import time; print(time.time(), time.monotonic())"


class ClocksUnavailable(Exception):
    """Clocks cannot be changed on this machine; the message gives the reason."""


@dataclass(frozen=True)
class FakeClocks:
    """One clock per service, set by a file."""

    library: Path
    folder: Path

    def environment(self, service: str) -> Mapping[str, str]:
        """Return the variables that make a service use its clock file; its offset is 0 at first."""
        self.set_offset(service, 0)
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file(service)),
            "FAKETIME_CACHE_DURATION": str(_REREAD_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }

    def set_offset(self, service: str, seconds: int) -> None:
        """Set a service's clock offset in seconds, positive for ahead; effective within a second."""
        new_file = self._file(service).with_suffix(".new")
        new_file.write_text(f"{seconds:+d}\n")
        new_file.replace(self._file(service))

    def _file(self, service: str) -> Path:
        return self.folder / f"clock-{service}"


def fake_clocks(folder: Path, services: Iterable[str]) -> FakeClocks:
    """Return clocks for these services, with files in `folder`. Raises ClocksUnavailable."""
    spec = find_spec("libfaketime")
    if spec is None or not spec.submodule_search_locations:
        raise ClocksUnavailable("the wheel libfaketime is not installed")
    clocks = FakeClocks(Path(spec.submodule_search_locations[0]) / _LIBRARY_IN_WHEEL, folder)
    _verify(clocks)
    for service in services:
        clocks.set_offset(service, 0)
    return clocks


def _verify(clocks: FakeClocks) -> None:
    """Check that a process's wall clock follows its file, and its monotonic clock does not. Raises ClocksUnavailable."""
    if not clocks.library.is_file():
        raise ClocksUnavailable(f"the wheel libfaketime holds no {_LIBRARY_IN_WHEEL} for this platform")
    unshifted, monotonic = _read_clocks({})
    env = clocks.environment(_PROBE)
    clocks.set_offset(_PROBE, _PROBE_SHIFT_SECONDS)
    shifted, monotonic_after = _read_clocks(env)
    if shifted - unshifted < _PROBE_SHIFT_SECONDS:
        raise ClocksUnavailable("the wheel's libfaketime cannot be loaded into this Python")
    if monotonic_after - monotonic > _PROBE_SHIFT_SECONDS / 2:
        raise ClocksUnavailable("the wheel's libfaketime changes the monotonic clock as well")


def _read_clocks(env: Mapping[str, str]) -> tuple[float, float]:
    """Return the wall clock and the monotonic clock of a new process."""
    result = subprocess.run(
        [sys.executable, "-c", _PRINT_CLOCKS],
        env={**inherited_environment(), **env},
        capture_output=True,
        text=True,
        timeout=_PROBE_SECONDS_MAX,
        check=False,
    )
    if result.returncode:
        raise ClocksUnavailable(
            f"a process with libfaketime exited with {result.returncode}: {result.stderr.strip()[:200]}"
        )
    wall, monotonic = result.stdout.split()
    return float(wall), float(monotonic)
