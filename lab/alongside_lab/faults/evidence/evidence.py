"""Everything the checker may know: what lies on the streams, what stands in the stores, what was sent and promised.

Plain data, read straight from Kafka and PostgreSQL (`collect.py`). Rows are as their tables hold them, by column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeAlias

from alongside_lab.faults.fault_records import FaultRecord
from alongside_lab.faults.target_actors import AcknowledgedCommand

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Sequence[Row]

JOURNEY: Final = "referrals.journey.v1"
CRISIS: Final = "crisis.v1"


@dataclass(frozen=True, slots=True)
class RecordPosition:
    """Where a record stands."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of ours off a stream; `type` without its prefix and version: `match.proposed`."""

    position: RecordPosition
    key: str
    id: str
    source: str
    type: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ArrivedRecord:
    """One record of the suite's own, by its letter's number."""

    position: RecordPosition
    number: int


@dataclass(frozen=True, slots=True)
class ObservedPause:
    """While a partner's stream was paused: how much others sent that has to be decided, and how much of theirs was."""

    partner: str
    others_sent: int
    others_answered: int


class FindingKind(StrEnum):
    """Which promise a finding breaks."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    OUT_OF_ORDER = "out_of_order"
    OVERSOLD = "oversold"
    NOTIFIED_TWICE = "notified_twice"
    DEAD_LETTERS = "wrong_dead_letters"
    OUTBOX = "outbox_left"
    UNATTENDED = "unattended"
    WRONG_ANSWER = "wrong_answers"
    WRONG_PAUSE = "wrong_pauses"
    HELD_UP = "held_up"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken promise: about what, and what is the matter with it."""

    promise: FindingKind
    subject: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The facts about one run. `events` may hold an event more than once, as streams do."""

    sent_records: Sequence[FaultRecord] = ()
    arrivals: Sequence[ArrivedRecord] = ()
    events: Sequence[StreamEvent] = ()
    submissions: Rows = ()
    offers: Rows = ()
    requests: Rows = ()
    proposals: Rows = ()
    referrals: Rows = ()
    timeline: Rows = ()
    notices: Rows = ()
    escalations: Rows = ()
    dead_letters: Rows = ()
    """Each with its `service`."""
    outbox: Mapping[str, int] = field(default_factory=dict)
    """Rows left, by service."""
    lag: Mapping[str, int] = field(default_factory=dict)
    """Records not yet consumed, by consumer group."""
    mails: Mapping[str, int] = field(default_factory=dict)
    """How often the mail sink accepted each Message-ID."""
    acknowledged: Sequence[AcknowledgedCommand] = ()
    quarantines: Rows = ()
    """Pauses of partners' streams, ended ones too."""
    pauses: Sequence[ObservedPause] = ()
    """The same as somebody saw them who waited, and then ended them."""

    @cached_property
    def once(self) -> tuple[StreamEvent, ...]:
        """Each event at its first place, in stream order: what a reader sees that drops repeats by (source, id)."""
        seen: set[tuple[str, str]] = set()
        first = []
        for event in sorted(self.events, key=_position):
            if (event.source, event.id) not in seen:
                seen.add((event.source, event.id))
                first.append(event)
        return tuple(first)

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[StreamEvent]]:
        """First places of events, by type."""
        return grouped(self.once, lambda event: event.type)

    def of(self, type_: str) -> Sequence[StreamEvent]:
        """First places of the events of one type."""
        return self.by_type.get(type_, ())

    @cached_property
    def arrived_numbers(self) -> frozenset[int]:
        """Numbers of the letters that are on their stream."""
        return frozenset(each.number for each in self.arrivals)


def _position(event: StreamEvent) -> tuple[str, int, int]:
    return event.position.topic, event.position.partition, event.position.offset


def grouped(items: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    """Items by what `key` says of them, in their order."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def exactly_once(expected: Iterable[Any], found: Iterable[Any], what: str) -> Iterator[Finding]:
    """Hold what was found against what was expected: each once. Subjects are the items themselves."""
    wanted, found_by_item = set(expected), grouped(found, lambda item: item)
    for item in sorted(wanted - found_by_item.keys(), key=str):
        yield Finding(FindingKind.LOST, str(item), f"no {what}")
    for item, times in found_by_item.items():
        if len(times) > 1:
            yield Finding(FindingKind.DUPLICATED, str(item), f"{what} {len(times)} times")
        if item not in wanted:
            yield Finding(FindingKind.DUPLICATED, str(item), f"{what} that nothing stands behind")
