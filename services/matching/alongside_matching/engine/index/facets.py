"""Facets: sets of codes per offer, such as needs, languages and formats, indexed in both directions."""

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from alongside_matching.engine.index import bits
from alongside_matching.engine.index.bits import Bits, Rows

_NONE: frozenset[str] = frozenset()


def _code_itself(code: str) -> str:
    return code


class Facet:
    """One set of codes per offer. Offers with the same codes share one copy; each code has one packed set of rows.

    `keyed_by` returns the key of a code where it is not the code itself: a language by its root.
    """

    def __init__(self, rows: int, keyed_by: Callable[[str], str] = _code_itself) -> None:
        self._keyed_by = keyed_by
        self._rows = rows
        self._by_key: dict[str, Bits] = {}
        self._bytes: dict[str, memoryview] = {}
        self._holders: Counter[str] = Counter()
        self._code_sets: list[frozenset[str]] = [_NONE]
        self._keys: list[frozenset[str]] = [_NONE]
        self._set_numbers: dict[frozenset[str], int] = {_NONE: 0}
        self._set_number_of = np.zeros(rows, np.int32)

    def codes(self, row: int) -> frozenset[str]:
        """Return the codes of one offer."""
        return self._code_sets[int(self._set_number_of[row])]

    def codes_of(self, rows: Rows) -> list[frozenset[str]]:
        """Return the codes of each of these offers."""
        return [self._code_sets[number] for number in self._set_number_of[rows].tolist()]

    def holders(self, code: str) -> int:
        """Return how many offers have a code."""
        return self._holders[self._keyed_by(code)]

    def known(self) -> set[str]:
        """Return every key that an offer has or had."""
        return set(self._by_key)

    def of(self, code: str) -> Bits | None:
        """Return the offers with a code; None when no offer ever had it. Do not change the result."""
        return self._by_key.get(self._keyed_by(code))

    def any_of(self, codes: Iterable[str]) -> Bits:
        """Return the offers with at least one of these codes."""
        union = bits.empty_set(self._rows)
        for code in codes:
            carrying = self.of(code)
            if carrying is not None:
                np.bitwise_or(union, carrying, out=union)
        return union

    def write(self, row: int, codes: frozenset[str]) -> None:
        """Replace the codes of an offer."""
        before, now = int(self._set_number_of[row]), self._set_number(codes)
        if before == now:
            return
        keys_before, keys_now = self._keys[before], self._keys[now]
        for key in keys_before - keys_now:
            bits.remove_row(self._bytes[key], row)
            self._holders[key] -= 1
        for key in keys_now - keys_before:
            bits.add_row(self._row_set(key), row)
            self._holders[key] += 1
        self._set_number_of[row] = now

    def grow(self, rows: int) -> None:
        """Extend every set to this many rows."""
        self._rows = rows
        self._by_key = {key: bits.grow_set(row_set, rows) for key, row_set in self._by_key.items()}
        self._bytes = {key: bits.bytes_of(row_set) for key, row_set in self._by_key.items()}
        self._set_number_of = np.concatenate(
            [self._set_number_of, np.zeros(rows - len(self._set_number_of), np.int32)]
        )

    def _row_set(self, key: str) -> memoryview:
        if key not in self._by_key:
            self._by_key[key] = bits.empty_set(self._rows)
            self._bytes[key] = bits.bytes_of(self._by_key[key])
        return self._bytes[key]

    def _set_number(self, codes: frozenset[str]) -> int:
        number = self._set_numbers.get(codes)
        if number is None:
            number = self._set_numbers[codes] = len(self._code_sets)
            self._code_sets.append(codes)
            keys = frozenset(map(self._keyed_by, codes))
            self._keys.append(codes if keys == codes else keys)  # one copy in memory, not two
        return number


class SparseFacet:
    """A facet with many codes, each of few offers, such as organisations. Rows are listed, not packed."""

    def __init__(self) -> None:
        self._rows_of: dict[str, set[int]] = {}
        self._codes_of: dict[int, frozenset[str]] = {}

    def codes(self, row: int) -> frozenset[str]:
        """Return the codes of one offer."""
        return self._codes_of.get(row, _NONE)

    def rows(self, codes: Iterable[str]) -> set[int]:
        """Return the offers with at least one of these codes."""
        return set().union(*(self._rows_of.get(code, ()) for code in codes))

    def write(self, row: int, codes: frozenset[str]) -> None:
        """Replace the codes of an offer."""
        for code in self._codes_of.pop(row, _NONE):
            self._rows_of[code].discard(row)
        for code in codes:
            self._rows_of.setdefault(code, set()).add(row)
        if codes:
            self._codes_of[row] = codes
