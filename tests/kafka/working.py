"""A running relay and listener on a bare database, with assertions for tests."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from alongside_chassis.announce.relay import Relay
from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.listener import Listener
from alongside_chassis.http.health import Health
from alongside_chassis.kafka import Kafka
from alongside_chassis.service import make_pipeline
from alongside_chassis.testing import ServiceBench
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted
from tests.builders import an_admission
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench


@dataclass
class Working:
    """A service's running relay and listener. `received` holds the references of this test, in order."""

    bench: ServiceBench
    relay: Relay
    listener: Listener
    health: Health
    run: str = field(default_factory=lambda: f"t{uuid4().hex[:8]}")
    admission: SubmissionAdmitted = field(default_factory=an_admission)
    received: list[str] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    async def announce(self, *numbers: int) -> None:
        """Put admissions of one referral, hence of one key, into the outbox, one transaction each."""
        for number in numbers:
            async with self.bench.runtime.transaction() as tx:
                tx.announce(self.admission.model_copy(update={"reference": self.reference(number)}))

    def reference(self, number: int) -> str:
        """Return a reference that no other test uses."""
        return f"{self.run}-{number}"

    async def reasons(self) -> str:
        """Return the reasons why the service is not ready, in one line."""
        return "; ".join(await self.health.unready())

    async def waits_for(self, *words: str) -> None:
        """Wait until the reasons contain all of these words."""
        await poll_until(
            self.reasons, lambda reasons: all(word in reasons for word in words), " and ".join(words)
        )

    async def all_well(self, *numbers: int) -> None:
        """Wait until the service is ready, has sent everything, and has received exactly these, once and in order."""
        await poll_until(self.reasons, lambda reasons: not reasons, "a ready service")
        await poll_until(self.bench.announced, lambda rows: rows == [], "an empty outbox")
        wanted = [self.reference(number) for number in numbers]
        await poll_until(
            self._received, lambda received: len(received) >= len(wanted), f"{len(wanted)} admissions"
        )
        assert self.received == wanted

    async def _received(self) -> list[str]:
        return list(self.received)

    @property
    def attempts_max(self) -> float:
        """Return the maximum number of attempts so far: pauses double from 0.1 s to 5 s."""
        return math.log2((time.monotonic() - self.since) / 0.1 + 2) + 2 + (time.monotonic() - self.since) / 5


@asynccontextmanager
async def working(kafka: Kafka, bare: BareBench) -> AsyncIterator[Working]:
    """Run the relay and listener of the user's service, on the journey, in the group of its name."""
    handlers = Handlers()
    started: list[Working] = []

    @handlers.on(SubmissionAdmitted)
    async def admitted(event: SubmissionAdmitted, _tx: Tx) -> None:
        if event.reference.startswith(started[0].run):
            started[0].received.append(event.reference)

    settings = {
        "kafka": kafka.bootstrap,
        "kafka_security_protocol": kafka.security_protocol,
        "kafka_user": kafka.user,
        "kafka_password": kafka.password,
        "kafka_instance_id": "1",
        "kafka_metadata_max_age_ms": 500,
    }
    async with bare(handlers, **settings) as bench:
        relay = _relay(bench, kafka)
        pipeline = make_pipeline(bench.service, bench.dependencies, kafka.user)
        listener = Listener(pipeline, [streams.JOURNEY], bench.service.settings)
        bench.timers.waiting_for = None
        health = Health(bench.dependencies, relay, bench.timers, [listener])
        started.append(Working(bench, relay, listener, health))
        running = [asyncio.create_task(relay.run()), asyncio.create_task(listener.run())]
        try:
            yield started[0]
        finally:
            listener.stop()
            relay.stop()
            await asyncio.wait_for(asyncio.gather(*running), 20)


def _relay(bench: ServiceBench, kafka: Kafka) -> Relay:
    dsn, dependencies = bench.service.settings.database_url.get_secret_value(), bench.dependencies
    return Relay(dsn, kafka, service=kafka.user, shards=8, metrics=dependencies.metrics, log=dependencies.log)
