"""Sets of rows as packed bits, 64 rows a word; row `n` is bit `n % 64` of word `n // 64`.

Words are little-endian, as on every machine we run on, so that bytes and words of a set name the same rows.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bits: TypeAlias = npt.NDArray[np.uint64]
Rows: TypeAlias = npt.NDArray[np.intp]

WORD = 64


def empty_set(rows: int) -> Bits:
    """Return the empty set among that many rows, a multiple of 64."""
    return np.zeros(rows // WORD, np.uint64)


def bytes_of(bits: Bits) -> memoryview:
    """Return the same memory as bytes, where setting one bit is cheapest: row `n` is bit `n % 8` of byte `n // 8`."""
    return bits.view(np.uint8).data


def add_row(set_bytes: memoryview, row: int) -> None:
    """Add a row to a set."""
    set_bytes[row >> 3] |= 1 << (row & 7)


def remove_row(set_bytes: memoryview, row: int) -> None:
    """Remove a row from a set."""
    set_bytes[row >> 3] &= ~(1 << (row & 7))


def count(bits: Bits) -> int:
    """Return the number of rows in a set."""
    return int(np.bitwise_count(bits).sum(dtype=np.int64))


def flags(bits: Bits) -> npt.NDArray[np.uint8]:
    """Return one byte per row, 1 when it is in the set."""
    return np.unpackbits(bits.view(np.uint8), bitorder="little")


def rows_of(bits: Bits) -> Rows:
    """Return the rows of a set, ascending."""
    return np.flatnonzero(flags(bits).view(np.bool_))


def packed(flags_: npt.NDArray[np.bool_]) -> Bits:
    """Return the set of the rows that are true; the number of rows is a multiple of 64."""
    return np.packbits(flags_, bitorder="little").view(np.uint64)


def bits_of(rows: Rows, among: int) -> Bits:
    """Return the set of these rows, among that many."""
    chosen = np.zeros(among, np.bool_)
    chosen[rows] = True
    return packed(chosen)


def grow_set(bits: Bits, rows: int) -> Bits:
    """Return the same set among more rows."""
    larger = empty_set(rows)
    larger[: len(bits)] = bits
    return larger
