"""Decides what happens to a batch, in pure functions: facts in, plan out, and no database, clock, log or metric.

In call order: `plan_of` sorts the decoded records; `split_at_used_ids`, `first_time` and `steps` choose which events are handled
together; `refused_for_used_ids` and `is_to_blame` choose which are refused; `handled_of` finds which were handled; `next_try`
decides after an error; `count` sums up.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from uuid import UUID

from alongside_chassis.consume.decoding import (
    Decoded,
    Item,
    ReceivedEvent,
    RecordPosition,
    RefusedRecord,
    position_of,
    refused_record,
)
from alongside_chassis.consume.delivery import Verdict
from alongside_chassis.consume.limits import Limits
from alongside_chassis.errors import Unprocessable
from alongside_contracts.event import Event
from alongside_contracts.vocabulary import ProblemCode

BACKOFF_SECONDS: Final = 0.1
BACKOFF_DOUBLINGS_MAX: Final = 10
RACE_BACKOFFS_MAX: Final = 10
"""The pause after a lost race is `BACKOFF_SECONDS` times the number of races lost so far, counted up to this."""
RACES_SILENT_MAX: Final = 3
"""After more lost races than this, `ready` and the log report that the batch waits."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch sorted into events to handle, unreadable records to dead-letter, and the number of records to ignore."""

    events: Sequence[ReceivedEvent]
    unreadable: Sequence[RefusedRecord]
    ignored: int = 0

    @property
    def items(self) -> list[Item]:
        """All records that are not ignored, events first."""
        return [*self.events, *self.unreadable]

    def without(self, positions: Collection[RecordPosition]) -> "Plan":
        """Return the plan without these records, which stay on their streams."""
        events = [item for item in self.events if position_of(item) not in positions]
        unreadable = [item for item in self.unreadable if position_of(item) not in positions]
        return Plan(events, unreadable, self.ignored)


def plan_of(decoded: Sequence[Decoded]) -> Plan:
    """Sort decoded records, keeping record order."""
    events = [item for item in decoded if isinstance(item, ReceivedEvent)]
    unreadable = [item for item in decoded if isinstance(item, RefusedRecord)]
    return Plan(events, unreadable, len(decoded) - len(events) - len(unreadable))


def first_time(events: Sequence[ReceivedEvent], unseen: Collection[UUID]) -> list[ReceivedEvent]:
    """Return the events whose inbox id is unseen, each id once, in record order. The others are duplicates."""
    remaining, fresh = set(unseen), []
    for item in events:
        if item.inbox_id in remaining:
            remaining.discard(item.inbox_id)
            fresh.append(item)
    return fresh


def split_at_used_ids(events: Sequence[ReceivedEvent]) -> list[list[ReceivedEvent]]:
    """Split a batch before each event whose id an earlier one of its part has with different content.

    The parts are handled one after another: when a handler refuses the first of the two, its id is free for the second.
    """
    parts: list[list[ReceivedEvent]] = [[]] if events else []
    digests: dict[UUID, bytes] = {}
    for item in events:
        if item.digest is not None and digests.setdefault(item.inbox_id, item.digest) != item.digest:
            parts.append([])
            digests = {item.inbox_id: item.digest}
        parts[-1].append(item)
    return parts


def refused_for_used_ids(
    events: Sequence[ReceivedEvent], used: Mapping[UUID, bytes | None]
) -> list[RefusedRecord]:
    """Return, as refused records, the events whose id was used for different content; `used` are digests by inbox id."""
    return [
        refused_record(item.record, item.stream, item.origin, _id_reused(), item.envelope)
        for item in events
        if item.digest is not None and is_different(item.digest, used.get(item.inbox_id))
    ]


def is_different(digest: bytes | None, used: bytes | None) -> bool:
    """Return whether two contents with one id differ; those without a digest count as identical."""
    return digest is not None and used is not None and digest != used


def _id_reused() -> Unprocessable:
    return Unprocessable(ProblemCode.ID_REUSED, "id", "send different content with a new ce_id")


def steps(
    fresh: Sequence[ReceivedEvent], batched: Collection[type[Event]], *, alone: bool
) -> Iterable[Sequence[ReceivedEvent]]:
    """Return the groups of events passed to handlers one after another; each group has one event when handled `alone`."""
    if alone or not batched:
        return ([item] for item in fresh)
    return _group_by_type(fresh, batched)


def _group_by_type(
    events: Sequence[ReceivedEvent], batched: Collection[type[Event]]
) -> list[list[ReceivedEvent]]:
    """Group events by type; a type that is not `batched` gets one group per event.

    Events of all types alternate on a stream, so neighbours seldom have one type; but order matters within a key only
    (docs/delivery.md). So each event joins the last group of its type, unless an event with its key is in a later group
    (the key's `barrier`). Two events with one key never change order, and within a group events are in record order.
    """
    groups: list[list[ReceivedEvent]] = []
    latest: dict[type[Event], int] = {}
    barrier: dict[tuple[str, bytes | None], int] = {}
    for item in events:
        contract, key = type(item.event), (item.record.topic, item.record.key)
        index = latest.get(contract, -1)
        if contract not in batched or index < barrier.get(key, 0):
            index = len(groups)
            groups.append([])
            latest[contract] = index
        groups[index].append(item)
        barrier[key] = index
    return groups


def handled_of(fresh: Sequence[ReceivedEvent], refused: Sequence[RefusedRecord]) -> Sequence[ReceivedEvent]:
    """Return the events that were not refused by their handlers."""
    if not refused:
        return fresh
    positions = {position_of(item) for item in refused}
    return [item for item in fresh if position_of(item) not in positions]


@dataclass(frozen=True, slots=True)
class Tries:
    """How a batch is tried now, and the number of repeats by reason.

    `alone` gives each event a savepoint. `attempt` counts from 1; lost races and waits do not use up attempts.
    """

    alone: bool = False
    attempt: int = 1
    races: int = 0
    waits: int = 0


@dataclass(frozen=True, slots=True)
class TryAlone:
    """Try again at once, each event in a savepoint, so that only the faulty one is dead-lettered."""


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Try again in the same way after `seconds`. With `is_reported`, `ready` and the log report the wait; `failures` counts
    the failed attempts."""

    seconds: float
    failures: int
    is_reported: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Do not try again: only a person can help, or the service was asked to stop."""


NextTry: TypeAlias = TryAlone | WaitFor | Stop


def next_try(verdict: Verdict | None, tries: Tries, limits: Limits) -> tuple[NextTry, Tries]:
    """Decide what to do after an attempt at a batch failed; return the decision and the updated tries.

    Stops for an error that no single record causes, when it recurs though each event was handled alone.
    """
    match verdict:
        case Verdict.STOP:
            return Stop(), tries
        case Verdict.WAIT:
            waits = tries.waits + 1
            doubled = BACKOFF_SECONDS * 2 ** min(waits, BACKOFF_DOUBLINGS_MAX)
            seconds = min(limits.retry_seconds_max, doubled)
            return WaitFor(seconds, waits, is_reported=True), replace(tries, waits=waits)
        case Verdict.RETRY:
            races = tries.races + 1
            seconds = BACKOFF_SECONDS * min(races, RACE_BACKOFFS_MAX)
            return WaitFor(seconds, races, is_reported=races > RACES_SILENT_MAX), replace(tries, races=races)
        case Verdict.REFUSE | None if tries.attempt > limits.handler_attempts_max:
            return Stop(), tries
        case Verdict.REFUSE | None:
            return TryAlone(), replace(tries, alone=True, attempt=tries.attempt + 1)


def is_to_blame(verdict: Verdict | None, attempt: int, limits: Limits) -> bool:
    """Return whether an event handled alone is refused for an error; an unforeseen error gets a few attempts first."""
    return verdict is Verdict.REFUSE or (verdict is None and attempt >= limits.handler_attempts_max)


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """Result of one attempt: the events handled, and the records dead-lettered now and not by an earlier delivery."""

    handled: Sequence[ReceivedEvent]
    dead_lettered: Sequence[RefusedRecord]


def count(plan: Plan, done: AttemptResult | None) -> dict[str, int]:
    """Count a plan's records by outcome; `done` is None when all were ignored or stay on their streams.

    A record that was dead-lettered or handled before counts as a duplicate.
    """
    if done is None:
        return {"ignored": plan.ignored}
    handled, refused = len(done.handled), len(done.dead_lettered)
    duplicates = len(plan.events) + len(plan.unreadable) - handled - refused
    return {"handled": handled, "duplicate": duplicates, "refused": refused, "ignored": plan.ignored}
