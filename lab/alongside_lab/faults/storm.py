"""Generates the script of a storm: which fault affects which target, and when. The same seed gives the same script."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from alongside_contracts.services import SERVICES
from alongside_localstack.sample.randomness import seeded_random

NETWORKS: Final = ("postgres", "kafka")
SESSION_SECONDS: Final = 6.0
"""Kafka's session time-out, after which a silent consumer loses its partitions; the minimum Kafka allows."""
PAUSE_BETWEEN_SECONDS: Final = 5.0
"""The mean time between the starts of two faults; faults may overlap."""
CALM_SHARE: Final = 0.08
"""The share of the storm's duration without faults at its start, and the same at its end."""


class FaultKind(StrEnum):
    """The kinds of faults."""

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
    """One fault: it starts `at_seconds` into the storm and lasts `seconds`; `target` is a service, broker or network.

    `shift_seconds` is the change of a clock.
    """

    at_seconds: float
    kind: FaultKind
    target: str = ""
    seconds: float = 0.0
    shift_seconds: int = 0


_WEIGHTS: Final[dict[FaultKind, float]] = {
    FaultKind.KILL: 26,
    FaultKind.KILL_BURST: 4,
    FaultKind.KILL_MID_RELAY: 12,
    FaultKind.KILL_POSTGRES: 5,
    FaultKind.KILL_KAFKA: 4,
    FaultKind.PAUSE_KAFKA: 4,
    FaultKind.PAUSE: 8,
    FaultKind.JOIN: 9,
    FaultKind.RESET: 14,
    FaultKind.LATENCY: 10,
    FaultKind.BLACK_HOLE: 4,
    FaultKind.DISK_FULL: 4,
    FaultKind.CLOCK_JUMP: 4,
}
_SECONDS_RANGES: Final[dict[FaultKind, tuple[float, float]]] = {
    FaultKind.KILL_MID_RELAY: (0, 1.2),
    FaultKind.PAUSE_KAFKA: (4, 12),
    FaultKind.PAUSE: (SESSION_SECONDS + 1, SESSION_SECONDS + 6),
    FaultKind.JOIN: (6, 14),
    FaultKind.LATENCY: (4, 12),
    FaultKind.BLACK_HOLE: (2, 8),
    FaultKind.DISK_FULL: (3, 8),
    FaultKind.CLOCK_JUMP: (5, 15),
}
_SHIFTS_SECONDS: Final = (3_600, -3_600, 3 * 3_600)
"""One hour ahead or behind, which Kafka accepts as record time, and three hours ahead, which it refuses."""
_ON_NETWORKS: Final = (FaultKind.RESET, FaultKind.LATENCY, FaultKind.BLACK_HOLE)
_ON_BROKERS: Final = (FaultKind.KILL_KAFKA, FaultKind.PAUSE_KAFKA)
_WITHOUT_TARGET: Final = (FaultKind.KILL_BURST, FaultKind.KILL_POSTGRES, FaultKind.DISK_FULL)


def make_storm(
    seed: int,
    seconds: float,
    possible: Sequence[FaultKind] = tuple(FaultKind),
    *,
    brokers: Sequence[str] = ("kafka",),
) -> tuple[Fault, ...]:
    """Return the script of one storm, ordered by time.

    Every `possible` kind happens at least once: every service is killed, also during its relay's work, and has its clock
    changed; every broker is killed; every network has each of its faults. The remaining time is filled at random.
    """
    rng = seeded_random("storm", seed)
    targets = {kind: brokers if kind in _ON_BROKERS else _targets(kind) for kind in FaultKind}
    faults = [
        _draw_fault(rng, kind, rng.choice(targets_to_choose))
        for kind, targets_to_choose in _once_each(possible, targets)
    ]
    count = max(len(faults), int(seconds / PAUSE_BETWEEN_SECONDS))
    weights = [_WEIGHTS[kind] for kind in possible]
    while len(faults) < count:
        kind = rng.choices(list(possible), weights=weights)[0]
        faults.append(_draw_fault(rng, kind, rng.choice(targets[kind])))
    rng.shuffle(faults)
    calm_seconds = seconds * CALM_SHARE
    moments = sorted(rng.uniform(calm_seconds, seconds - calm_seconds) for _ in faults)
    return tuple(replace(fault, at_seconds=round(at, 2)) for at, fault in zip(moments, faults, strict=True))


def _once_each(
    possible: Sequence[FaultKind], targets: Mapping[FaultKind, Sequence[str]]
) -> Iterator[tuple[FaultKind, Sequence[str]]]:
    """Yield each kind with the targets to choose one from: most kinds once per target, some once for all."""
    for kind in possible:
        if kind in (FaultKind.PAUSE, FaultKind.PAUSE_KAFKA, FaultKind.JOIN):
            yield kind, targets[kind]
        else:
            yield from ((kind, (target,)) for target in targets[kind])


def _targets(kind: FaultKind) -> Sequence[str]:
    if kind in _WITHOUT_TARGET:
        return ("",)
    return NETWORKS if kind in _ON_NETWORKS else SERVICES


def _draw_fault(rng: Random, kind: FaultKind, target: str) -> Fault:
    shortest, longest = _SECONDS_RANGES.get(kind, (0.0, 0.0))
    seconds = round(rng.uniform(shortest, longest), 2)
    shift = rng.choice(_SHIFTS_SECONDS) if kind is FaultKind.CLOCK_JUMP else 0
    return Fault(at_seconds=0, kind=kind, target=target, seconds=seconds, shift_seconds=shift)
