"""Clocks that can be turned while a service runs: libfaketime in front of the C library, where it is installed.

The wall clock jumps; the monotonic one, by which a process measures how long something took, does not. That is what a
machine sees whose clock is set.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_USUAL_PLACES: Final = ("usr/lib/*/faketime", "usr/lib/faketime", "usr/local/lib/faketime")
_LIBRARY: Final = "libfaketimeMT.so.1"
_LOOK_SECONDS: Final = 1


@dataclass(frozen=True)
class FalseClocks:
    """One clock for each service, set by a file."""

    library: Path
    folder: Path

    def environment(self, service: str) -> Mapping[str, str]:
        """What makes a service look at its clock here; the clock is right until it is turned."""
        self.turn(service, 0)
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file(service)),
            "FAKETIME_CACHE_DURATION": str(_LOOK_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }

    def turn(self, service: str, seconds: int) -> None:
        """Set a service's clock so many seconds ahead of the true time; it notices within a second."""
        unfinished = self._file(service).with_suffix(".new")
        unfinished.write_text(f"{seconds:+d}\n")
        unfinished.replace(self._file(service))

    def _file(self, service: str) -> Path:
        return self.folder / f"clock-{service}"


def false_clocks(folder: Path, services: Iterable[str]) -> FalseClocks | None:
    """Clocks for these services, kept in `folder`; None where there is no libfaketime."""
    found = [place for pattern in _USUAL_PLACES for place in Path("/").glob(f"{pattern}/{_LIBRARY}")]
    if not found:
        return None
    clocks = FalseClocks(found[0], folder)
    for service in services:
        clocks.turn(service, 0)
    return clocks
