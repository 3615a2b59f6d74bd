"""Formats durations and times for people."""

from datetime import UTC, datetime

SECOND_NS = 1_000_000_000
_MINUTE_NS, _HOUR_NS, _DAY_NS = 60 * SECOND_NS, 3_600 * SECOND_NS, 86_400 * SECOND_NS


def duration(nanoseconds: int) -> str:
    """Format a span's duration with at most three digits, as in `12.3 ms`."""
    for unit, size in (("µs", 1_000), ("ms", 1_000_000), ("s", SECOND_NS)):
        if nanoseconds < 999.5 * size or (unit == "s" and nanoseconds < _MINUTE_NS):
            return f"{nanoseconds / size:.3g} {unit}"
    return gap(nanoseconds)


def gap(nanoseconds: int) -> str:
    """Format the time between traces in the largest unit of which it has about two or more: `2 h`, but `90 min`."""
    for unit, size in (("d", _DAY_NS), ("h", _HOUR_NS), ("min", _MINUTE_NS), ("s", SECOND_NS)):
        if nanoseconds >= 1.95 * size:
            return f"{round(nanoseconds / size)} {unit}"
    return f"{round(nanoseconds / 1_000_000)} ms"


def moment(at_ns: int) -> str:
    """Format a time as date and time in seconds, UTC."""
    return f"{datetime.fromtimestamp(at_ns // SECOND_NS, tz=UTC):%d %b %Y %H:%M:%S} UTC"
