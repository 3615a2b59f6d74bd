"""Carries batches to Kafka side by side: a partition that does not answer keeps its own rows waiting and nobody else's.

At most one batch is under way to each partition, so that order per key is never a matter of luck.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from alongside_chassis.announce.producer_batches import Parcel, Place, apart

SEND_SECONDS_MAX: Final = 30.0
"""How long nothing at all may be answered while something is under way."""
PLACE_SECONDS_MAX: Final = 300.0
"""How long one partition may be silent while others answer. aiokafka itself would go on asking for ever."""
GRACE_SECONDS: Final = 0.2
"""How long what was just handed over is waited for together; most of it is answered long before."""
UNSENDABLE: Final = (MessageSizeTooLargeError, InvalidTopicError)
ABSENT: Final = (UnknownTopicOrPartitionError, TopicAuthorizationFailedError)


@dataclass(slots=True)
class Carried:
    """What became of a batch: rows that were acknowledged, rows no broker takes, and what broke off the rest."""

    place: Place
    sent: list[int] = field(default_factory=list)
    unsendable: list[tuple[int, KafkaError]] = field(default_factory=list)
    error: KafkaError | OSError | None = None


class Ways:
    """What is under way over one producer."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._under_way: dict[Place, asyncio.Task[Carried]] = {}
        self._since: dict[Place, float] = {}
        self._answered_at = 0.0

    @property
    def busy(self) -> Collection[Place]:
        """The partitions to which something is under way."""
        return self._under_way.keys()

    @property
    def silent_seconds(self) -> float:
        """For how long nothing was answered that set off since the last answer."""
        since = [at for at in self._since.values() if at >= self._answered_at]
        return _now() - min(since) if since else 0.0

    @property
    def slowest(self) -> tuple[Place, float] | None:
        """The partition that owes an answer for longest, and for how many seconds."""
        if not self._since:
            return None
        place, at = min(self._since.items(), key=lambda item: item[1])
        return place, _now() - at

    def send(self, parcels: Sequence[Parcel]) -> list[asyncio.Task[Carried]]:
        """Set off with one batch for each of some partitions that are free."""
        for parcel in parcels:
            self._since[parcel.place] = _now()
            self._under_way[parcel.place] = asyncio.create_task(self._carry(parcel))
        return [self._under_way[parcel.place] for parcel in parcels]

    async def answered(
        self, begun: Sequence[asyncio.Task[Carried]], *, wake: asyncio.Event, seconds_max: float
    ) -> list[Carried]:
        """What has been answered: soon after setting off; else once anything is, or somebody wakes us."""
        if begun:
            await asyncio.wait(begun, timeout=GRACE_SECONDS)
        else:
            await self._until_anything(wake, seconds_max)
        done = [place for place, task in self._under_way.items() if task.done()]
        carried = [self._under_way.pop(place).result() for place in done]
        for place in done:
            del self._since[place]
            self._answered_at = _now()
        return carried

    def give_up_on_silence(self) -> None:
        """Raise TimeoutError when Kafka, or one partition, has been silent for too long."""
        if self.silent_seconds > SEND_SECONDS_MAX or (self.slowest and self.slowest[1] > PLACE_SECONDS_MAX):
            raise TimeoutError

    async def end(self) -> None:
        """Wait for nothing any more."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _until_anything(self, wake: asyncio.Event, seconds_max: float) -> None:
        woken = asyncio.create_task(wake.wait())
        try:
            await asyncio.wait(
                {woken, *self._under_way.values()}, timeout=seconds_max, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()

    async def _carry(self, parcel: Parcel) -> Carried:
        """Hand a batch over and wait for its answer.

        One refused for what is in it is sent again record by record, to find the one that is to blame. Nothing that
        follows it on its partition is under way meanwhile.
        """
        carried = Carried(parcel.place)
        error = await self._answer(parcel)
        if isinstance(error, UNSENDABLE) and len(parcel.rows) > 1:
            for single in apart(parcel, new_batch=self._producer.create_batch):
                if not _note(carried, single, await self._answer(single)):
                    break
        else:
            _note(carried, parcel, error)
        return carried

    async def _answer(self, parcel: Parcel) -> KafkaError | OSError | None:
        """What the broker has against a closed batch, which waits for no more records."""
        parcel.builder.close()
        try:
            handed: asyncio.Future[Any] = await self._producer.send_batch(
                parcel.builder, parcel.topic, partition=parcel.partition
            )
            await handed
        except (KafkaError, OSError) as error:
            return error
        return None


def _note(carried: Carried, parcel: Parcel, error: KafkaError | OSError | None) -> bool:
    """Whether the next record of this partition may follow."""
    ids = [row["id"] for row in parcel.rows]
    if error is None:
        carried.sent += ids
    elif isinstance(error, UNSENDABLE) and len(ids) == 1:
        carried.unsendable.append((ids[0], error))
    else:
        carried.error = error
    return carried.error is None


def _now() -> float:
    return asyncio.get_running_loop().time()
