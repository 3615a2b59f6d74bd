"""Bolts a service together: pool, relay, listeners, timers, workers and HTTP door, started in order and stopped in
reverse, within the seconds a stop may take."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
from fastapi import APIRouter, FastAPI
from opentelemetry.sdk.trace import TracerProvider
from starlette.middleware import Middleware

from alongside_chassis.announce import inbox, outbox
from alongside_chassis.announce.relay import Relay
from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.clock import Clock, SystemClock
from alongside_chassis.consume import dead_letters, quarantine
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.limits import Limits, PartnerLimits
from alongside_chassis.consume.listener import Listener
from alongside_chassis.consume.pipeline import Dependencies, Pipeline
from alongside_chassis.database import connected, connection
from alongside_chassis.http import idempotency
from alongside_chassis.http.api import add_problem_handlers
from alongside_chassis.http.health import Vitals, health_router
from alongside_chassis.http.middleware import BodyLimit, RequestLine
from alongside_chassis.http.operations import operations_router
from alongside_chassis.http.quarantine_api import quarantine_router
from alongside_chassis.http.replay_api import replay_router
from alongside_chassis.lifecycle import failed_timers
from alongside_chassis.lifecycle.preparation import NothingToPrepare, Preparation, after, prepare
from alongside_chassis.lifecycle.replay import NO_PROJECTION, ProjectionOf
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.lifecycle.timers import Timers
from alongside_chassis.observe.logs import make_log
from alongside_chassis.observe.metrics import Metrics
from alongside_chassis.observe.telemetry import close_tracing, make_tracing
from alongside_chassis.settings import Settings
from alongside_contracts.streams import Stream, by_group

Worker = Callable[[Runtime], Coroutine[Any, Any, None]]
SWEEP_SECONDS: Final = 60.0
MEASURE_SECONDS: Final = 5.0
RELAY_STOP_SECONDS_MAX: Final = 1.0
CANCEL_SECONDS_MAX: Final = 0.5
WORKER_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Service:
    """What makes a service this service. Built in its `app.py`, the only file that knows every part.

    `hears` are the streams it reads, each in the consumer group the stream names for it. `workers` run beside the HTTP
    routes and are cancelled at the stop; they must survive that anywhere.
    `uploads` are the ends of paths that stream large bodies and limit them themselves.
    `projection` makes what a replay builds anew, or says why there is nothing. `preparation` is done before anything is
    heard.
    """

    name: str
    title: str
    settings: Settings
    handlers: Handlers
    hears: Sequence[Stream]
    routers: Sequence[APIRouter] = ()
    workers: Sequence[Worker] = ()
    uploads: Sequence[str] = ()
    projection: ProjectionOf = NO_PROJECTION
    preparation: Preparation = field(default_factory=NothingToPrepare)


def make_dependencies(
    service: Service, pool: asyncpg.Pool, tracing: TracerProvider, clock: Clock
) -> Dependencies:
    """What every part of the service works with."""
    settings = service.settings
    return Dependencies(
        service=service.name,
        pool=pool,
        clock=clock,
        tracer=tracing.get_tracer("alongside_chassis"),
        metrics=Metrics(),
        log=make_log(service.name, level=settings.log_level, form=settings.log_format),
        shards=settings.outbox_shards,
    )


def make_pipeline(service: Service, dependencies: Dependencies, group: str) -> Pipeline:
    """The pipeline of one of the service's consumer groups."""
    settings = service.settings
    limits = Limits(
        handler_attempts_max=settings.handler_attempts_max,
        dead_letters_in_a_row_max=settings.dead_letters_in_a_row_max,
        retry_seconds_max=settings.retry_seconds_max,
        partners=PartnerLimits(
            refused_in_a_row_max=settings.partner_refused_in_a_row_max,
            window_records=settings.partner_window_records,
            refused_share_max=settings.partner_refused_share_max,
            kept_records_max=settings.partner_kept_records_max,
            kept_bytes_max=settings.partner_kept_bytes_max,
        ),
    )
    return Pipeline(dependencies, group, service.handlers, limits)


def build_app(service: Service) -> FastAPI:
    """The service as an ASGI application that consumes, relays and serves for as long as its lifespan lasts."""
    tracing = make_tracing(
        service.name,
        otlp_endpoint=service.settings.otlp_endpoint,
        sample_ratio=service.settings.trace_sample_ratio,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connected(service.settings) as pool:
            runtime = Runtime(make_dependencies(service, pool, tracing, SystemClock()), service.settings)
            app.state.runtime = runtime
            vitals = _vitals(service, runtime)
            app.include_router(health_router(vitals))
            async with _running(service, runtime, vitals):
                yield
        await close_tracing(tracing)

    return make_http_app(service, tracing, lifespan)


def make_http_app(service: Service, tracing: TracerProvider, lifespan: Any = None) -> FastAPI:
    """The service's HTTP door; tests put their own runtime behind it."""
    app = FastAPI(
        title=service.title,
        version="1",
        lifespan=lifespan,
        middleware=[
            Middleware(RequestLine),
            Middleware(
                BodyLimit, bytes_max=service.settings.http_body_bytes_max, exempt=tuple(service.uploads)
            ),
        ],
        telemetry={"tracer_provider": tracing, "operation_spans": False, "logs": False, "metrics": False},
    )
    add_problem_handlers(app)
    operations = operations_router(lambda runtime: make_pipeline(service, runtime.dependencies, service.name))
    more = (operations, quarantine_router(service.handlers), replay_router(service.projection))
    for router in (*service.routers, *more):
        app.include_router(router)
    return app


def _vitals(service: Service, runtime: Runtime) -> Vitals:
    settings, dependencies = service.settings, runtime.dependencies
    relay = Relay(
        settings.database_url.get_secret_value(),
        settings.kafka_at(settings.kafka),
        service=service.name,
        shards=settings.outbox_shards,
        metrics=dependencies.metrics,
        log=dependencies.log,
    )
    timers = Timers(
        dependencies,
        service.handlers,
        poll_seconds=settings.timer_poll_seconds,
        attempts_max=settings.timer_attempts_max,
    )
    vitals = Vitals(dependencies, relay, timers, preparation=service.preparation)
    for group, heard in by_group(service.name, service.hears).items():
        vitals.listeners.append(Listener(make_pipeline(service, dependencies, group), heard, settings))
    return vitals


@asynccontextmanager
async def _running(service: Service, runtime: Runtime, vitals: Vitals) -> AsyncIterator[None]:
    """Start everything, hearing and timing last; at the end 1 stop those, 2 the workers, 3 let the relay send the rest."""
    log, prepared = runtime.log, asyncio.Event()
    relay = asyncio.create_task(vitals.relay.run(), name="relay")
    hearing = [asyncio.create_task(after(prepared, item.run), name=item.group) for item in vitals.listeners]
    hearing.append(asyncio.create_task(after(prepared, vitals.timers.run), name="timers"))
    vitals.loops = [relay, *hearing]
    own = (*service.workers, _sweep, _measure)
    workers = [asyncio.create_task(_kept_alive(worker, runtime)) for worker in own]
    workers.append(asyncio.create_task(prepare(service.preparation, runtime, prepared)))
    log.info("service-started", http_port=service.settings.http_port)
    try:
        yield
    finally:
        began = runtime.clock.monotonic()
        for listener in vitals.listeners:  # 1
            listener.stop()
        vitals.timers.stop()
        prepared.set()  # what never began to hear ends at once
        for worker in workers:  # 2
            worker.cancel()
        await _settle([*hearing, *workers], service.settings.stop_seconds_max)
        vitals.relay.stop()  # 3
        await _settle([relay], RELAY_STOP_SECONDS_MAX)
        log.info("service-stopped", seconds=round(runtime.clock.monotonic() - began, 3))


async def _settle(tasks: Sequence[asyncio.Task[None]], seconds_max: float) -> None:
    """Wait for tasks to end by themselves, then cancel what is left; nothing of theirs is lost, only redone.

    What does not even end when cancelled is left to the end of the process.
    """
    _, late = await asyncio.wait(tasks, timeout=seconds_max)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=CANCEL_SECONDS_MAX)


async def _kept_alive(worker: Worker, runtime: Runtime) -> None:
    """Run a worker again whenever it fails, be it by a cancellation that a library let slip; its work is in the database."""
    while True:
        try:
            await worker(runtime)
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            runtime.log.error("worker-failed", worker=getattr(worker, "__name__", "worker"), exc=error)
        await asyncio.sleep(WORKER_PAUSE_SECONDS)


async def _sweep(runtime: Runtime) -> None:
    """Forget old inbox ids, idempotency keys, settled dead letters and ended pauses, a few at a time."""
    while True:
        async with connection(runtime.pool) as conn:
            await inbox.forget(conn, runtime.settings.inbox_days)
            await idempotency.forget(conn)
            await failed_timers.settle_superseded(conn, runtime.clock.now())
            await dead_letters.forget(conn, runtime.settings.dead_letter_days)
            await quarantine.forget(conn, runtime.settings.dead_letter_days)
        await asyncio.sleep(SWEEP_SECONDS)


async def _measure(runtime: Runtime) -> None:
    """Count the outbox here, not in the relay: the count matters most when the relay cannot work; pauses likewise."""
    metrics = runtime.dependencies.metrics
    while True:
        async with connection(runtime.pool) as conn:
            metrics.outbox_rows.set(await outbox.waiting(conn))
            paused = await quarantine.paused_topics(conn)
            failing = await failed_timers.failing(conn)
        metrics.timers_failing.clear()
        for kind, count in failing.items():
            metrics.timers_failing.labels(kind).set(count)
        metrics.paused.clear()
        for topic in paused:
            metrics.paused.labels(topic).set(1)
        await asyncio.sleep(MEASURE_SECONDS)
