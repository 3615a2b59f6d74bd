"""Selects the first rows by several keys, without sorting all rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from alongside_matching.engine.index.bits import Rows

Key = Callable[[Rows], npt.NDArray[Any]]


def top_rows(top: int, *keys: Key, among: int) -> Rows:
    """Return the positions of the `top` smallest of `among`, in order; a later key breaks the ties of earlier ones.

    Per key: positions below the last admitted value are selected, ties with it go on to the next key. Only the `top`
    positions are sorted at the end.
    """
    chosen_rows: list[Rows] = []
    tied: Rows = np.arange(among)
    wanted = top
    for key in keys:
        if len(tied) <= wanted:
            break
        values = key(tied)
        last = np.partition(values, wanted - 1)[wanted - 1]
        chosen_rows.append(tied[values < last])
        tied = tied[values == last]
        wanted -= len(chosen_rows[-1])
    chosen = np.concatenate([*chosen_rows, tied[:wanted]])
    return chosen[np.lexsort([key(chosen) for key in reversed(keys)])]
