"""The exact optimum of a window: a full matrix of all arrivals and seats, with complete rankings."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from scipy.optimize import linear_sum_assignment

from alongside_matching.engine.assign import Arrival, seat_cost
from alongside_matching.engine.policy import Policy


def exact_cost(window: Sequence[Arrival], policy: Policy) -> float:
    """Return the cost of the cheapest assignment."""
    places: dict[UUID, int] = {}
    for arrival in window:
        for candidate in arrival.ranking.candidates:
            free = len(window) if candidate.places is None else candidate.places
            places[candidate.offer_id] = min(free, len(window))
    first_seat: dict[UUID, int] = {}
    seats = 0
    for offer_id, count in places.items():
        first_seat[offer_id] = seats
        seats += count
    costs = np.full((len(window), seats + len(window)), 1e6)
    for row, arrival in enumerate(window):
        for candidate in arrival.ranking.candidates:
            for below in range(places[candidate.offer_id]):
                column = first_seat[candidate.offer_id] + below
                costs[row, column] = seat_cost(arrival.ranking, candidate, below, policy)
        costs[row, seats + row] = policy.sharing.waits_cost * (1 + arrival.claim)
    return float(costs[linear_sum_assignment(costs)].sum())
