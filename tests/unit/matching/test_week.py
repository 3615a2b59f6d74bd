"""A week in half hours: windows and masks are equal."""

from datetime import time

import pytest
from hypothesis import given, strategies

from alongside_matching.engine.facts import SLOTS_PER_WEEK
from alongside_matching.engine.week import (
    Contradiction,
    FreeSlots,
    Window,
    pack_mask,
    parse_windows,
    slots_covered_by,
    slots_until,
    unpack_mask,
    windows_of,
)

MASKS = strategies.integers(min_value=0, max_value=2**SLOTS_PER_WEEK - 1)


def test_monday_begins_at_the_first_bit_and_sunday_ends_at_the_last() -> None:
    free = parse_windows([Window("mo", "00:00", "00:30"), Window("su", "23:30", "24:00")])

    assert free == FreeSlots(1 | 1 << (SLOTS_PER_WEEK - 1))


@pytest.mark.parametrize(
    ("windows", "index", "code"),
    [
        ([Window("xx", "09:00", "10:00")], 0, "unknown-weekday"),
        ([Window("mo", "09:15", "10:00")], 0, "not-on-the-half-hour"),
        ([Window("mo", "9:00", "10:00")], 0, "not-on-the-half-hour"),
        ([Window("mo", "09:00", "24:30")], 0, "not-on-the-half-hour"),
        ([Window("mo", "22:00", "02:00")], 0, "ends-before-it-starts"),
        ([Window("mo", "10:00", "10:00")], 0, "ends-before-it-starts"),
        ([Window("mo", "09:00", "12:00"), Window("mo", "11:30", "13:00")], 1, "windows-overlap"),
    ],
)
def test_an_availability_that_contradicts_itself_is_refused_naming_the_window(
    windows: list[Window], index: int, code: str
) -> None:
    refused = parse_windows(windows)

    assert isinstance(refused, Contradiction)
    assert (refused.index, refused.code) == (index, code)
    assert refused.remedy


def test_windows_that_touch_become_one() -> None:
    free = parse_windows([Window("tu", "18:00", "19:00"), Window("tu", "19:00", "20:30")])

    assert isinstance(free, FreeSlots)
    assert windows_of(free.mask) == (Window("tu", "18:00", "20:30"),)


@given(MASKS)
def test_a_mask_written_as_windows_is_parsed_to_the_same_mask(mask: int) -> None:
    assert parse_windows(windows_of(mask)) == FreeSlots(mask)


@given(MASKS)
def test_a_mask_comes_back_as_it_was_stored(mask: int) -> None:
    assert unpack_mask(pack_mask(mask)) == mask


def test_a_meeting_covers_every_half_hour_it_touches_and_runs_on_into_monday() -> None:
    tuesday = slots_covered_by([(1, time(18, 15), 60)])
    sunday = slots_covered_by([(6, time(23, 30), 60)])

    assert windows_of(tuesday) == (Window("tu", "18:00", "19:30"),)
    assert windows_of(sunday) == (Window("mo", "00:00", "00:30"), Window("su", "23:30", "24:00"))


@given(
    strategies.sets(strategies.integers(0, SLOTS_PER_WEEK - 1), min_size=1),
    strategies.integers(0, SLOTS_PER_WEEK - 1),
)
def test_the_next_half_hour_of_a_week_is_found_across_its_end(slots: set[int], now: int) -> None:
    mask = sum(1 << slot for slot in slots)

    assert slots_until(mask, now) == min((slot - now) % SLOTS_PER_WEEK for slot in slots)
