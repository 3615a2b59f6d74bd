"""A week as 336 half hours of wall-clock time, Monday 00:00 first: free periods as rules use them.

A mask has one bit per half hour (bit 0 is Monday 00:00 to 00:30), so that an overlap is one AND and its length one
bit count. A `Window` is a free period in the form people write.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from alongside_matching.engine.facts import SLOT_MINUTES, SLOTS_PER_WEEK

WEEKDAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
SLOTS_A_DAY: Final = SLOTS_PER_WEEK // 7
MASK_BYTES: Final = SLOTS_PER_WEEK // 8
_MIDNIGHT: Final = "24:00"


@dataclass(frozen=True, slots=True)
class Window:
    """A period of one weekday, `starts` and `ends` as `HH:MM` on the half hour; `ends` may be `24:00`."""

    weekday: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class FreeSlots:
    """The half hours that some windows cover."""

    mask: int


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Why the window at `index` is invalid or overlaps an earlier one."""

    index: int
    code: str
    remedy: str


def parse_windows(windows: Sequence[Window]) -> FreeSlots | Contradiction:
    """Return the half hours of some windows; or the first window that is invalid or overlaps an earlier one."""
    mask = 0
    for index, window in enumerate(windows):
        if window.weekday not in WEEKDAYS:
            return Contradiction(index, "unknown-weekday", f"Use one of {', '.join(WEEKDAYS)}.")
        starts, ends = _slot(window.starts), _slot(window.ends)
        if starts is None or ends is None:
            return Contradiction(index, "not-on-the-half-hour", "Write times as HH:00 or HH:30, up to 24:00.")
        if ends <= starts:
            return Contradiction(
                index,
                "ends-before-it-starts",
                "Set ends after starts; split a window that passes midnight.",
            )
        bits = _bits(window.weekday, starts, ends)
        if mask & bits:
            return Contradiction(index, "windows-overlap", "Join windows that overlap.")
        mask |= bits
    return FreeSlots(mask)


def windows_of(mask: int) -> tuple[Window, ...]:
    """Return the fewest windows equal to a mask, in the order of the week."""
    windows = []
    for day, weekday in enumerate(WEEKDAYS):
        bits = (mask >> (day * SLOTS_A_DAY)) & ((1 << SLOTS_A_DAY) - 1)
        slot = 0
        while bits >> slot:
            if not (bits >> slot) & 1:
                slot += 1
                continue
            starts = slot
            while (bits >> slot) & 1:
                slot += 1
            windows.append(Window(weekday, _clock(starts), _clock(slot)))
    return tuple(windows)


def slots_covered_by(meetings: Iterable[tuple[int, time, int]]) -> int:
    """Return the half hours that meetings touch; Sunday continues into Monday.

    Each meeting is a weekday (0 is Monday), a start and its minutes.
    """
    mask = 0
    for weekday, starts, minutes in meetings:
        begin = weekday * 24 * 60 + starts.hour * 60 + starts.minute
        first, last = begin // SLOT_MINUTES, (begin + minutes - 1) // SLOT_MINUTES
        for slot in range(first, last + 1):
            mask |= 1 << (slot % SLOTS_PER_WEEK)
    return mask


def slot_of(wall: datetime) -> int:
    """Return the half hour of the week that contains a wall-clock time."""
    return wall.weekday() * SLOTS_A_DAY + wall.hour * 2 + wall.minute // SLOT_MINUTES


def slots_until(mask: int, slot: int) -> int:
    """Return the number of half hours from `slot` until the next one in a non-empty mask; 0 when `slot` is in the mask."""
    rotated = mask >> slot | mask << (SLOTS_PER_WEEK - slot)
    return (rotated & -rotated).bit_length() - 1


def pack_mask(mask: int) -> bytes | None:
    """Return a mask in its stored form; None for an empty one."""
    return mask.to_bytes(MASK_BYTES, "little") if mask else None


def unpack_mask(stored: bytes | None) -> int:
    """Return the mask of its stored form; 0 for None."""
    return int.from_bytes(stored, "little") if stored else 0


def _bits(weekday: str, starts: int, ends: int) -> int:
    return ((1 << (ends - starts)) - 1) << (WEEKDAYS.index(weekday) * SLOTS_A_DAY + starts)


def _slot(clock: str) -> int | None:
    if clock == _MIDNIGHT:
        return SLOTS_A_DAY
    hour, _, minute = clock.partition(":")
    well_formed = len(clock) == 5 and hour.isdecimal() and hour.isascii() and int(hour) < 24
    return int(hour) * 2 + (minute == "30") if well_formed and minute in ("00", "30") else None


def _clock(slot: int) -> str:
    return f"{slot // 2:02}:{'30' if slot % 2 else '00'}"
