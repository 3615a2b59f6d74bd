"""Checks the refused records of a batch against the limits, in the batch's own transaction (docs/delivery.md).

When a record reaches a limit, the batch is repeated without the records after it, which stay on their stream. The commit
of the repeated batch pauses a partner's stream; on the network's own streams the service stops after that commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from operator import attrgetter

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import dead_letters, quarantine
from alongside_chassis.consume.decoding import Item, ReceivedEvent, RecordPosition, RefusedRecord, position_of
from alongside_chassis.consume.delivery import try_in_savepoint
from alongside_chassis.consume.handlers import Handlers, Paused
from alongside_chassis.consume.limits import PartnerCount, PartnerLimits, Tally, count_in_a_row, count_partner
from alongside_chassis.consume.quarantine import PartnerState, Quarantine
from alongside_chassis.errors import ChassisError
from alongside_chassis.observe.logs import Log


class PartialBatch(ChassisError):
    """Raised when the batch must be repeated without these records, which may not be handled now."""

    def __init__(self, positions: frozenset[RecordPosition]) -> None:
        super().__init__(f"{len(positions)} records stay on their streams")
        self.positions = positions


@dataclass(slots=True)
class Unprocessed:
    """The records of a batch that stay on their streams."""

    positions: set[RecordPosition] = field(default_factory=set)

    def offsets(self) -> dict[tuple[str, int], int]:
        """Return the first unprocessed offset of each of their partitions."""
        first: dict[tuple[str, int], int] = {}
        for topic, partition, offset in self.positions:
            topic_partition = (topic, partition)
            first[topic_partition] = min(offset, first.get(topic_partition, offset))
        return first


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """The counts, pauses and stop that take effect once a batch is committed."""

    refused_in_a_row: int
    stop: bool = False
    paused: tuple[Quarantine, ...] = ()


class RefusalPolicy:
    """Counts refused records: a partner's in the database, the network's own in this process.

    At the limit the partner's stream is paused; for the network's own records, the listener stops.
    """

    def __init__(
        self, handlers: Handlers, log: Log, partners: PartnerLimits, *, refused_in_a_row_max: int
    ) -> None:
        self.handlers, self.log, self.partners = handlers, log, partners
        self.refused_in_a_row_max = refused_in_a_row_max
        self.refused_in_a_row = 0
        """How many of the network's own records were refused in a row, as of the last commit."""
        self.stopped = False
        """Whether the limit on the network's own streams was reached."""

    async def load_states(self, tx: Tx, items: Sequence[Item]) -> dict[str, PartnerState]:
        """Load the state of each partner in a batch. Raises PartialBatch for records of paused partners."""
        topics = sorted({item.origin.topic for item in items if item.origin.partner})
        if not topics:
            return {}
        states = await quarantine.partner_states(tx.conn, topics)
        _exclude_paused(items, states)
        return states

    async def evaluate(
        self,
        tx: Tx,
        items: Sequence[Item],
        states: Mapping[str, PartnerState],
        *,
        handled: Sequence[ReceivedEvent],
        dead_lettered: Sequence[RefusedRecord],
    ) -> BatchOutcome:
        """Count a batch's refused records. Raises PartialBatch when a limit was reached before its last record."""
        topics_with_counts = _topics_with_counts(states)
        if not (dead_lettered or self.refused_in_a_row or topics_with_counts):
            return BatchOutcome(0)
        processed: list[Item] = sorted((*handled, *dead_lettered), key=position_of)
        outcome = self._evaluate_network(items, [item for item in processed if not item.origin.partner])
        partner_items = [item for item in processed if item.origin.partner]
        refused_topics = {item.origin.topic for item in partner_items if isinstance(item, RefusedRecord)}
        counted_topics = sorted(refused_topics | topics_with_counts)
        if not counted_topics:
            return outcome
        paused = await self._evaluate_partners(tx, items, counted_topics, partner_items)
        return replace(outcome, paused=tuple(paused))

    def apply_outcome(self, outcome: BatchOutcome) -> None:
        """Take over the counts of a committed batch and log its pauses."""
        self.refused_in_a_row, self.stopped = outcome.refused_in_a_row, outcome.stop
        for pause in outcome.paused:
            self.log.error(
                "partner-paused",
                partner=pause.partner,
                because=pause.because,
                refused=pause.refused,
                reason=pause.reason,
            )

    def _evaluate_network(self, items: Sequence[Item], processed: Sequence[Item]) -> BatchOutcome:
        refused = [isinstance(item, RefusedRecord) for item in processed]
        count = count_in_a_row(self.refused_in_a_row, refused, refused_max=self.refused_in_a_row_max)
        if count.limit_index is None:
            return BatchOutcome(count.refused)
        last_position = position_of(processed[count.limit_index])
        _exclude(item for item in items if not item.origin.partner and position_of(item) > last_position)
        return BatchOutcome(count.refused, stop=True)

    async def _evaluate_partners(
        self, tx: Tx, items: Sequence[Item], counted_topics: Sequence[str], partner_items: Sequence[Item]
    ) -> list[Quarantine]:
        """1 lock; 2 exclude streams paused meanwhile; 3 count; 4 exclude records after the limit; 5 pause."""
        states = await quarantine.lock_partner_states(tx.conn, counted_topics)  # 1
        _exclude_paused(items, states)  # 2
        by_topic = {
            topic: list(group) for topic, group in groupby(partner_items, key=attrgetter("origin.topic"))
        }
        paused = []
        for topic in counted_topics:
            processed = by_topic.get(topic, [])
            count = await self._count(tx, states[topic].tally, topic, processed)  # 3
            await quarantine.store_tally(tx.conn, topic, count.tally)
            if count.limit_index is not None:
                last = processed[count.limit_index]
                same_topic = (item for item in items if item.origin.topic == topic)
                _exclude(item for item in same_topic if position_of(item) > position_of(last))  # 4
                paused.append(await self._pause(tx, last, count))  # 5
        return paused

    async def _count(self, tx: Tx, tally: Tally, topic: str, processed: Sequence[Item]) -> PartnerCount:
        """Subtract this batch's dead letters from the stored total, then count them again one by one, in order."""
        sizes = [
            dead_letters.bytes_of(item.record) if isinstance(item, RefusedRecord) else None
            for item in processed
        ]
        refused = [size for size in sizes if size is not None]
        records, size = await quarantine.waiting_dead_letters(tx.conn, topic) if refused else (0, 0)
        tally = replace(tally, kept_records=records - len(refused), kept_bytes=max(0, size - sum(refused)))
        return count_partner(tally, sizes, self.partners)

    async def _pause(self, tx: Tx, last: Item, count: PartnerCount) -> Quarantine:
        assert isinstance(last, RefusedRecord)  # noqa: S101  (only a refused record reaches a limit)
        assert count.because is not None  # noqa: S101
        pause = await quarantine.pause(
            tx.conn,
            last.origin.topic,
            because=count.because,
            refused=max(count.tally.in_a_row, count.tally.window_refused),
            reason=last.problem.code,
            at=tx.now,
        )
        await self._notify(tx, Paused(pause, last.stream, last.problem, last.origin))
        return pause

    async def _notify(self, tx: Tx, paused: Paused) -> None:
        """Notify the partner in a savepoint: when that fails, the stream is paused all the same."""
        handler = self.handlers.pauses.get(paused.stream.name)
        if handler is None:
            return
        error = await try_in_savepoint(tx, partial(handler, paused, tx))
        if error is not None:
            self.log.error("handler-failed", event_type="pause", exc=error)


def _topics_with_counts(states: Mapping[str, PartnerState]) -> set[str]:
    return {topic for topic, state in states.items() if not state.tally.clean}


def _exclude_paused(items: Sequence[Item], states: Mapping[str, PartnerState]) -> None:
    paused = {topic for topic, state in states.items() if state.paused}
    _exclude(item for item in items if item.origin.topic in paused)


def _exclude(items: Iterable[Item]) -> None:
    positions = frozenset(map(position_of, items))
    if positions:
        raise PartialBatch(positions)
