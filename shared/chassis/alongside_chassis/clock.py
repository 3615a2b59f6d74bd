"""The one place that reads the time; everything else is handed a clock or a `now`."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. `now` is an aware UTC datetime; `monotonic` is seconds from an arbitrary start."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow, for measuring durations."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()


def unix_nanoseconds() -> int:
    """The machine's clock as spans count: they lie beside the spans of other processes, whatever clock a test holds."""
    return time.time_ns()
