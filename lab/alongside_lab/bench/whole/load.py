"""Sends submissions to a running network, at a fixed rate or as fast as they are handled, and times them.

A submission is handled when a tracker of the journey stream says so: it was proposed, its result was notified, or its loop was closed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import count, takewhile
from typing import Final

from aiokafka import AIOKafkaProducer

from alongside_chassis.clock import SystemClock
from alongside_chassis.kafka import Kafka
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.records import network_records
from alongside_localstack.sample.partners import SamplePartner
from alongside_localstack.sample.records import PartnerRecord

POLL_SECONDS: Final = 0.02


class Load:
    """The submissions in progress. `handled` counts those that the tracker saw handled."""

    def __init__(
        self, producer: AIOKafkaProducer, records: Iterator[tuple[SamplePartner, PartnerRecord]]
    ) -> None:
        self._producer, self._records = producer, records
        self._sent_at: dict[str, float] = {}
        self._latencies: list[float] | None = None
        self.handled = 0

    @property
    def in_progress(self) -> int:
        """The number of submissions that are not handled yet."""
        return len(self._sent_at)

    def on_handled(self, reference: str, at: float) -> None:
        """Record that the submission `reference` was handled at a monotonic time in seconds."""
        sent_at = self._sent_at.pop(reference, None)
        if sent_at is not None:
            self.handled += 1
            if self._latencies is not None:
                self._latencies.append(at - sent_at)

    async def settle(self, seconds_max: float) -> None:
        """Wait until no submission is in progress. Raises BenchFailed after `seconds_max`."""
        deadline = time.monotonic() + seconds_max
        while self.in_progress:
            if time.monotonic() > deadline:
                raise BenchFailed(
                    f"{self.in_progress} submissions were not handled within {seconds_max:g} s."
                )
            await asyncio.sleep(POLL_SECONDS)

    async def send_until_handled(self, total: int, *, concurrency: int, settle_seconds_max: float) -> None:
        """Keep `concurrency` submissions in progress until `total` were handled.

        Raises BenchFailed when none was handled for `settle_seconds_max`.
        """
        last_at, handled_before = time.monotonic(), self.handled
        while self.handled + self.in_progress < total:
            await self._fill_up(min(concurrency, total - self.handled))
            await asyncio.sleep(POLL_SECONDS)
            if self.handled > handled_before:
                last_at, handled_before = time.monotonic(), self.handled
            elif time.monotonic() - last_at > settle_seconds_max:
                raise BenchFailed(f"No submission was handled for {settle_seconds_max:g} s.")
        await self.settle(settle_seconds_max)

    async def wait_for_handled(self, count: int, seconds_max: float) -> None:
        """Wait until `count` more submissions were handled. Raises BenchFailed after `seconds_max`."""
        deadline, handled_before = time.monotonic() + seconds_max, self.handled
        while self.handled < handled_before + count:
            if time.monotonic() > deadline:
                raise BenchFailed(f"Fewer than {count} submissions were handled in {seconds_max:g} s.")
            await asyncio.sleep(POLL_SECONDS)

    @asynccontextmanager
    async def keep_busy(self, concurrency: int) -> AsyncIterator[None]:
        """Keep `concurrency` submissions in progress for as long as the block lasts."""
        stop = asyncio.Event()
        sending = asyncio.create_task(self._refill(concurrency, stop))
        try:
            yield
        finally:
            stop.set()
            await sending  # never cancelled: a record counted as sent is sent

    async def send_at_rate(self, per_second: float, seconds: float, settle_seconds_max: float) -> list[float]:
        """Send at a fixed rate; return the seconds from each planned send time until it was handled.

        Actual send times would hide the wait that a delayed sender causes (coordinated omission).
        """
        return await self._send_planned(range(int(per_second * seconds)), per_second, settle_seconds_max)

    async def send_while(
        self, is_under_way: Callable[[], bool], per_second: float, settle_seconds_max: float
    ) -> list[float]:
        """Send as `send_at_rate` does, for as long as something is under way."""
        numbers = takewhile(lambda _number: is_under_way(), count())
        return await self._send_planned(numbers, per_second, settle_seconds_max)

    async def _send_planned(
        self, numbers: Iterable[int], per_second: float, settle_seconds_max: float
    ) -> list[float]:
        latencies: list[float] = []
        self._latencies = latencies
        begin = time.monotonic()
        for number in numbers:
            planned = begin + number / per_second
            await asyncio.sleep(max(0.0, planned - time.monotonic()))
            await self._send(planned)
        await self.settle(settle_seconds_max)
        self._latencies = None
        return latencies

    async def _refill(self, concurrency: int, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._fill_up(concurrency)
            await asyncio.sleep(POLL_SECONDS)

    async def _fill_up(self, concurrency: int) -> None:
        while self.in_progress < concurrency:
            await self._send(time.monotonic())

    async def _send(self, time_from: float) -> None:
        _, record = next(self._records)
        self._sent_at[record.key.decode()] = time_from
        await self._producer.send(record.topic, record.value, record.key, headers=record.headers)


@asynccontextmanager
async def start_load(kafka: Kafka, *, seed: int, sampled_share: float) -> AsyncIterator[Load]:
    """Start a sender of submissions to this network. A tracker of the journey stream must call its `on_handled`.

    `sampled_share` is the share of submissions whose trace is sampled.
    """
    producer = AIOKafkaProducer(**kafka.options(), enable_idempotence=True, acks="all", linger_ms=2)
    await producer.start()
    try:
        yield Load(producer, network_records(seed=seed, now=SystemClock().now(), sampled_share=sampled_share))
    finally:
        await producer.stop()
