"""Sends submissions to a running network and knows what became of each: as many as it takes, or so many a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaProducer

from alongside_chassis.clock import SystemClock
from alongside_chassis.kafka import Kafka
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.records import network_records
from alongside_lab.bench.whole.arrivals import Arrivals, following
from alongside_localstack.sample.partners import SamplePartner
from alongside_localstack.sample.records import PartnerRecord

LOOK_SECONDS: Final = 0.02


class Load:
    """Submissions on their way. `told` counts those whose referrer got the notice."""

    def __init__(
        self, producer: AIOKafkaProducer, records: Iterator[tuple[SamplePartner, PartnerRecord]]
    ) -> None:
        self._producer, self._records = producer, records
        self._sent: dict[str, float] = {}
        self._latencies: list[float] | None = None
        self.told = 0

    @property
    def under_way(self) -> int:
        """How many referrers wait for their notice."""
        return len(self._sent)

    def arrived(self, reference: str, at: float) -> None:
        """A referrer was told."""
        sent = self._sent.pop(reference, None)
        if sent is not None:
            self.told += 1
            if self._latencies is not None:
                self._latencies.append(at - sent)

    async def settle(self, seconds_max: float) -> None:
        """Wait until nothing is under way. Raises BenchFailed."""
        deadline = time.monotonic() + seconds_max
        while self.under_way:
            if time.monotonic() > deadline:
                raise BenchFailed(f"{self.under_way} referrers were not told within {seconds_max:g} s.")
            await asyncio.sleep(LOOK_SECONDS)

    async def reach(self, told: int, *, in_flight: int, settle_seconds_max: float) -> None:
        """Send until `told` referrers were told in all. Raises BenchFailed when nobody is told for too long."""
        silent_since, before = time.monotonic(), self.told
        while self.told + self.under_way < told:
            await self._fill_up(min(in_flight, told - self.told))
            await asyncio.sleep(LOOK_SECONDS)
            if self.told > before:
                silent_since, before = time.monotonic(), self.told
            elif time.monotonic() - silent_since > settle_seconds_max:
                raise BenchFailed(f"no referrer was told for {settle_seconds_max:g} s.")
        await self.settle(settle_seconds_max)

    async def more_told(self, count: int, seconds_max: float) -> None:
        """Wait until `count` more referrers were told. Raises BenchFailed."""
        deadline, enough = time.monotonic() + seconds_max, self.told + count
        while self.told < enough:
            if time.monotonic() > deadline:
                raise BenchFailed(f"not even {count} referrers were told in {seconds_max:g} s.")
            await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def kept_busy(self, in_flight: int) -> AsyncIterator[None]:
        """Keep `in_flight` referrals under way for as long as the block lasts."""
        enough = asyncio.Event()
        sending = asyncio.create_task(self._keep_busy(in_flight, enough))
        try:
            yield
        finally:
            enough.set()
            await sending  # never cancelled: a record counted as sent is sent

    async def at_rate(self, per_second: float, seconds: float, settle_seconds_max: float) -> list[float]:
        """Send on a fixed schedule, whatever becomes of it; seconds from the planned sending to each notice.

        Planned, not actual: a sender that is held up must not hide the wait from the figures.
        """
        latencies: list[float] = []
        self._latencies = latencies
        begin = time.monotonic()
        for number in range(int(per_second * seconds)):
            planned = begin + number / per_second
            await asyncio.sleep(max(0.0, planned - time.monotonic()))
            await self._send(planned)
        await self.settle(settle_seconds_max)
        self._latencies = None
        return latencies

    async def _keep_busy(self, in_flight: int, enough: asyncio.Event) -> None:
        while not enough.is_set():
            await self._fill_up(in_flight)
            await asyncio.sleep(LOOK_SECONDS)

    async def _fill_up(self, in_flight: int) -> None:
        while self.under_way < in_flight:
            await self._send(time.monotonic())

    async def _send(self, counted_from: float) -> None:
        _, letter = next(self._records)
        self._sent[letter.key.decode()] = counted_from
        await self._producer.send(letter.topic, letter.value, letter.key, headers=letter.headers)


@asynccontextmanager
async def loading(kafka: Kafka, *, seed: int, kept: float) -> AsyncIterator[tuple[Load, Arrivals]]:
    """A load on the network behind this broker, and what is heard of it."""
    producer = AIOKafkaProducer(**kafka.options(), enable_idempotence=True, acks="all", linger_ms=2)
    await producer.start()
    load = Load(producer, network_records(seed=seed, now=SystemClock().now(), kept=kept))
    try:
        async with following(kafka, load.arrived) as arrivals:
            yield load, arrivals
    finally:
        await producer.stop()
