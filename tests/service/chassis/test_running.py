"""A whole service while it runs and while it stops, while the broker and the trace receiver are unavailable."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from aiokafka.errors import KafkaConnectionError
from fastapi import FastAPI

from alongside_chassis.announce.relay import Relay
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.listener import Listener
from alongside_chassis.http.health import Health
from alongside_chassis.kafka import Kafka
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.lifecycle.timers import Timers
from alongside_chassis.service import Service, _restart_on_failure, build_app, make_pipeline
from alongside_chassis.testing import ServiceBench
from alongside_contracts import streams
from alongside_contracts.streams import Stream
from tests.builders import an_admission
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench
from tests.unit.chassis.test_prefetcher import Consumer, after_a_batch


def unused_address() -> str:
    """Return an address where no process listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


@asynccontextmanager
async def running(bench: ServiceBench) -> AsyncIterator[FastAPI]:
    """Run the service as in production."""
    app = build_app(bench.service)
    async with app.router.lifespan_context(app):
        yield app


async def test_a_stop_takes_less_than_ten_seconds_though_infrastructure_is_unavailable(
    bare: BareBench,
) -> None:
    async with bare(Handlers(), kafka=unused_address(), otlp_endpoint=f"http://{unused_address()}") as bench:
        async with running(bench) as app:
            async with app.state.runtime.transaction() as tx:
                with app.state.runtime.dependencies.tracer.start_as_current_span("something to export"):
                    tx.announce(an_admission())
            began = time.monotonic()
        seconds = time.monotonic() - began

        assert seconds < 8
        assert len(await bench.announced()) == 1


async def test_the_outbox_is_counted_though_the_broker_is_unavailable(bare: BareBench) -> None:
    async with bare(Handlers(), kafka=unused_address()) as bench:
        async with bench.runtime.transaction() as tx:
            tx.announce(an_admission())

        async with running(bench) as app:
            client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://bench")

            async def metrics() -> str:
                return (await client.get("/metrics")).text

            await poll_until(metrics, lambda text: "alongside_outbox_rows 1.0" in text, "the outbox's count")
            await client.aclose()


async def test_a_relay_without_a_broker_waits_between_its_attempts(bare: BareBench) -> None:
    async with bare(Handlers(), kafka=unused_address()) as bench:
        relay = relay_of(bench)
        task = asyncio.create_task(relay.run())

        async def attempts() -> int:
            async with bench.runtime.transaction() as tx:
                tx.announce(an_admission())
            return relay._failures

        began = time.monotonic()
        await poll_until(attempts, lambda failures: failures >= 4, "a fourth attempt")
        seconds = time.monotonic() - began
        relay.stop()
        await asyncio.wait_for(task, 20)

        assert seconds > 0.2 + 0.4 + 0.8
        assert relay.waiting_for == "KafkaConnectionError"


async def test_a_producer_that_ends_badly_leaves_no_lock_on_the_outbox_behind(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        relay = relay_of(bench)
        relay._make_producer = Stuck  # type: ignore[method-assign]  # no broker can be made to do it on time
        assert await sessions_amid_failures(bench, relay) <= 1


async def sessions_amid_failures(bench: ServiceBench, relay: Relay) -> int:
    """Return the number of connections that a relay holds after its third failed attempt."""
    task = asyncio.create_task(relay.run())

    async def failures() -> int:
        return relay._failures

    await poll_until(failures, lambda count: count >= 3, "a third attempt")
    sessions: int = await bench.pool.fetchval(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = 'bare-relay'"
    )
    relay.stop()
    await asyncio.wait_for(task, 20)
    return sessions


class Stuck:
    """A producer whose broker is silent: its start fails, and a second close raises CancelledError."""

    async def start(self) -> None:
        """Fail."""
        raise KafkaConnectionError

    async def stop(self) -> None:
        """End as aiokafka does when a connection with unsent bytes is closed a second time."""
        raise asyncio.CancelledError


async def test_a_relay_survives_an_unforeseen_error(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        relay, left = relay_of(bench), iter([asyncio.CancelledError(), LookupError(), None])

        async def session() -> None:
            if (error := next(left)) is not None:
                raise error
            relay.stop()

        relay._session = session  # type: ignore[method-assign]  # the error no library would raise when asked
        await asyncio.wait_for(relay.run(), 20)

        assert relay.waiting_for == "LookupError"


async def test_a_listener_survives_a_cancellation_by_a_library(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        listener, left = listener_of(bench), iter([asyncio.CancelledError(), LookupError(), None])

        async def consume() -> None:
            if (error := next(left)) is not None:
                raise error
            listener.stop()

        listener._consume = consume  # type: ignore[method-assign]  # the error no library would raise when asked
        await asyncio.wait_for(listener.run(), 20)

        assert listener.stopped_because is None


async def test_a_worker_is_restarted_after_a_cancellation_by_a_library(bare: BareBench) -> None:
    left, worked = iter([asyncio.CancelledError(), None]), asyncio.Event()

    async def work(_runtime: Runtime) -> None:
        if (error := next(left, None)) is not None:
            raise error
        worked.set()

    async with bare(Handlers()) as bench:
        task = asyncio.create_task(_restart_on_failure(work, bench.runtime))
        await asyncio.wait_for(worked.wait(), 20)
        task.cancel()


async def test_a_relay_without_its_certificates_reports_it_and_closes_its_connection(
    bare: BareBench, tmp_path: Path
) -> None:
    async with bare(Handlers()) as bench:
        relay = relay_of(bench)
        relay.kafka = Kafka(unused_address(), security_protocol="SSL", ca_file=tmp_path / "gone.pem")
        assert await sessions_amid_failures(bench, relay) <= 1


async def test_an_unreadable_certificate_file_is_reported_and_ends_no_loop(tmp_path: Path) -> None:
    kafka = Kafka(unused_address(), security_protocol="SSL", ca_file=tmp_path / "gone.pem")

    diagnosis = await diagnose_connection(KafkaConnectionError(), kafka)

    assert "gone.pem" in diagnosis


async def test_a_loop_that_ended_unexpectedly_is_reported_by_name(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        health = Health(
            bench.dependencies,
            relay_of(bench),
            Timers(bench.dependencies, Handlers(), poll_seconds=60, attempts_max=5),
        )

        async def end() -> None: ...

        health.loops = [asyncio.create_task(end(), name="relay"), asyncio.create_task(asyncio.sleep(60))]
        await health.loops[0]

        assert health.dead() == ["relay has ended"]
        health.loops[1].cancel()


async def test_a_group_asks_as_often_as_the_most_frequent_of_its_streams_needs(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        people = listener_of(bench, streams.PEOPLE)
        both = listener_of(bench, streams.PEOPLE, streams.JOURNEY)

    assert people.fetch_wait_ms == streams.PEOPLE.fetch_wait_ms
    assert both.fetch_wait_ms == streams.JOURNEY.fetch_wait_ms < people.fetch_wait_ms


async def test_after_a_batch_a_listener_lets_records_gather_before_it_takes_the_next(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        listener, prefetcher = listener_of(bench, streams.JOURNEY), await after_a_batch(bench.clock, 1)
        listener.gather_seconds = 3_600

        polling = asyncio.create_task(listener._poll_once(Consumer({}), prefetcher))
        for _ in range(20):  # without the wait, the batch is taken before anything else is awaited
            await asyncio.sleep(0)
        is_taken = prefetcher.is_empty
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    assert not is_taken


async def test_danger_waits_for_no_other_record(bare: BareBench) -> None:
    async with bare(Handlers()) as bench:
        crisis, journey = listener_of(bench, streams.CRISIS), listener_of(bench, streams.JOURNEY)

    assert crisis.gather_seconds == 0 < journey.gather_seconds


def relay_of(bench: ServiceBench) -> Relay:
    """A relay on the bench's outbox."""
    settings = bench.service.settings
    dsn = settings.database_url.get_secret_value()
    dependencies = bench.dependencies
    kafka = settings.kafka_at(settings.kafka)
    return Relay(dsn, kafka, service="bare", shards=8, metrics=dependencies.metrics, log=dependencies.log)


def listener_of(bench: ServiceBench, *hears: Stream) -> Listener:
    """A listener that feeds the bench's pipeline, from the journey or from these streams."""
    service: Service = bench.service
    pipeline = make_pipeline(service, bench.dependencies, "bare")
    return Listener(pipeline, hears or (streams.JOURNEY,), service.settings)
