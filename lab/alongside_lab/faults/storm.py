"""Which fault hits whom, and when: a script that the seed alone decides, so that a storm can be had again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from alongside_contracts.services import SERVICES
from alongside_localstack.sample.draw import lots

NETWORKS: Final = ("postgres", "kafka")
SESSION_SECONDS: Final = 6.0
"""How long a consumer may be silent before the broker gives its partitions to others; the least Kafka allows."""
PAUSE_BETWEEN_SECONDS: Final = 5.0
"""The mean time between two faults; several last longer and overlap."""
CALM_SHARE: Final = 0.08
"""How much of the time at either end of the storm is left in peace."""


class Kind(StrEnum):
    """What goes wrong."""

    KILL = "kill"
    KILL_BURST = "kill-burst"
    KILL_MID_RELAY = "kill-mid-relay"
    KILL_POSTGRES = "kill-postgres"
    KILL_KAFKA = "kill-kafka"
    PAUSE_KAFKA = "pause-kafka"
    PAUSE = "pause"
    JOIN = "join"
    RESET = "reset"
    LATENCY = "latency"
    BLACK_HOLE = "black-hole"
    DISK_FULL = "disk-full"
    CLOCK_JUMP = "clock-jump"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: `at_seconds` after the storm began, `target` a service, broker or network, lasting `seconds` if it lasts.

    `shift_seconds` is how far a clock is turned.
    """

    at_seconds: float
    kind: Kind
    target: str = ""
    seconds: float = 0.0
    shift_seconds: int = 0


_WEIGHTS: Final[dict[Kind, float]] = {
    Kind.KILL: 26,
    Kind.KILL_BURST: 4,
    Kind.KILL_MID_RELAY: 12,
    Kind.KILL_POSTGRES: 5,
    Kind.KILL_KAFKA: 4,
    Kind.PAUSE_KAFKA: 4,
    Kind.PAUSE: 8,
    Kind.JOIN: 9,
    Kind.RESET: 14,
    Kind.LATENCY: 10,
    Kind.BLACK_HOLE: 4,
    Kind.DISK_FULL: 4,
    Kind.CLOCK_JUMP: 4,
}
_LASTING: Final[dict[Kind, tuple[float, float]]] = {
    Kind.KILL_MID_RELAY: (0, 1.2),
    Kind.PAUSE_KAFKA: (4, 12),
    Kind.PAUSE: (SESSION_SECONDS + 1, SESSION_SECONDS + 6),
    Kind.JOIN: (6, 14),
    Kind.LATENCY: (4, 12),
    Kind.BLACK_HOLE: (2, 8),
    Kind.DISK_FULL: (3, 8),
    Kind.CLOCK_JUMP: (5, 15),
}
_SHIFTS_SECONDS: Final = (3_600, -3_600, 3 * 3_600)
"""An hour either way, within what Kafka takes as a record's time, and three hours ahead, which it refuses."""
_ON_NETWORKS: Final = (Kind.RESET, Kind.LATENCY, Kind.BLACK_HOLE)
_ON_BROKERS: Final = (Kind.KILL_KAFKA, Kind.PAUSE_KAFKA)
_ON_NOBODY: Final = (Kind.KILL_BURST, Kind.KILL_POSTGRES, Kind.DISK_FULL)


def storm(
    seed: int,
    seconds: float,
    possible: Sequence[Kind] = tuple(Kind),
    *,
    brokers: Sequence[str] = ("kafka",),
) -> tuple[Fault, ...]:
    """The script of one storm, in order of time.

    Everything `possible` happens at least once: every service is killed, also in the middle of its relaying, and has its
    clock turned; every broker is killed; every network suffers each of its faults. What time is left is filled by lot.
    """
    rng = lots("storm", seed)
    targets = {kind: brokers if kind in _ON_BROKERS else _targets(kind) for kind in Kind}
    faults = [_drawn(rng, kind, rng.choice(among)) for kind, among in _once_each(possible, targets)]
    count = max(len(faults), int(seconds / PAUSE_BETWEEN_SECONDS))
    weights = [_WEIGHTS[kind] for kind in possible]
    while len(faults) < count:
        kind = rng.choices(list(possible), weights=weights)[0]
        faults.append(_drawn(rng, kind, rng.choice(targets[kind])))
    rng.shuffle(faults)
    calm = seconds * CALM_SHARE
    moments = sorted(rng.uniform(calm, seconds - calm) for _ in faults)
    return tuple(replace(fault, at_seconds=round(at, 2)) for at, fault in zip(moments, faults, strict=True))


def _once_each(
    possible: Sequence[Kind], targets: Mapping[Kind, Sequence[str]]
) -> Iterator[tuple[Kind, Sequence[str]]]:
    """Each kind with those of whom one is hit: by most faults each target, by some any of them."""
    for kind in possible:
        if kind in (Kind.PAUSE, Kind.PAUSE_KAFKA, Kind.JOIN):
            yield kind, targets[kind]
        else:
            yield from ((kind, (target,)) for target in targets[kind])


def _targets(kind: Kind) -> Sequence[str]:
    if kind in _ON_NOBODY:
        return ("",)
    return NETWORKS if kind in _ON_NETWORKS else SERVICES


def _drawn(rng: Random, kind: Kind, target: str) -> Fault:
    shortest, longest = _LASTING.get(kind, (0.0, 0.0))
    lasting = round(rng.uniform(shortest, longest), 2)
    shift = rng.choice(_SHIFTS_SECONDS) if kind is Kind.CLOCK_JUMP else 0
    return Fault(at_seconds=0, kind=kind, target=target, seconds=lasting, shift_seconds=shift)
