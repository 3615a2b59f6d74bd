"""Reproducible random draws: a separate, named generator for each generated thing."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def seeded_random(*names: str | int) -> Random:
    """Return a generator seeded with `names`, so that draws for one thing never change those for another."""
    return Random("/".join(map(str, names)))


def choose_one(rng: Random, weights: Mapping[T, float]) -> T:
    """Draw one key, in proportion to its weight."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def choose_some(rng: Random, among: Sequence[T], most: int) -> tuple[T, ...]:
    """Draw between one and `most` items of `among`, each at most once, in the order drawn."""
    return tuple(rng.sample(among, k=min(rng.randint(1, most), len(among))))


def chance(rng: Random, share: float) -> bool:
    """Return True in `share` (0 to 1) of all draws."""
    return rng.random() < share
