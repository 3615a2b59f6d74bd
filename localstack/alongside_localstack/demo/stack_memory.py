"""The memory of the local stack at one moment, by part, held against a limit: it must fit a small machine.

Memory is the proportional set size (PSS): a page that several processes share is divided among them. PostgreSQL's shared
buffers therefore count once, and not once for every connection as in the resident set size.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import psutil

MEMORY_GIB_MAX: Final = 2.0
PARTS_SHOWN_MAX: Final = 5
SUPERVISOR: Final = "supervisor"
_MIB: Final = 1024**2
_GIB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class StackMemory:
    """Bytes of each part: one started process with its descendants, or the supervisor's process alone."""

    bytes_by_part: Mapping[str, int]

    @property
    def gib(self) -> float:
        """GiB of all parts together."""
        return sum(self.bytes_by_part.values()) / _GIB

    @property
    def is_over_limit(self) -> bool:
        """Whether the parts together have more than `MEMORY_GIB_MAX`."""
        return self.gib > MEMORY_GIB_MAX

    @property
    def largest_first(self) -> list[tuple[str, int]]:
        """The parts with their bytes, the largest first."""
        return sorted(self.bytes_by_part.items(), key=lambda part: (-part[1], part[0]))

    def as_json(self) -> dict[str, float]:
        """Return MiB by part, the largest first, then their `total` and the limit, `total_max`."""
        by_part = {name: round(size / _MIB, 1) for name, size in self.largest_first}
        return by_part | {"total": round(self.gib * 1024, 1), "total_max": MEMORY_GIB_MAX * 1024}


def measure_memory(pids: Mapping[str, int]) -> StackMemory | None:
    """Measure the processes with these pids, by part, with their descendants, and this process as the supervisor.

    None where the system does not report the PSS of all of them, as outside Linux. It blocks: call it in a thread.
    """
    trees = {SUPERVISOR: [psutil.Process()]} | {name: _tree(pid) for name, pid in pids.items()}
    return add_up({name: [pss_bytes(process) for process in tree] for name, tree in trees.items()})


def add_up(sizes: Mapping[str, Sequence[int | None]]) -> StackMemory | None:
    """Add up the bytes of each part's processes; a part whose processes have all ended is left out.

    None when one size is unknown: a sum without it would be too small.
    """
    by_part: dict[str, int] = {}
    for name, part_sizes in sizes.items():
        known = [size for size in part_sizes if size is not None]
        if len(known) < len(part_sizes):
            return None
        by_part[name] = sum(known)
    return StackMemory({name: size for name, size in by_part.items() if size > 0})


def pss_bytes(process: psutil.Process) -> int | None:
    """Return the PSS of one process: 0 if it has ended, None if the system does not report it to us."""
    try:
        memory: Any = process.memory_full_info()  # `pss` is a field on Linux only
    except psutil.NoSuchProcess:
        return 0
    except psutil.AccessDenied:
        return None
    return getattr(memory, "pss", None)


def describe_memory(memory: StackMemory | None) -> str:
    """Return one sentence: the total, the limit, the largest parts; or that memory was not measured."""
    if memory is None:
        return "memory: not measured, this system does not report how processes share it (PSS)"
    comparison = "over" if memory.is_over_limit else "within"
    shown, rest = memory.largest_first[:PARTS_SHOWN_MAX], memory.largest_first[PARTS_SHOWN_MAX:]
    listed = [*shown, *([("the rest", sum(size for _, size in rest))] if rest else [])]
    parts = ", ".join(f"{name} {size / _MIB:.0f} MiB" for name, size in listed)
    return (
        f"memory: {memory.gib:.2f} GiB, {comparison} the limit of {MEMORY_GIB_MAX:.1f} GiB: {parts}"
        " (PSS at this moment, not the peak)"
    )


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []
