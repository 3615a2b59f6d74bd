"""The engine's rules without an index: one numpy column per code, every rule and factor over every offer.

It returns the same eligible offers and the same best scores as the engine.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from alongside_lab.rehearsal.population import TODAY
from alongside_matching.engine.distance import position
from alongside_matching.engine.eligibility import root
from alongside_matching.engine.facts import (
    MINOR_BANDS,
    PEER_LED,
    SLOT_MINUTES,
    SUPPORTER,
    Offer,
    Request,
)
from alongside_matching.engine.index.columns import hours_of
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.score import POINTS, Rarity, shares_of

Column = npt.NDArray[np.bool_]
_FIELDS = ("needs", "formats", "modes", "age_bands", "hopes", "interests", "identities", "eligibility")


class BruteForce:
    """A region's offers as numpy columns."""

    def __init__(self, pool: Sequence[Offer]) -> None:
        self._size = len(pool)
        self._codes = {name: _columns(getattr(offer, name) for offer in pool) for name in _FIELDS}
        self._codes["languages"] = _columns(frozenset(map(root, offer.languages)) for offer in pool)
        self._members = _members(pool)
        self._says = {name: np.array([bool(getattr(offer, name)) for offer in pool]) for name in _FIELDS}
        self._peer = np.array([offer.kind in PEER_LED for offer in pool])
        self._supporter = np.array([offer.kind == SUPPORTER for offer in pool])
        self._usable = np.array([_usable(offer) for offer in pool])
        self._open = np.array([offer.open_to_all for offer in pool])
        self._load = np.array([offer.load for offer in pool])
        self._reach = np.array([np.inf if offer.reach_km is None else offer.reach_km for offer in pool])
        self._where = np.array(
            [(np.nan,) * 3 if offer.where is None else position(offer.where) for offer in pool]
        )
        self._hours = np.array([hours_of(offer.availability) for offer in pool])
        self._minors_only = np.array(
            [bool(offer.age_bands) and offer.age_bands <= MINOR_BANDS for offer in pool]
        )

    def search(self, request: Request, policy: Policy, top: int) -> tuple[int, list[int]]:
        """Return the number of eligible offers, and the best scores in millionths."""
        kilometres = self._kilometres(request)
        common = np.bitwise_count(self._hours & hours_of(request.availability))
        minutes = common.sum(axis=1).astype(np.float64) * SLOT_MINUTES
        eligible = self._eligible(request, kilometres, minutes)
        points = (self._scores(request, policy, kilometres, minutes) * POINTS + 0.5).astype(np.int64)
        best = np.sort(points[eligible])[::-1][:top]
        return int(eligible.sum()), [int(score) for score in best]

    def _any(self, field: str, codes: Iterable[str]) -> Column:
        columns = [self._codes[field][code] for code in codes if code in self._codes[field]]
        return np.logical_or.reduce(columns) if columns else np.zeros(self._size, np.bool_)

    def _part(self, field: str, codes: frozenset[str]) -> npt.NDArray[np.float64]:
        has = sum(
            (self._codes[field][code] for code in codes if code in self._codes[field]), np.zeros(self._size)
        )
        return np.asarray(has / len(codes))

    def _kilometres(self, request: Request) -> npt.NDArray[np.float64]:
        if request.near is None:
            return np.full(self._size, np.nan)
        return np.asarray(np.sqrt(((self._where - np.array(position(request.near))) ** 2).sum(axis=1)))

    def _eligible(
        self, request: Request, kilometres: npt.NDArray[np.float64], minutes: npt.NDArray[np.float64]
    ) -> Column:
        """Apply every hard rule to all offers; return the eligible ones as a mask."""
        accepted, band = request.modes, request.age_band
        may = self._usable & self._any("needs", request.needs)
        may &= self._any("languages", map(root, request.languages))
        for avoided in request.organisations_avoided:
            may[self._members.get(avoided, [])] = False
        may &= ~self._open | self._any("formats", request.formats)
        if accepted:
            may &= ~self._says["modes"] | self._any("modes", accepted)
        may &= (
            ~self._minors_only if band is None else ~self._says["age_bands"] | self._any("age_bands", [band])
        )
        if band in MINOR_BANDS:
            alone = self._supporter & (not request.guardian_consent)
            may &= ~((self._peer & ~self._any("age_bands", [band])) | alone)
        may &= ~(self._peer & self._any("needs", request.avoid_needs))
        belongs = (*request.needs, *filter(None, [band]))
        may &= ~self._says["eligibility"] | self._any("eligibility", belongs)
        limit = np.minimum(
            self._reach, np.inf if request.distance_km_max is None else request.distance_km_max
        )
        may &= ~(self._in_person_only(accepted) & (kilometres > limit))
        if request.availability:
            may &= (minutes > 0) | (self._hours.sum(axis=1) == 0)
        return may

    def _in_person_only(self, accepted: frozenset[str]) -> Column:
        if accepted and "in-person" not in accepted:
            return np.zeros(self._size, np.bool_)
        others = (accepted or frozenset(self._codes["modes"])) - {"in-person"}
        only = self._any("modes", ["in-person"]) & ~self._any("modes", others)
        return only | ~self._says["modes"] if accepted == {"in-person"} else only

    def _scores(
        self,
        request: Request,
        policy: Policy,
        kilometres: npt.NDArray[np.float64],
        minutes: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        curves = policy.curves
        holders = {need: int(self._any("needs", [need]).sum()) for need in sorted(request.needs)}
        worth = {need: Rarity(self._size, holders).worth(need) for need in holders}
        shared = sum((worth[need] * self._any("needs", [need]) for need in worth), np.zeros(self._size))
        far = np.where(np.isnan(kilometres), 0.0, curves.distance_km.at_all(kilometres))
        values: dict[str, Callable[[], npt.NDArray[Any]]] = {
            "shared_need": lambda: shared / sum(worth.values()),
            "hopes": lambda: self._part("hopes", request.hopes),
            "preferred_format": lambda: self._any("formats", request.formats).astype(float),
            "preferred_mode": lambda: self._any("modes", request.modes).astype(float),
            "availability": lambda: curves.common_minutes.at_all(minutes),
            "distance": lambda: far,
            "interests": lambda: self._part("interests", request.interests),
            "identities": lambda: self._part("identities", request.identities),
            "continuity": lambda: np.zeros(self._size),
            "free_places": lambda: curves.load.at_all(self._load),
        }
        shares = shares_of(request, policy.weights)
        total = np.zeros(self._size)
        for name, share in shares.items():
            total += share * values[name]()
        return total


def _usable(offer: Offer) -> bool:
    """Return whether an offer passes the rules that do not depend on the request."""
    certified = not offer.certification_required or (offer.certified_until or TODAY.min) >= TODAY
    checked = not offer.check_required or (offer.checked_until or TODAY.min) >= TODAY
    endorsed = offer.required_endorsement is None or offer.required_endorsement in offer.endorsements
    return not offer.paused and offer.has_place and certified and checked and endorsed


def _members(pool: Sequence[Offer]) -> dict[str, list[int]]:
    """Return the rows of each organisation's offers: there are too many organisations for a column each."""
    members: dict[str, list[int]] = {}
    for row, offer in enumerate(pool):
        for organisation in offer.organisations:
            members.setdefault(organisation, []).append(row)
    return members


def _columns(rows: Iterable[frozenset[str]]) -> dict[str, Column]:
    listed = list(rows)
    codes = sorted(frozenset().union(*listed))
    return {code: np.array([code in row for row in listed]) for code in codes}
