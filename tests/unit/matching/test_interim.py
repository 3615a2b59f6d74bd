"""Interim offers for a waiting referral, or why there is none."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.interim import (
    JOINABLE_MAX,
    Interim,
    UpcomingMeeting,
    choose_interim,
    find_joinable,
)
from tests.unit.matching.facts import a_group, half_hours, someone

TODAY = date(2026, 11, 22)
SUNDAY_NOON = 6 * 48 + 24
TONIGHT, NEXT_SATURDAY = half_hours(6, 36, 2), half_hours(5, 36, 2)


def interim(
    request: Request, groups: Iterable[Offer], coming: Mapping[UUID, Sequence[UpcomingMeeting]] | None = None
) -> Interim:
    """Return the interim offer on Sunday noon."""
    found = find_joinable(request, groups, TODAY, SUNDAY_NOON)
    return choose_interim(request, found, coming or {}, SUNDAY_NOON)


def open_group(needs: Iterable[str] = ("grief",), **given: Any) -> Offer:
    return a_group(needs, capacity=None, **given)


def test_a_group_open_to_all_is_the_interim_offer_even_for_another_need() -> None:
    community = open_group({"loneliness"})

    assert interim(someone({"veteran"}), [community]) == Interim(community.id, {})


def test_a_group_that_shares_a_need_goes_before_one_that_does_not() -> None:
    other, fitting = open_group({"loneliness"}), open_group({"veteran"})

    assert interim(someone({"veteran"}), [other, fitting]).offer_id == fitting.id


def test_the_group_that_meets_tonight_goes_before_the_one_that_meets_next_week() -> None:
    next_week, tonight = open_group(availability=NEXT_SATURDAY), open_group(availability=TONIGHT)

    assert interim(someone(), [next_week, tonight]).offer_id == tonight.id


def test_a_meeting_tonight_goes_before_a_shared_need_in_six_days() -> None:
    shared, tonight = open_group(availability=NEXT_SATURDAY), open_group({"alcohol"}, availability=TONIGHT)

    assert interim(someone(), [shared, tonight]).offer_id == tonight.id


def test_within_a_day_a_shared_need_goes_before_an_earlier_hour() -> None:
    sooner = open_group({"alcohol"}, availability=half_hours(6, 26, 2))
    shared = open_group(availability=TONIGHT)

    assert interim(someone(), [sooner, shared]).offer_id == shared.id


def test_a_meeting_the_person_has_no_time_for_is_no_interim_offer() -> None:
    tonight, next_week = open_group(availability=TONIGHT), open_group(availability=NEXT_SATURDAY)
    busy_tonight = someone(availability=half_hours(5, 0, 48))

    assert interim(busy_tonight, [tonight, next_week]).offer_id == next_week.id


def test_an_online_community_is_open_at_any_hour() -> None:
    silent, tonight = open_group(), open_group(availability=TONIGHT)
    online = open_group(formats=frozenset({"online-community"}))

    assert interim(someone(), [silent, tonight, online]).offer_id == online.id
    assert interim(someone(), [silent, tonight]).offer_id == tonight.id


def test_the_calendar_is_used_instead_of_the_weekly_hours() -> None:
    """A group that meets monthly covers its hours in every week."""
    monthly, weekly = open_group(availability=TONIGHT), open_group(availability=NEXT_SATURDAY)
    in_three_weeks = [UpcomingMeeting(21 * 24 + 6, SUNDAY_NOON + 12)]

    assert interim(someone(), [monthly, weekly], {monthly.id: in_three_weeks}).offer_id == weekly.id


def test_of_many_groups_the_ones_that_may_meet_soonest_are_checked() -> None:
    next_week = [open_group(availability=NEXT_SATURDAY) for _ in range(JOINABLE_MAX)]
    tonight = open_group(availability=TONIGHT)

    found = find_joinable(someone(), [*next_week, tonight], TODAY, SUNDAY_NOON)

    assert (found.groups[0], len(found.groups)) == (tonight, JOINABLE_MAX)


def test_an_interim_offer_spares_the_person_their_triggers_and_the_exclusion_is_counted() -> None:
    community = open_group({"self-harm"})

    refused = interim(someone(avoid_needs=frozenset({"self-harm"})), [community])

    assert refused == Interim(None, {"trigger": 1})
