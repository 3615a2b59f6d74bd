"""Processor time and memory of processes, including their descendants."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import psutil

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds so far, by component."""

    seconds: Mapping[str, float]

    def since(self, earlier: "Usage") -> "Usage":
        """Return the seconds used since `earlier`."""
        return Usage({name: spent - earlier.seconds.get(name, 0.0) for name, spent in self.seconds.items()})

    @property
    def total(self) -> float:
        """The sum of all components."""
        return sum(self.seconds.values())

    def us_per_item(self, count: int) -> dict[str, int]:
        """Return microseconds per item, by component, and `total`."""
        by_component = {name: round(spent * 1e6 / max(count, 1)) for name, spent in self.seconds.items()}
        return by_component | {"total": sum(by_component.values())}


def cpu_now(pids: Mapping[str, int]) -> Usage:
    """Return processor seconds of each process and its descendants, including ended ones that were waited for."""
    return Usage({name: sum(map(_cpu_seconds, _tree(pid))) for name, pid in pids.items()})


def backends_cpu_now(postgres: int, roles: Collection[str]) -> float:
    """Return processor seconds of the server's backends for these roles; `postgres` is the server's pid.

    PostgreSQL names the role in a backend's process title. Vacuum, checkpoints and other roles are not included.
    """
    titles = tuple(f"postgres: {role} " for role in roles)
    return sum(_cpu_seconds(backend) for backend in _tree(postgres)[1:] if _title(backend).startswith(titles))


def memory_mib(pids: Mapping[str, int]) -> dict[str, float]:
    """Return MiB of each process and its descendants; shared pages are divided where the system reports it."""
    return {name: round(sum(map(_proportional_bytes, _tree(pid))) / _MIB, 1) for name, pid in pids.items()}


def rss_mib(pid: int) -> float:
    """Return the resident MiB of one process, without its descendants; 0 if it has ended."""
    try:
        resident: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0.0
    return round(resident / _MIB, 1)


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _cpu_seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _title(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _proportional_bytes(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        full: Any = process.memory_full_info()
        return int(getattr(full, "pss", 0) or full.rss)
    return 0
