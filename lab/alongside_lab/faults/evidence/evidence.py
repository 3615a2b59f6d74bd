"""The checker's input: events on the streams, rows of the stores, sent records and acknowledged commands.

Plain data, read directly from Kafka and PostgreSQL (`collect.py`). Rows map column names to values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, TypeAlias

from alongside_lab.faults.directory.packages import SentImport
from alongside_lab.faults.fault_records import FaultRecord
from alongside_lab.faults.target_actors import AcknowledgedCommand

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Sequence[Row]

JOURNEY: Final = "referrals.journey.v1"
CRISIS: Final = "crisis.v1"
LISTINGS: Final = "directory.network.listings.v1"


@dataclass(frozen=True, slots=True)
class RecordPosition:
    """A record's topic, partition and offset."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a service on a stream; `type` without prefix and version: `match.proposed`."""

    position: RecordPosition
    key: str
    id: str
    source: str
    type: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ArrivedRecord:
    """One record of the suite on a stream, with its number."""

    position: RecordPosition
    number: int


@dataclass(frozen=True, slots=True)
class ObservedPause:
    """A pause of a partner's stream: how many records other partners sent during it, and how many were answered."""

    partner: str
    others_sent: int
    others_answered: int


class FindingKind(StrEnum):
    """The promise that a finding violates."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    OUT_OF_ORDER = "out_of_order"
    OVERSOLD = "oversold"
    NOTIFIED_TWICE = "notified_twice"
    NOTIFIED_IN_VAIN = "notified_in_vain"
    DEAD_LETTERS = "wrong_dead_letters"
    OUTBOX = "outbox_left"
    UNATTENDED = "unattended"
    WRONG_ANSWER = "wrong_answers"
    WRONG_PAUSE = "wrong_pauses"
    HELD_UP = "held_up"
    DIRECTORY = "wrong_directory"


@dataclass(frozen=True, slots=True)
class Finding:
    """One violated promise: its kind, its subject, and a description."""

    promise: FindingKind
    subject: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The evidence of one run. `events` may contain an event repeatedly, as streams do."""

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
    deliveries: Rows = ()
    """What became of each notice, by channel; being in the inbox is not a row."""
    escalations: Rows = ()
    dead_letters: Rows = ()
    """Each with its `service`."""
    outbox: Mapping[str, int] = field(default_factory=dict)
    """Outbox rows at the end, by service."""
    lag: Mapping[str, int] = field(default_factory=dict)
    """Records not yet consumed, by consumer group."""
    mails: Mapping[str, int] = field(default_factory=dict)
    """How often the mail sink accepted each Message-ID."""
    acknowledged: Sequence[AcknowledgedCommand] = ()
    quarantines: Rows = ()
    """Rows of paused streams, including resumed ones."""
    pauses: Sequence[ObservedPause] = ()
    """The pauses as the resumer observed them."""
    sent_imports: Sequence[SentImport] = ()
    """The directory packages that were uploaded, in their order."""
    directory_imports: Rows = ()
    directory_services: Rows = ()
    """The records of services, each with its `source`, including those with a tombstone."""
    directory_listings: Rows = ()
    """Listings as the directory announced them last, with the `effect` of their withdrawal."""
    heard_listings: Rows = ()
    """The same at matching, as it heard them."""
    directory_offers: Rows = ()

    @cached_property
    def distinct_events(self) -> tuple[StreamEvent, ...]:
        """Each event at its first position, in stream order, without repeats by (source, id)."""
        seen: set[tuple[str, str]] = set()
        first_occurrences = []
        for event in sorted(self.events, key=_position):
            if (event.source, event.id) not in seen:
                seen.add((event.source, event.id))
                first_occurrences.append(event)
        return tuple(first_occurrences)

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[StreamEvent]]:
        """The events of `distinct_events`, by type."""
        return grouped(self.distinct_events, lambda event: event.type)

    def events_of(self, type_: str) -> Sequence[StreamEvent]:
        """Return the events of `distinct_events` of one type."""
        return self.by_type.get(type_, ())

    @cached_property
    def arrived_numbers(self) -> frozenset[int]:
        """The numbers of the records on the streams."""
        return frozenset(arrival.number for arrival in self.arrivals)


def _position(event: StreamEvent) -> tuple[str, int, int]:
    return event.position.topic, event.position.partition, event.position.offset


def grouped(items: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    """Group items by `key`, in their order."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def exactly_once(expected: Iterable[Any], found: Iterable[Any], what: str) -> Iterator[Finding]:
    """Yield findings where `found` does not contain each expected item exactly once; each finding's subject is the item."""
    expected_items, found_by_item = set(expected), grouped(found, lambda item: item)
    for item in sorted(expected_items - found_by_item.keys(), key=str):
        yield Finding(FindingKind.LOST, str(item), f"no {what}")
    for item, times in found_by_item.items():
        if len(times) > 1:
            yield Finding(FindingKind.DUPLICATED, str(item), f"{what} {len(times)} times")
        if item not in expected_items:
            yield Finding(FindingKind.DUPLICATED, str(item), f"{what} without a cause")
