"""Lots that fall the same way every time: a generator per thing drawn, named after what it is."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def seeded_random(*names: str | int) -> Random:
    """A generator of its own for what `names` name: what is drawn for one thing never shifts another's lots."""
    return Random("/".join(map(str, names)))


def choose_one(rng: Random, weights: Mapping[T, float]) -> T:
    """One key, drawn in proportion to its weight."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def choose_some(rng: Random, among: Sequence[T], most: int) -> tuple[T, ...]:
    """Between one and `most` of `among`, each at most once, in the order they were drawn."""
    return tuple(rng.sample(among, k=min(rng.randint(1, most), len(among))))


def chance(rng: Random, share: float) -> bool:
    """True in `share` (0 to 1) of all draws."""
    return rng.random() < share
