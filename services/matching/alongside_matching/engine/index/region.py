"""The searchable index of one region's offers: the interface that the rest of matching uses."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import numpy as np
import numpy.typing as npt

from alongside_matching.engine.facts import SLOTS_PER_WEEK, Offer, Request
from alongside_matching.engine.index import factors, rules
from alongside_matching.engine.index.bits import Rows, rows_of
from alongside_matching.engine.index.candidate_rows import Floats
from alongside_matching.engine.index.columns import KINDS, OfferColumns
from alongside_matching.engine.index.labels import OPEN_TO_ALL
from alongside_matching.engine.index.rules import Search
from alongside_matching.engine.index.top_rows import top_rows
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Candidate, Ranking
from alongside_matching.engine.score import POINTS, Rarity, ScoreContext, shares_of


class ImpossibleOfferError(ValueError):
    """An offer has impossible values; the message names them."""


class RegionIndex:
    """The offers of one region in memory. The caller passes every change; the index reads no database.

    Do not share it between threads: a search reads what a change may be writing.
    """

    def __init__(self, region: str) -> None:
        self._columns = OfferColumns(region)

    def __len__(self) -> int:
        """Return the number of offers."""
        return len(self._columns)

    def __contains__(self, offer_id: UUID) -> bool:
        """Return whether an offer is known."""
        return self._columns.row(offer_id) is not None

    def put(self, offer: Offer) -> None:
        """Add or replace an offer. Raises ImpossibleOfferError."""
        if offer.region != self._columns.region:
            raise ImpossibleOfferError(
                f"an offer of {offer.region} cannot be added to {self._columns.region}"
            )
        _check(offer)
        self._columns.write(offer)

    def occupancy(self, offer_id: UUID, *, held: int, taken: int) -> None:
        """Set how many places of an offer are held and taken. An unknown offer is ignored."""
        if held < 0 or taken < 0:
            raise ImpossibleOfferError(f"{held} held and {taken} taken places: neither can be negative")
        row = self._columns.row(offer_id)
        if row is not None:
            self._columns.set_occupancy(row, held, taken)

    def remove(self, offer_id: UUID) -> None:
        """Delete an offer; an unknown one is ignored."""
        self._columns.remove(offer_id)

    def offers(self, ids: Iterable[UUID]) -> dict[UUID, Offer]:
        """Return the current state of offers, without unknown ones. Many at once cost little more than one."""
        rows = (self._columns.row(offer_id) for offer_id in ids)
        read = self._columns.read(np.array([row for row in rows if row is not None], np.intp))
        return {offer.id: offer for offer in read}

    def open_to_all(self) -> list[Offer]:
        """Return the offers that are open to everyone."""
        labelled = self._columns.labels.of(OPEN_TO_ALL)
        return [] if labelled is None else self._columns.read(rows_of(labelled))

    def search(self, request: Request, policy: Policy, *, on: date, top: int | None = None) -> Ranking:
        """Rank the offers that may be asked: the same result as `ranking.rank` over all offers.

        `top` limits the named candidates; the default is the policy's `ranked_max`.
        """
        search = Search(self._columns, request, on, self._columns.present)
        candidates, excluded = rules.sift(search)
        rows = candidates.rows
        context = ScoreContext(request, self._rarity(request), policy.curves)
        shares = shares_of(request, policy.weights)
        values = [factors.VALUES[name](candidates, context) for name in shares]
        points = _points(values, list(shares.values()), len(rows))
        best = self._best(rows, points, top or policy.ranked_max)
        named = self._candidates(rows[best], points[best], [value[best] for value in values])
        return Ranking(request, policy, on, shares, context.rarity, named, len(rows), excluded)

    def _rarity(self, request: Request) -> Rarity:
        needs = self._columns.facets["needs"]
        return Rarity(len(self._columns), {need: needs.holders(need) for need in sorted(request.needs)})

    def _best(self, rows: Rows, points: npt.NDArray[np.int64], top: int) -> Rows:
        numbers = self._columns.numbers
        return top_rows(
            top,
            lambda within: -points[within],
            lambda within: numbers["load"][rows[within]],
            lambda within: numbers["id_high"][rows[within]],
            lambda within: numbers["id_low"][rows[within]],
            among=len(rows),
        )

    def _candidates(
        self, rows: Rows, points: npt.NDArray[np.int64], values: list[Floats]
    ) -> tuple[Candidate, ...]:
        columns = self._columns
        kinds = [KINDS[kind] for kind in columns.numbers["kind"][rows].tolist()]
        loads = columns.numbers["load"][rows].tolist()
        capacities = columns.numbers["capacity"][rows].tolist()
        occupied = (columns.numbers["held"][rows] + columns.numbers["taken"][rows]).tolist()
        per_row = zip(*(value.tolist() for value in values), strict=True)
        return tuple(
            Candidate(
                offer_id,
                kind,
                row_points,
                load,
                None if capacity < 0 else capacity,
                occupied_places,
                factor_values,
            )
            for offer_id, kind, row_points, load, capacity, occupied_places, factor_values in zip(
                columns.ids(rows), kinds, points.tolist(), loads, capacities, occupied, per_row, strict=True
            )
        )


def _points(values: list[Floats], shares: list[float], rows: int) -> npt.NDArray[np.int64]:
    """Return the same as `score.points_of`, per row."""
    total = np.zeros(rows)
    for share, value in zip(shares, values, strict=True):
        total += share * value
    return (total * POINTS + 0.5).astype(np.int64)


def _check(offer: Offer) -> None:
    if offer.kind not in KINDS:
        raise ImpossibleOfferError(f"unknown kind of offer: {offer.kind}")
    if min(offer.capacity or 0, offer.held, offer.taken) < 0:
        raise ImpossibleOfferError("capacity, held and taken places cannot be negative")
    if offer.availability < 0 or offer.availability.bit_length() > SLOTS_PER_WEEK:
        raise ImpossibleOfferError(f"availability is not a mask of {SLOTS_PER_WEEK} half hours")
    if offer.reach_km is not None and not offer.reach_km >= 0:
        raise ImpossibleOfferError("reach cannot be negative")
