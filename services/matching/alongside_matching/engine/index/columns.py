"""The columns of the index: each offer has a row number, and each column holds one fact per row.

An offer is written as facts and read back as the same facts; nothing else of it is stored, so a million offers take
less than a gigabyte and give the garbage collector almost nothing to scan.
"""

from collections.abc import Mapping
from datetime import date
from math import isnan, nan
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from alongside_matching.engine.distance import position
from alongside_matching.engine.eligibility import root
from alongside_matching.engine.facts import GROUP, SERVICE, SLOTS_PER_WEEK, SUPPORTER, Offer, Point
from alongside_matching.engine.index import bits
from alongside_matching.engine.index.bits import Bits, Rows
from alongside_matching.engine.index.facets import Facet, SparseFacet
from alongside_matching.engine.index.labels import (
    CERTIFICATION_REQUIRED,
    CHECK_REQUIRED,
    FULL,
    HAS_POSITION,
    PAUSED,
    labels_of,
)

KINDS: Final = (SUPPORTER, GROUP, SERVICE)
HOURS_WORDS: Final = -(-SLOTS_PER_WEEK // bits.WORD)
"""64-bit words for the half hours of a week."""
_ROWS_FIRST: Final = 256
_CAPACITY_UNLIMITED: Final = -1
_LOW_64_BITS: Final = (1 << 64) - 1
_FACETS: Final = (
    "needs",
    "languages",
    "formats",
    "modes",
    "age_bands",
    "hopes",
    "interests",
    "identities",
    "endorsements",
    "eligibility",
    "only_for",
)
_NUMBERS: Final[dict[str, npt.DTypeLike]] = {
    "id_high": np.uint64,
    "id_low": np.uint64,
    "kind": np.int8,
    "capacity": np.int32,
    "held": np.int32,
    "taken": np.int32,
    "load": np.float64,
    "certified_until": np.int32,
    "checked_until": np.int32,
    "latitude": np.float64,
    "longitude": np.float64,
    "x": np.float64,
    "y": np.float64,
    "z": np.float64,
    "reach_km": np.float64,
}


class OfferColumns:
    """The offers of a region by column. Rows of deleted offers are reused."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.rows = _ROWS_FIRST
        self.present = bits.empty_set(self.rows)
        self.numbers = {name: np.zeros(self.rows, dtype) for name, dtype in _NUMBERS.items()}
        self.hours = np.zeros((HOURS_WORDS, self.rows), np.uint64)
        self.facets = {name: Facet(self.rows, root if name == "languages" else str) for name in _FACETS}
        self.required = Facet(self.rows)
        self.labels = Facet(self.rows)
        self.organisations = SparseFacet()
        self._row_of: dict[int, int] = {}
        self._out_of_date: dict[tuple[str, date], Bits] = {}
        """Computed once for each day, and again after a write: searches are far more frequent than writes."""
        self._free: list[int] = list(range(self.rows - 1, -1, -1))

    def __len__(self) -> int:
        """Return the number of offers."""
        return len(self._row_of)

    def row(self, offer_id: UUID) -> int | None:
        """Return the row of an offer; None when it is unknown."""
        return self._row_of.get(offer_id.int)

    def write(self, offer: Offer) -> int:
        """Store an offer in its row or in a free one, and return the row."""
        row = self._row_of.get(offer.id.int)
        if row is None:
            row = self._row_of[offer.id.int] = self._take_row()
            bits.add_row(bits.bytes_of(self.present), row)
        for name, facet in self.facets.items():
            facet.write(row, getattr(offer, name))
        self.required.write(row, frozenset(filter(None, [offer.required_endorsement])))
        self.organisations.write(row, offer.organisations)
        self.labels.write(row, labels_of(offer))
        self._write_numbers(row, offer)
        self._out_of_date.clear()
        return row

    def set_occupancy(self, row: int, held: int, taken: int) -> None:
        """Set how many places are held and taken, and nothing else."""
        capacity = self._capacity(row)
        self.numbers["held"][row], self.numbers["taken"][row] = held, taken
        self.numbers["load"][row] = _load(capacity, held + taken)
        full = capacity is not None and held + taken >= capacity
        before = self.labels.codes(row)
        self.labels.write(row, before | {FULL} if full else before - {FULL})

    def remove(self, offer_id: UUID) -> int | None:
        """Delete an offer, and return the row it had; None when it is unknown."""
        row = self._row_of.pop(offer_id.int, None)
        if row is None:
            return None
        bits.remove_row(bits.bytes_of(self.present), row)
        for facet in (*self.facets.values(), self.required, self.labels):
            facet.write(row, frozenset())
        self.organisations.write(row, frozenset())
        self._free.append(row)
        return row

    def read(self, rows: Rows) -> list[Offer]:
        """Return the offers of these rows, as they were written; several at once cost little more than one."""
        numbers = {name: column[rows].tolist() for name, column in self.numbers.items()}
        codes: dict[str, list[Any]] = {name: facet.codes_of(rows) for name, facet in self.facets.items()}
        labels, required = self.labels.codes_of(rows), self.required.codes_of(rows)
        hours, size = self.hours[:, rows].T.tobytes(), HOURS_WORDS * 8
        return [
            Offer(
                **{name: column[index] for name, column in codes.items()},
                **_facts({name: column[index] for name, column in numbers.items()}, labels[index]),
                region=self.region,
                organisations=self.organisations.codes(row),
                required_endorsement=next(iter(required[index]), None),
                availability=int.from_bytes(hours[index * size : (index + 1) * size], "little"),
            )
            for index, row in enumerate(rows.tolist())
        ]

    def out_of_date(self, required: str, until: str, on: date) -> Bits | None:
        """Return the offers that require something not valid on this day; None when no offer requires it."""
        labelled = self.labels.of(required)
        if labelled is None:
            return None
        out_of_date = self._out_of_date.get((until, on))
        if out_of_date is None:
            self._out_of_date = {key: offers for key, offers in self._out_of_date.items() if key[1] == on}
            out_of_date = self._out_of_date[until, on] = labelled & bits.packed(
                self.numbers[until] < on.toordinal()
            )
        return out_of_date

    def ids(self, rows: Rows) -> list[UUID]:
        """Return the ids of the offers in these rows."""
        high, low = self.numbers["id_high"][rows].tolist(), self.numbers["id_low"][rows].tolist()
        return [UUID(int=upper << 64 | lower) for upper, lower in zip(high, low, strict=True)]

    def _capacity(self, row: int) -> int | None:
        capacity = int(self.numbers["capacity"][row])
        return None if capacity == _CAPACITY_UNLIMITED else capacity

    def _write_numbers(self, row: int, offer: Offer) -> None:
        where = offer.where
        x, y, z = (nan, nan, nan) if where is None else position(where)
        numbers: dict[str, float] = {
            "id_high": offer.id.int >> 64,
            "id_low": offer.id.int & _LOW_64_BITS,
            "kind": KINDS.index(offer.kind),
            "capacity": _CAPACITY_UNLIMITED if offer.capacity is None else offer.capacity,
            "held": offer.held,
            "taken": offer.taken,
            "load": offer.load,
            "certified_until": offer.certified_until.toordinal() if offer.certified_until else 0,
            "checked_until": offer.checked_until.toordinal() if offer.checked_until else 0,
            "latitude": where.latitude if where else nan,
            "longitude": where.longitude if where else nan,
            "x": x,
            "y": y,
            "z": z,
            "reach_km": nan if offer.reach_km is None else offer.reach_km,
        }
        for name, number in numbers.items():
            self.numbers[name][row] = number
        self.hours[:, row] = hours_of(offer.availability)

    def _take_row(self) -> int:
        if not self._free:
            self._grow()
        return self._free.pop()

    def _grow(self) -> None:
        """Double the rows, so that adding stays cheap at any size."""
        before, self.rows = self.rows, 2 * self.rows
        self._free = list(range(self.rows - 1, before - 1, -1))
        self.present = bits.grow_set(self.present, self.rows)
        for name, column in self.numbers.items():
            self.numbers[name] = np.concatenate([column, np.zeros_like(column)])
        self.hours = np.concatenate([self.hours, np.zeros_like(self.hours)], axis=1)
        for facet in (*self.facets.values(), self.required, self.labels):
            facet.grow(self.rows)


def hours_of(availability: int) -> npt.NDArray[np.uint64]:
    """Return the half hours of a week as 64-bit words."""
    return np.frombuffer(availability.to_bytes(HOURS_WORDS * 8, "little"), np.uint64)


def _facts(number: Mapping[str, Any], labels: frozenset[str]) -> dict[str, Any]:
    """Return the facts in the numbers and labels of a row."""
    return {
        "id": UUID(int=number["id_high"] << 64 | number["id_low"]),
        "kind": KINDS[number["kind"]],
        "capacity": None if number["capacity"] == _CAPACITY_UNLIMITED else number["capacity"],
        "held": number["held"],
        "taken": number["taken"],
        "paused": PAUSED in labels,
        "where": Point(number["latitude"], number["longitude"]) if HAS_POSITION in labels else None,
        "reach_km": None if isnan(number["reach_km"]) else number["reach_km"],
        "certified_until": _day(number["certified_until"]),
        "certification_required": CERTIFICATION_REQUIRED in labels,
        "checked_until": _day(number["checked_until"]),
        "check_required": CHECK_REQUIRED in labels,
    }


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _load(capacity: int | None, occupied: int) -> float:
    """Return the same as `Offer.load`."""
    if capacity is None:
        return 0.0
    return occupied / capacity if capacity else 1.0
