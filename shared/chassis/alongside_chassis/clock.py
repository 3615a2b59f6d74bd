"""The only place that reads the time; all other code receives a clock or a `now`."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time. `now` is an aware UTC datetime; `monotonic` is seconds from an arbitrary start."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never decrease, for measuring durations."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never decrease."""
        return time.monotonic()


def unix_nanoseconds() -> int:
    """Return the machine's Unix time in nanoseconds, for spans.

    Spans never use a test's clock, because they are compared with the spans of other processes.
    """
    return time.time_ns()
