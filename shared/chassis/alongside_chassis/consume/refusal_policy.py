"""Holds what a batch refused against the limits, in the batch's own transaction (docs/delivery.md).

At a limit, the batch is done again without the records behind the one that reached it: they stay on their stream. A
partner's stream is paused by that same commit; on our own streams the service stops after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import dead_letters, quarantine
from alongside_chassis.consume.decoding import Item, Place, ReceivedEvent, RefusedRecord, place_of
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.handlers import Handlers, Paused
from alongside_chassis.consume.limits import Counted, PartnerLimits, count_in_a_row, count_partner
from alongside_chassis.consume.quarantine import Quarantine, Standing
from alongside_chassis.errors import ChassisError
from alongside_chassis.observe.logs import Log


class Cut(ChassisError):
    """The batch must be done again without these records: nothing of theirs may be handled now."""

    def __init__(self, places: frozenset[Place]) -> None:
        super().__init__(f"{len(places)} records stay on their streams")
        self.places = places


@dataclass(slots=True)
class Left:
    """The records of a batch that stay on their streams."""

    places: set[Place] = field(default_factory=set)

    def offsets(self) -> dict[tuple[str, int], int]:
        """Where each of their partitions goes on."""
        first: dict[tuple[str, int], int] = {}
        for topic, partition, offset in self.places:
            place = (topic, partition)
            first[place] = min(offset, first.get(place, offset))
        return first


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a batch came to: what holds once it is committed."""

    refused_in_a_row: int
    stop: bool = False
    paused: tuple[Quarantine, ...] = ()


class Judge:
    """Counts refused records: a partner's in the database, our own in this process, where they stop it."""

    def __init__(
        self, handlers: Handlers, log: Log, partners: PartnerLimits, *, refused_in_a_row_max: int
    ) -> None:
        self.handlers, self.log, self.partners = handlers, log, partners
        self.refused_in_a_row_max = refused_in_a_row_max
        self.refused_in_a_row = 0
        """How many of our own records were, by what is committed."""
        self.stopped = False
        """Whether the limit on our own streams was reached."""

    async def admit(self, tx: Tx, items: Sequence[Item]) -> dict[str, Standing]:
        """How the partners in a batch stand. Raises Cut for records of those that are paused."""
        topics = sorted({item.origin.topic for item in items if item.origin.partner})
        if not topics:
            return {}
        stands = await quarantine.standing(tx.conn, topics)
        _leave_out_paused(items, stands)
        return stands

    async def rule(
        self,
        tx: Tx,
        items: Sequence[Item],
        stands: Mapping[str, Standing],
        *,
        handled: Sequence[ReceivedEvent],
        put: Sequence[RefusedRecord],
    ) -> Ruling:
        """Count what became of a batch. Raises Cut when a limit was reached before its last record."""
        if not put and not self.refused_in_a_row and all(one.tally.clean for one in stands.values()):
            return Ruling(0)
        outcomes: list[Item] = sorted((*handled, *put), key=place_of)
        ruling = self._rule_on_ours(items, [item for item in outcomes if not item.origin.partner])
        theirs = [item for item in outcomes if item.origin.partner]
        watched = sorted({i.origin.topic for i in theirs if isinstance(i, RefusedRecord)} | _unclean(stands))
        if not watched:
            return ruling
        paused = await self._rule_on_partners(tx, items, watched, theirs)
        return replace(ruling, paused=tuple(paused))

    def settle(self, ruling: Ruling) -> None:
        """Remember and tell what is committed now."""
        self.refused_in_a_row, self.stopped = ruling.refused_in_a_row, ruling.stop
        for one in ruling.paused:
            self.log.error(
                "partner-paused",
                partner=one.partner,
                because=one.because,
                refused=one.refused,
                reason=one.reason,
            )

    def _rule_on_ours(self, items: Sequence[Item], outcomes: Sequence[Item]) -> Ruling:
        refused = [isinstance(item, RefusedRecord) for item in outcomes]
        count = count_in_a_row(self.refused_in_a_row, refused, refused_max=self.refused_in_a_row_max)
        if count.at is None:
            return Ruling(count.refused)
        last = place_of(outcomes[count.at])
        _leave_out(item for item in items if not item.origin.partner and place_of(item) > last)
        return Ruling(count.refused, stop=True)

    async def _rule_on_partners(
        self, tx: Tx, items: Sequence[Item], watched: Sequence[str], theirs: Sequence[Item]
    ) -> list[Quarantine]:
        """1 lock; 2 leave to whoever paused it meanwhile; 3 count; 4 leave what stands behind; 5 keep, or pause."""
        stands = await quarantine.locked(tx.conn, watched)  # 1
        _leave_out_paused(items, stands)  # 2
        by_topic = {topic: list(group) for topic, group in groupby(theirs, key=attrgetter("origin.topic"))}
        paused = []
        for topic in watched:
            outcomes = by_topic.get(topic, [])
            count = await self._count(tx, stands[topic], topic, outcomes)  # 3
            await quarantine.keep_tally(tx.conn, topic, count.tally)
            if count.at is not None:
                last = outcomes[count.at]
                _leave_out(i for i in items if i.origin.topic == topic and place_of(i) > place_of(last))  # 4
                paused.append(await self._pause(tx, last, count))  # 5
        return paused

    async def _count(self, tx: Tx, stands: Standing, topic: str, outcomes: Sequence[Item]) -> Counted:
        """What this batch has put aside is kept already; it is taken off again, to be counted one by one."""
        sizes = [
            dead_letters.bytes_of(item.record) if isinstance(item, RefusedRecord) else None
            for item in outcomes
        ]
        refused = [size for size in sizes if size is not None]
        records, size = await quarantine.kept(tx.conn, topic) if refused else (0, 0)
        tally = replace(
            stands.tally, kept_records=records - len(refused), kept_bytes=max(0, size - sum(refused))
        )
        return count_partner(tally, sizes, self.partners)

    async def _pause(self, tx: Tx, last: Item, count: Counted) -> Quarantine:
        assert isinstance(last, RefusedRecord)  # noqa: S101  (only a refused record reaches a limit)
        assert count.because is not None  # noqa: S101
        made = await quarantine.pause(
            tx.conn,
            last.origin.topic,
            because=count.because,
            refused=max(count.tally.in_a_row, count.tally.window_refused),
            reason=last.problem.code.value,
            at=tx.now,
        )
        await self._tell(tx, Paused(made, last.stream, last.problem, last.origin))
        return made

    async def _tell(self, tx: Tx, paused: Paused) -> None:
        """In a savepoint: a partner that cannot be told is paused all the same."""
        tell = self.handlers.pauses.get(paused.stream.name)
        if tell is None:
            return
        await tx.flush()  # what handlers announced so far is not in the savepoint
        savepoint = tx.savepoint()
        try:
            async with tx.conn.transaction():
                await tell(paused, tx)
                await tx.flush()
        except Exception as error:  # the verdict decides; what is left over is logged with its place
            if verdict_on(error) in (Verdict.WAIT, Verdict.RETRY, Verdict.STOP):
                raise
            tx.rollback_to(savepoint)
            self.log.error("handler-failed", event_type="pause", exc=error)


def _unclean(stands: Mapping[str, Standing]) -> set[str]:
    return {topic for topic, one in stands.items() if not one.tally.clean}


def _leave_out_paused(items: Sequence[Item], stands: Mapping[str, Standing]) -> None:
    paused = {topic for topic, one in stands.items() if one.paused}
    _leave_out(item for item in items if item.origin.topic in paused)


def _leave_out(items: Iterable[Item]) -> None:
    places = frozenset(map(place_of, items))
    if places:
        raise Cut(places)
