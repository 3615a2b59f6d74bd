"""Requests that arrive together are assigned together."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, strategies
from scipy.optimize import linear_sum_assignment

from alongside_matching.engine.assign import (
    Arrival,
    AssignedBy,
    Assignment,
    assign,
    claim_of,
    one_by_one,
    seat_cost,
)
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Candidate, rank
from tests.builders import SUNDAY_NOON
from tests.unit.matching.facts import POLICY, TODAY, a_supporter, an_id, someone
from tests.unit.matching.regions import pools, requests


def a_window(offers: list[Offer], asked: list[Request], policy: Policy = POLICY) -> list[Arrival]:
    """Rank these offers for each request."""
    return [
        Arrival(
            rank(offers, request, policy, TODAY, top=len(offers) or 1), claim_of(request, policy, SUNDAY_NOON)
        )
        for request in asked
    ]


def chosen(assignment: Assignment) -> list[UUID | None]:
    """Return the chosen offers, in the order of arrival."""
    return [None if candidate is None else candidate.offer_id for candidate in assignment.chosen.values()]


def test_no_request_takes_the_only_offer_that_fits_another() -> None:
    rare, common = a_supporter({"veteran", "grief"}), a_supporter({"grief"})
    window = a_window([rare, common], [someone({"grief"}), someone({"veteran"})])

    assert chosen(assign(window, POLICY)) == [common.id, rare.id]


def test_an_urgent_request_is_not_the_one_that_waits() -> None:
    window = a_window([a_supporter()], [someone(), someone(urgency="urgent")])

    assert [offer is None for offer in chosen(assign(window, POLICY))] == [True, False]


def test_between_equals_the_longer_wait_goes_first() -> None:
    waited = someone(waiting_since=SUNDAY_NOON - timedelta(days=3))
    window = a_window([a_supporter()], [someone(waiting_since=SUNDAY_NOON), waited])

    assert [offer is None for offer in chosen(assign(window, POLICY))] == [True, False]


def test_a_successor_is_matched_before_a_new_referral() -> None:
    window = a_window([a_supporter()], [someone(), someone(priority=1)])

    assert [offer is None for offer in chosen(assign(window, POLICY))] == [True, False]


def test_the_load_is_spread() -> None:
    offers = [a_supporter(id=an_id(number), capacity=4) for number in range(1, 4)]
    window = a_window(offers, [someone() for _ in range(6)])

    assert sorted(Counter(chosen(assign(window, POLICY))).values()) == [2, 2, 2]


def test_an_offer_open_to_everyone_can_be_assigned_to_every_request() -> None:
    community = a_supporter(capacity=None, formats=frozenset({"group"}))
    window = a_window([community], [someone(formats=frozenset({"group"})) for _ in range(5)])

    assert chosen(assign(window, POLICY)) == [community.id] * 5


def test_an_empty_window_gives_an_empty_assignment() -> None:
    assert assign([], POLICY) == Assignment({}, 0.0, AssignedBy.TOGETHER)


def test_without_a_free_offer_every_request_waits() -> None:
    assert chosen(assign(a_window([], [someone(), someone()]), POLICY)) == [None, None]


def test_a_window_too_large_is_served_one_by_one() -> None:
    window = a_window([a_supporter()], [someone(), someone(urgency="urgent")])
    small = replace(POLICY, sharing=replace(POLICY.sharing, edges_max=1))

    served = assign(window, small)

    assert served.by is AssignedBy.ONE_BY_ONE
    assert [offer is None for offer in chosen(served)] == [True, False]


windows = strategies.builds(
    a_window, pools, strategies.lists(requests, max_size=8, unique_by=lambda request: request.referral_id)
)


@given(windows)
def test_together_is_never_worse_than_one_by_one(window: list[Arrival]) -> None:
    assert assign(window, POLICY).cost <= one_by_one(window, POLICY).cost + 1e-9


@pytest.mark.parametrize("how", [assign, one_by_one])
@given(window=windows)
def test_no_offer_is_assigned_more_requests_than_it_has_places(how: object, window: list[Arrival]) -> None:
    served = how(window, POLICY)  # type: ignore[operator]  # one of the two ways to assign

    seated = Counter(candidate.offer_id for candidate in served.chosen.values() if candidate)
    places = {
        candidate.offer_id: candidate.places
        for arrival in window
        for candidate in arrival.ranking.candidates
        if candidate.places is not None
    }
    assert all(count <= places.get(offer_id, count) for offer_id, count in seated.items())


@given(windows)
def test_every_request_gets_one_of_its_candidates_or_waits(window: list[Arrival]) -> None:
    served = assign(window, POLICY)

    assert list(served.chosen) == [arrival.ranking.request.referral_id for arrival in window]
    for arrival in window:
        candidate = served.chosen[arrival.ranking.request.referral_id]
        assert candidate is None or candidate in arrival.ranking.candidates


@given(windows)
def test_the_assignment_costs_as_much_as_the_exact_optimum(window: list[Arrival]) -> None:
    assert assign(window, POLICY).cost == pytest.approx(exact(window))


@given(pools, strategies.lists(requests, max_size=6, unique_by=lambda request: request.referral_id))
def test_one_more_place_never_makes_more_people_wait(pool: list[Offer], asked: list[Request]) -> None:
    roomier = [
        replace(offer, capacity=None if offer.capacity is None else offer.capacity + 1) for offer in pool
    ]

    before = chosen(assign(a_window(pool, asked), POLICY)).count(None)
    after = chosen(assign(a_window(roomier, asked), POLICY)).count(None)

    assert after <= before


def exact(window: list[Arrival]) -> float:
    """Return the cost of the optimal assignment by a full matrix of arrivals and seats."""
    seats: list[tuple[UUID, int]] = []
    for arrival in window:
        for candidate in arrival.ranking.candidates:
            places = len(window) if candidate.places is None else candidate.places
            seats += [seat for number in range(places) if (seat := (candidate.offer_id, number)) not in seats]
    costs = np.full((len(window), len(seats) + len(window)), 1e6)
    for row, arrival in enumerate(window):
        of: dict[UUID, Candidate] = {each.offer_id: each for each in arrival.ranking.candidates}
        for column, (offer_id, below) in enumerate(seats):
            if offer_id in of:
                costs[row, column] = seat_cost(arrival.ranking, of[offer_id], below, POLICY)
        costs[row, len(seats) + row] = POLICY.sharing.waits_cost * (1 + arrival.claim)
    rows, columns = linear_sum_assignment(costs)
    return float(costs[rows, columns].sum())
