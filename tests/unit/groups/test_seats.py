"""Whether a meeting has a free seat, and the states of a held seat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alongside_matching.groups.rules import (
    GiveBack,
    HoldNotExpired,
    MeetingState,
    NoSeat,
    NoSeatBecause,
    Occurrence,
    SeatFree,
    SeatOver,
    SeatState,
    Take,
    expire,
    find_free_seat,
    open_for_seats,
    release,
    take,
)

NOW = datetime(2026, 11, 3, 18, tzinfo=UTC)
IN_HALF_AN_HOUR = NOW + timedelta(minutes=30)
OPEN = Occurrence(seats=2, held=1, taken=0, cancelled=False, facilitators=None)


def test_a_group_that_meets_and_welcomes_newcomers_gives_seats_until_it_begins() -> None:
    assert open_for_seats(MeetingState.MEETING, IN_HALF_AN_HOUR, NOW, newcomers=True) == SeatFree()


@pytest.mark.parametrize(
    ("state", "starts_at", "newcomers", "because"),
    [
        (MeetingState.SUSPENDED, IN_HALF_AN_HOUR, True, NoSeatBecause.NOT_MEETING),
        (MeetingState.ENDED, IN_HALF_AN_HOUR, True, NoSeatBecause.NOT_MEETING),
        (MeetingState.MEETING, IN_HALF_AN_HOUR, False, NoSeatBecause.NO_NEWCOMERS),
        (MeetingState.MEETING, NOW, True, NoSeatBecause.BEGUN),
    ],
)
def test_a_group_gives_no_seats(
    state: MeetingState, starts_at: datetime, *, newcomers: bool, because: NoSeatBecause
) -> None:
    assert open_for_seats(state, starts_at, NOW, newcomers=newcomers) == NoSeat(because)


@pytest.mark.parametrize(
    ("differs", "found"),
    [
        ({}, SeatFree()),
        ({"seats": None, "held": 900}, SeatFree()),
        ({"taken": 1}, NoSeat(NoSeatBecause.FULL)),
        ({"seats": 0, "held": 0}, NoSeat(NoSeatBecause.FULL)),
        ({"cancelled": True}, NoSeat(NoSeatBecause.CANCELLED)),
        ({"facilitators": 1}, NoSeat(NoSeatBecause.NOBODY_LEADS)),
        ({"facilitators": 2}, SeatFree()),
    ],
)
def test_a_meeting_has_a_seat_while_it_takes_place_is_led_and_not_full(
    differs: dict[str, int], found: SeatFree | NoSeat
) -> None:
    assert find_free_seat(replace(OPEN, **differs), facilitators_min=2) == found  # type: ignore[arg-type]  # one field each


def test_a_held_seat_is_taken_until_its_time_is_over() -> None:
    assert take(SeatState.HELD, IN_HALF_AN_HOUR, NOW) == Take()
    assert take(SeatState.HELD, NOW, NOW) == SeatOver(SeatState.EXPIRED)
    assert take(SeatState.TAKEN, None, NOW) == SeatOver(SeatState.TAKEN)


def test_a_seat_is_given_back_before_and_after_it_was_taken_and_once() -> None:
    assert release(SeatState.HELD) == release(SeatState.TAKEN) == GiveBack(SeatState.RELEASED)
    assert release(SeatState.RELEASED) == SeatOver(SeatState.RELEASED)


def test_time_gives_back_a_held_seat_and_no_other() -> None:
    assert expire(SeatState.HELD, NOW, NOW) == GiveBack(SeatState.EXPIRED)
    assert expire(SeatState.HELD, IN_HALF_AN_HOUR, NOW) == HoldNotExpired(IN_HALF_AN_HOUR)
    assert expire(SeatState.TAKEN, None, NOW) == SeatOver(SeatState.TAKEN)
