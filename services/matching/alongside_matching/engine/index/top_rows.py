"""Selects the first rows by several keys, without sorting all rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from alongside_matching.engine.index.bits import Rows

Key = Callable[[Rows], npt.NDArray[Any]]


def top_rows(top: int, *keys: Key, among: int) -> Rows:
    """Return the `top` smallest of the positions 0 to `among` - 1, in order; a later key breaks ties of earlier ones.

    For each key, positions with a value below the last admitted value are selected, and positions with that value are
    compared by the next key. Only the `top` positions are sorted at the end.
    """
    chosen_rows: list[Rows] = []
    tied: Rows = np.arange(among)
    wanted = top
    for key in keys:
        if len(tied) <= wanted:
            break
        values = key(tied)
        last_admitted = np.partition(values, wanted - 1)[wanted - 1]
        chosen_rows.append(tied[values < last_admitted])
        tied = tied[values == last_admitted]
        wanted -= len(chosen_rows[-1])
    chosen = np.concatenate([*chosen_rows, tied[:wanted]])
    return chosen[np.lexsort([key(chosen) for key in reversed(keys)])]
