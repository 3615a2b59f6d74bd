"""Decides what happens to a batch, in pure functions: facts in, plan out, and no database, clock, log or metric.

In the order in which they are asked: `plan_of` sorts the records that were read; `first_time` and `steps` say which events
are handled together; `is_to_blame` and `handled_of`, which were; `next_try`, what follows from an error; `count`, the result.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from uuid import UUID

from alongside_chassis.consume.decoding import Item, Place, Reading, ReceivedEvent, RefusedRecord, place_of
from alongside_chassis.consume.delivery import Verdict
from alongside_chassis.consume.limits import Limits
from alongside_contracts.event import Event

BACKOFF_SECONDS: Final = 0.1
BACKOFF_DOUBLINGS_MAX: Final = 10
RACE_BACKOFFS_MAX: Final = 10
"""The pause after a lost race grows by `BACKOFF_SECONDS` with each, to so many of them."""
RACES_SILENT_MAX: Final = 3
"""After more lost races than this, `ready` and the log say that the batch keeps losing them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch by what its records are: events to handle, records to put aside, and the number of those to ignore."""

    heard: Sequence[ReceivedEvent]
    broken: Sequence[RefusedRecord]
    ignored: int = 0

    @property
    def items(self) -> list[Item]:
        """The records that are not ignored: events first."""
        return [*self.heard, *self.broken]

    def without(self, places: Collection[Place]) -> "Plan":
        """The plan for the same batch when these records stay on their streams."""
        heard = [item for item in self.heard if place_of(item) not in places]
        broken = [item for item in self.broken if place_of(item) not in places]
        return Plan(heard, broken, self.ignored)


def plan_of(readings: Sequence[Reading]) -> Plan:
    """Sort what was read, in record order."""
    heard = [item for item in readings if isinstance(item, ReceivedEvent)]
    broken = [item for item in readings if isinstance(item, RefusedRecord)]
    return Plan(heard, broken, len(readings) - len(heard) - len(broken))


def first_time(heard: Sequence[ReceivedEvent], unseen: Collection[UUID]) -> list[ReceivedEvent]:
    """The events whose inbox id was unseen until now, each id once, in record order. The others are duplicates."""
    left, fresh = set(unseen), []
    for item in heard:
        if item.inbox_id in left:
            left.discard(item.inbox_id)
            fresh.append(item)
    return fresh


def steps(
    fresh: Sequence[ReceivedEvent], batched: Collection[type[Event]], *, alone: bool
) -> Iterable[Sequence[ReceivedEvent]]:
    """The runs of events that handlers take one after another; a run of one event each when handled `alone`."""
    if alone or not batched:
        return ([item] for item in fresh)
    return _by_type(fresh, batched)


def _by_type(heard: Sequence[ReceivedEvent], batched: Collection[type[Event]]) -> list[list[ReceivedEvent]]:
    """Runs of one type each, and of one event unless it is `batched`.

    Events of all kinds alternate on a stream, so neighbours seldom have one type; but order matters within a key only
    (docs/delivery.md). So each event goes into the last run of its type, unless an event with its key is in a later run.
    Two events with one key never change places, and within a run events are in record order.
    """
    found: list[list[ReceivedEvent]] = []
    latest: dict[type[Event], int] = {}
    behind: dict[tuple[str, bytes | None], int] = {}
    for item in heard:
        contract, key = type(item.event), (item.record.topic, item.record.key)
        place = latest.get(contract, -1)
        if contract not in batched or place < behind.get(key, 0):
            place = len(found)
            found.append([])
            latest[contract] = place
        found[place].append(item)
        behind[key] = place
    return found


def handled_of(fresh: Sequence[ReceivedEvent], refused: Sequence[RefusedRecord]) -> Sequence[ReceivedEvent]:
    """The events whose handlers did not refuse them."""
    if not refused:
        return fresh
    places = {place_of(item) for item in refused}
    return [item for item in fresh if place_of(item) not in places]


@dataclass(frozen=True, slots=True)
class Tries:
    """How a batch is tried now, and how often it was tried again, by reason.

    `alone` gives each event a savepoint. `attempt` counts from 1; lost races and waits do not use attempts up.
    """

    alone: bool = False
    attempt: int = 1
    races: int = 0
    waits: int = 0


@dataclass(frozen=True, slots=True)
class TryAlone:
    """Try again at once, each event in a savepoint, so that only the one to blame is put aside."""


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Try again in the same way after some seconds. `is_told`: `ready` and the log say so, with how many `failures`."""

    seconds: float
    failures: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not try again: only a person can help, or the service was asked to stop."""


NextTry: TypeAlias = TryAlone | WaitFor | Stop


def next_try(verdict: Verdict | None, tries: Tries, limits: Limits) -> tuple[NextTry, Tries]:
    """What to do when an attempt at a batch ended with an error, and the tries after it.

    It stops for an error that is no single record's fault when it comes back though each event was handled alone.
    """
    match verdict:
        case Verdict.STOP:
            return Stop(), tries
        case Verdict.WAIT:
            waits = tries.waits + 1
            doubled = BACKOFF_SECONDS * 2 ** min(waits, BACKOFF_DOUBLINGS_MAX)
            seconds = min(limits.retry_seconds_max, doubled)
            return WaitFor(seconds, waits, is_told=True), replace(tries, waits=waits)
        case Verdict.RETRY:
            races = tries.races + 1
            seconds = BACKOFF_SECONDS * min(races, RACE_BACKOFFS_MAX)
            return WaitFor(seconds, races, is_told=races > RACES_SILENT_MAX), replace(tries, races=races)
        case Verdict.REFUSE | None if tries.attempt > limits.handler_attempts_max:
            return Stop(), tries
        case Verdict.REFUSE | None:
            return TryAlone(), replace(tries, alone=True, attempt=tries.attempt + 1)


def is_to_blame(verdict: Verdict | None, attempt: int, limits: Limits) -> bool:
    """Whether an event handled alone is put aside for an error; an unforeseen one gets a few attempts first."""
    return verdict is Verdict.REFUSE or (verdict is None and attempt >= limits.handler_attempts_max)


@dataclass(frozen=True, slots=True)
class Done:
    """What one attempt did: the events it handled, and the records it put aside that were not aside before."""

    handled: Sequence[ReceivedEvent]
    put_aside: Sequence[RefusedRecord]


def count(plan: Plan, done: Done | None) -> dict[str, int]:
    """How many records of a plan became what; `done` is None when all were ignored or stay on their streams.

    A record that was put aside before is a duplicate, as an event that was handled before.
    """
    if done is None:
        return {"ignored": plan.ignored}
    handled, refused = len(done.handled), len(done.put_aside)
    duplicates = len(plan.heard) + len(plan.broken) - handled - refused
    return {"handled": handled, "duplicate": duplicates, "refused": refused, "ignored": plan.ignored}
