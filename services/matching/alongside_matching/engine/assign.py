"""Assigns requests that arrive within a short window together, so that the order of arrival decides nothing.

This is a min-cost assignment of arrivals to *seats*. Seats 1, 2, 3 … of an offer are its free places in the order in
which they would fill. A seat costs 1 minus the score as it would be with the lower seats filled (the factor
`free_places` falls), plus the policy's `crowding` for the share of the offer's places that this window has taken.
Because later seats cost more for everyone, the cheapest assignment leaves no lower seat free. Leaving a request waiting
costs `waits_cost`, more when it is urgent, has waited long or replaces a match that ended; as this is several times the
worst match, as many requests as possible are matched, and those with the lowest waiting cost are left waiting.

Each arrival brings the candidates of its ranking, limited to the policy's `ranked_max`. When an arrival has at least as
many candidates as there are arrivals, the limit costs nothing: the other arrivals occupy fewer offers than it has
candidates, so one candidate is unused, and the first seat there costs no more than a seat beyond the limit. With fewer
candidates the limit may cost something where many requests prefer the same few offers: `make bench-matching` measures
how much. A request left waiting after a limited ranking must be ranked again once the places are held.

Above `edges_max` pairs of an arrival and a seat, arrivals are assigned one after another, the greatest claim first,
at the same costs. The joint assignment never costs more, because it may choose the same seats.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from alongside_matching.engine.facts import Request
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Candidate, Ranking

_SHIFT: Final = 1.0
"""Added to every cost, because a sparse matrix treats 0 as no edge. It does not change which assignment is cheapest."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request of a window: its ranking, and its claim (see `claim_of`)."""

    ranking: Ranking
    claim: float


class AssignedBy(StrEnum):
    """How a window was assigned."""

    TOGETHER = "together"
    ONE_BY_ONE = "one-by-one"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The offer to ask for each referral of the window, by referral id; None for a referral that waits."""

    chosen: Mapping[UUID, Candidate | None]
    cost: float
    by: AssignedBy


def claim_of(request: Request, policy: Policy, now: datetime) -> float:
    """Return the share that urgency, time waited and priority add to the cost of leaving this request waiting."""
    sharing = policy.sharing
    waited = (now - request.waiting_since).total_seconds() / 3600 if request.waiting_since else 0.0
    return (
        (sharing.claim_urgent if request.urgency != "routine" else 0.0)
        + sharing.claim_waiting * policy.curves.waiting_hours.at(waited)
        + (sharing.claim_priority if request.priority > 0 else 0.0)
    )


def assign(window: Sequence[Arrival], policy: Policy) -> Assignment:
    """Assign the arrivals of one region's window; `policy` is that region's."""
    listed = _listed(window)
    if not listed.candidates:
        return Assignment(
            {arrival.ranking.request.referral_id: None for arrival in window},
            sum(_waiting_cost(arrival, policy) for arrival in window),
            AssignedBy.TOGETHER,
        )
    seats = _seats(listed)
    if seats.sum() > policy.sharing.edges_max:
        return one_by_one(window, policy)
    return _together(window, _pairs(listed, seats, policy), policy)


def one_by_one(window: Sequence[Arrival], policy: Policy) -> Assignment:
    """Assign arrivals in turn, the greatest claim first (ties in the order given), each to its cheapest seat."""
    seats_given: Counter[UUID] = Counter()
    chosen: dict[UUID, Candidate | None] = {arrival.ranking.request.referral_id: None for arrival in window}
    cost = 0.0
    for arrival in sorted(window, key=lambda arrival: -arrival.claim):
        seats = [
            (seat_cost(arrival.ranking, candidate, seats_given[candidate.offer_id], policy), number)
            for number, candidate in enumerate(arrival.ranking.candidates)
            if candidate.places is None or seats_given[candidate.offer_id] < candidate.places
        ]
        best_cost, number = min(seats, default=(_waiting_cost(arrival, policy), -1))
        best = None if number < 0 else arrival.ranking.candidates[number]
        chosen[arrival.ranking.request.referral_id] = best
        cost += best_cost
        if best is not None:
            seats_given[best.offer_id] += 1
    return Assignment(chosen, cost, AssignedBy.ONE_BY_ONE)


def seat_cost(ranking: Ranking, candidate: Candidate, seats_given: int, policy: Policy) -> float:
    """Return the cost of a candidate's next seat when the window has taken `seats_given` seats there; at most 2."""
    if candidate.capacity is None:
        return 1.0 - candidate.score
    worth = policy.curves.load.at
    load = (candidate.occupied + seats_given) / candidate.capacity
    load_cost = ranking.shares.get("free_places", 0.0) * (worth(candidate.load) - worth(load))
    return 1.0 - candidate.score + load_cost + policy.sharing.crowding * seats_given / candidate.capacity


@dataclass(frozen=True, slots=True)
class _Listed:
    """Every candidate in the rankings of a window, by column: index of the arrival, candidate, index of the offer, capacity
    (-1 when the offer is open to everyone), occupied places, and the share of the factor `free_places`."""

    arrival: npt.NDArray[np.int64]
    candidates: Sequence[Candidate]
    offer: npt.NDArray[np.int64]
    capacity: npt.NDArray[np.int64]
    occupied: npt.NDArray[np.int64]
    share: npt.NDArray[np.float64]

    @property
    def limited(self) -> npt.NDArray[np.bool_]:
        """Whether the offer has a number of places."""
        return self.capacity >= 0


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Every pair of an arrival and a seat, by column: index of the listed candidate, seat and cost."""

    listed: _Listed
    listed_index: npt.NDArray[np.int64]
    seat: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]


def _listed(window: Sequence[Arrival]) -> _Listed:
    rankings = [arrival.ranking for arrival in window]
    candidates = [candidate for ranking in rankings for candidate in ranking.candidates]
    lengths = [len(ranking.candidates) for ranking in rankings]
    numbers: dict[UUID, int] = {}
    return _Listed(
        arrival=np.repeat(np.arange(len(window)), lengths),
        candidates=candidates,
        offer=np.array(
            [numbers.setdefault(candidate.offer_id, len(numbers)) for candidate in candidates], int
        ),
        capacity=np.array(
            [-1 if candidate.capacity is None else candidate.capacity for candidate in candidates], int
        ),
        occupied=np.array([candidate.occupied for candidate in candidates], int),
        share=np.repeat([ranking.shares.get("free_places", 0.0) for ranking in rankings], lengths),
    )


def _seats(listed: _Listed) -> npt.NDArray[np.int64]:
    """Return how many seats each listed candidate may use: the free ones, at most one per arrival that lists the
    offer."""
    arrivals = np.bincount(listed.offer)[listed.offer]
    return np.where(listed.limited, np.minimum(listed.capacity - listed.occupied, arrivals), arrivals)


def _pairs(listed: _Listed, seats: npt.NDArray[np.int64], policy: Policy) -> _Pairs:
    """Number the seats of all offers consecutively, and pair every listed candidate with every seat of its offer."""
    seats_of_offer = np.zeros(listed.offer.max() + 1, np.int64)
    seats_of_offer[listed.offer] = seats
    first_seat = np.cumsum(seats_of_offer) - seats_of_offer
    listed_index = np.repeat(np.arange(len(listed.candidates)), seats)
    lower_seats = np.arange(len(listed_index)) - np.repeat(np.cumsum(seats) - seats, seats)
    return _Pairs(
        listed,
        listed_index,
        first_seat[listed.offer[listed_index]] + lower_seats,
        _costs(listed, listed_index, lower_seats, policy),
    )


def _costs(
    listed: _Listed,
    listed_index: npt.NDArray[np.int64],
    lower_seats: npt.NDArray[np.int64],
    policy: Policy,
) -> npt.NDArray[np.float64]:
    """Return `seat_cost` for each pair whose seat has `lower_seats` lower seats."""
    score = np.array([candidate.score for candidate in listed.candidates])[listed_index]
    load = np.array([candidate.load for candidate in listed.candidates])[listed_index]
    limited, share = listed.limited[listed_index], listed.share[listed_index]
    capacity = np.maximum(listed.capacity, 1)[listed_index]
    occupied = listed.occupied[listed_index]
    worth = policy.curves.load.at_all
    load_cost = share * (worth(load) - worth((occupied + lower_seats) / capacity))
    crowding = policy.sharing.crowding * lower_seats / capacity
    return 1.0 - score + np.where(limited, load_cost + crowding, 0.0)


def _together(window: Sequence[Arrival], pairs: _Pairs, policy: Policy) -> Assignment:
    """Solve the assignment: one row per arrival, one column per seat, and one waiting column per arrival."""
    arrivals = np.arange(len(window))
    seats = int(pairs.seat.max()) + 1
    waits = np.array([_waiting_cost(arrival, policy) for arrival in window])
    rows = np.concatenate([pairs.listed.arrival[pairs.listed_index], arrivals])
    columns = np.concatenate([pairs.seat, seats + arrivals])
    costs = np.concatenate([pairs.cost, waits])
    matrix = csr_array((costs + _SHIFT, (rows, columns)), shape=(len(window), seats + len(window)))
    _, chosen_columns = min_weight_full_bipartite_matching(matrix)
    chosen_pairs = np.flatnonzero(columns == chosen_columns[rows])
    chosen: dict[UUID, Candidate | None] = {arrival.ranking.request.referral_id: None for arrival in window}
    for pair in chosen_pairs[chosen_pairs < len(pairs.cost)].tolist():
        index = pairs.listed_index[pair]
        arrival = window[pairs.listed.arrival[index]]
        chosen[arrival.ranking.request.referral_id] = pairs.listed.candidates[index]
    return Assignment(chosen, float(costs[chosen_pairs].sum()), AssignedBy.TOGETHER)


def _waiting_cost(arrival: Arrival, policy: Policy) -> float:
    return policy.sharing.waits_cost * (1 + arrival.claim)
