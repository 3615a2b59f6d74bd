"""Assembles a service: pool, relay, listeners, timers, workers and HTTP API, started in order and stopped in reverse
within a limited time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
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
from alongside_chassis.http.health import Health, health_router, live_router
from alongside_chassis.http.middleware import BodyLimit, Methods, RequestLine
from alongside_chassis.http.openapi import CONTACT, LICENSE, TAGS, DescribedApi, operation_id
from alongside_chassis.http.operations import operations_router
from alongside_chassis.http.problems import add_problem_handlers
from alongside_chassis.http.quarantine_api import quarantine_router
from alongside_chassis.http.replay_api import replay_router
from alongside_chassis.http.slow_clients import BodyDeadline
from alongside_chassis.lifecycle import failed_timers
from alongside_chassis.lifecycle.preparation import NothingToPrepare, Preparation, prepare, run_after
from alongside_chassis.lifecycle.public_server import PublicServer
from alongside_chassis.lifecycle.replay import NO_PROJECTION, ProjectionOf
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.lifecycle.timers import Timers
from alongside_chassis.lifecycle.unread_reader import UnreadReader
from alongside_chassis.observe.logs import make_log
from alongside_chassis.observe.metrics import Metrics
from alongside_chassis.observe.telemetry import close_tracing, make_tracing, read_requests_as_records
from alongside_chassis.settings import Settings
from alongside_contracts.codes import Codes, install, load_codes
from alongside_contracts.streams import Stream, by_group

Worker = Callable[[Runtime], Coroutine[Any, Any, None]]
PURGE_INTERVAL_SECONDS: Final = 60.0
MEASURE_INTERVAL_SECONDS: Final = 5.0
RELAY_STOP_SECONDS_MAX: Final = 1.0
CANCEL_SECONDS_MAX: Final = 0.5
WORKER_RESTART_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Service:
    """The parts of one service. Built in its `app.py`, the only file that knows every part.

    `hears` are the streams it consumes, each in the consumer group that the stream names for this service. `public_routers` are
    served beside `routers`, and on a separate port if the settings name one: there, nothing of operators is. `workers` run
    beside the HTTP routes; the stop may cancel them at any await. `uploads` are the largest bodies of
    single routes, in bytes, by a pattern of their path; None for a route that reads its body piece by piece and limits it itself.
    `projection` creates the projection that a replay rebuilds, or gives the reason why
    there is none. `preparation` is completed before anything is consumed. `description` and `tags` (what each group of routes
    is for) are those of the OpenAPI document; `problem_members` are the members that this service adds to problems.
    """

    name: str
    title: str
    settings: Settings
    handlers: Handlers
    hears: Sequence[Stream]
    routers: Sequence[APIRouter] = ()
    public_routers: Sequence[APIRouter] = ()
    workers: Sequence[Worker] = ()
    uploads: Mapping[str, int | None] = field(default_factory=dict)
    projection: ProjectionOf = NO_PROJECTION
    preparation: Preparation = field(default_factory=NothingToPrepare)
    description: str = "One service of the network."
    tags: Mapping[str, str] = field(default_factory=dict)
    problem_members: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def install_codes(settings: Settings) -> Codes:
    """Make the code lists that these settings name those of this process. Raises CodesError with everything wrong."""
    codes = load_codes(regions=settings.regions, release=settings.codes_of or None)
    install(codes)
    return codes


def make_dependencies(
    service: Service, pool: asyncpg.Pool, tracing: TracerProvider, clock: Clock
) -> Dependencies:
    """Create the objects that every part of the service uses."""
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
    """Create the pipeline of one of the service's consumer groups."""
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
    """Build the service as an ASGI application that consumes, relays and serves during its lifespan."""
    tracing = make_tracing(
        service.name,
        otlp_endpoint=service.settings.otlp_endpoint,
        sample_ratio=service.settings.trace_sample_ratio,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connected(service.settings) as pool, connected(service.settings) as http_pool:
            dependencies = make_dependencies(service, pool, tracing, SystemClock())
            runtime = Runtime(dependencies, service.settings)
            # requests have connections of their own: however many there are, listeners and timers work on
            app.state.runtime = Runtime(replace(dependencies, pool=http_pool), service.settings)
            health = _health(service, runtime)
            app.include_router(health_router(health))
            public_app.include_router(live_router(health))
            async with _running(service, runtime, health), _served(app.state.public_server) as tasks:
                health.loops += tasks
                yield
        await close_tracing(tracing)

    app, public_app = make_http_app(service, tracing, lifespan), make_public_app(service, tracing)
    app.state.public_app, app.state.public_server = public_app, None
    public_app.state = app.state  # one runtime for both
    return app


def _served(server: PublicServer | None) -> AbstractAsyncContextManager[list[asyncio.Task[None]]]:
    """Serve the public routes too, if there is a server for them."""
    return server.serving() if server else nullcontext([])


def make_http_app(service: Service, tracing: TracerProvider, lifespan: Any = None) -> FastAPI:
    """Build the service's HTTP application; tests attach their own runtime."""
    app = _make_api(service, tracing, lifespan=lifespan)
    operations = operations_router(lambda runtime: make_pipeline(service, runtime.dependencies, service.name))
    operators_routers = (operations, quarantine_router(service.handlers), replay_router(service.projection))
    for router in (*service.routers, *service.public_routers, *operators_routers):
        app.include_router(router)
    return app


def make_public_app(service: Service, tracing: TracerProvider) -> FastAPI:
    """Build the application with the public routes alone and their OpenAPI document, without a lifespan."""
    app = _make_api(service, tracing, docs_url=None, redoc_url=None)
    for router in service.public_routers:
        app.include_router(router)
    return app


def _make_api(service: Service, tracing: TracerProvider, **options: Any) -> FastAPI:
    """Build an application that protects and reports its requests as all of ours do, without any route."""
    read_requests_as_records()
    app = DescribedApi(
        problem_members=service.problem_members,
        title=service.title,
        version="1",
        description=service.description,
        openapi_tags=[{"name": name, "description": text} for name, text in {**service.tags, **TAGS}.items()],
        contact=CONTACT,
        license_info=LICENSE,
        servers=[{"url": "/"}],
        generate_unique_id_function=operation_id,
        redirect_slashes=False,  # a redirect would name the host that the client claims
        middleware=[
            Middleware(RequestLine),
            Middleware(Methods),
            Middleware(BodyDeadline, read_seconds_max=service.settings.http_read_seconds_max),
            Middleware(BodyLimit, bytes_max=service.settings.http_body_bytes_max, uploads=service.uploads),
        ],
        telemetry={"tracer_provider": tracing, "operation_spans": False, "logs": False, "metrics": False},
        **options,
    )
    add_problem_handlers(app)
    return app


def _health(service: Service, runtime: Runtime) -> Health:
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
    health = Health(dependencies, relay, timers, preparation=service.preparation)
    for group, streams in by_group(service.name, service.hears).items():
        health.listeners.append(Listener(make_pipeline(service, dependencies, group), streams, settings))
    return health


@asynccontextmanager
async def _running(service: Service, runtime: Runtime, health: Health) -> AsyncIterator[None]:
    """Start everything, listeners and timers last.

    At the end: 1 stop listeners and timers; 2 cancel the workers; 3 stop the relay, which sends the remaining messages first.
    """
    log, prepared = runtime.log, asyncio.Event()
    relay = asyncio.create_task(health.relay.run(), name="relay")
    listening = _start_listening(health, prepared)
    health.loops = [relay, *listening]
    workers = _start_workers(service, runtime, prepared)
    log.info("service-started", http_port=service.settings.http_port)
    try:
        yield
    finally:
        began = runtime.clock.monotonic()
        for listener in health.listeners:  # 1
            listener.stop()
        health.timers.stop()
        prepared.set()  # listeners still waiting for the preparation end at once
        for worker in workers:  # 2
            worker.cancel()
        await _wait_or_cancel([*listening, *workers], service.settings.stop_seconds_max)
        health.relay.stop()  # 3
        await _wait_or_cancel([relay], RELAY_STOP_SECONDS_MAX)
        log.info("service-stopped", seconds=round(runtime.clock.monotonic() - began, 3))


def _start_listening(health: Health, prepared: asyncio.Event) -> list[asyncio.Task[None]]:
    """Start the listeners and the timers, each of which waits for `prepared`."""
    runs = [*((item.group, item.run) for item in health.listeners), ("timers", health.timers.run)]
    return [asyncio.create_task(run_after(prepared, run), name=name) for name, run in runs]


def _start_workers(service: Service, runtime: Runtime, prepared: asyncio.Event) -> list[asyncio.Task[None]]:
    """Start the service's workers, the chassis's own, and the preparation, which sets `prepared`."""
    workers = (*service.workers, *_unread_readers(service), _purge_expired, _measure)
    tasks = [asyncio.create_task(_restart_on_failure(worker, runtime)) for worker in workers]
    return [*tasks, asyncio.create_task(prepare(service.preparation, runtime, prepared))]


def _unread_readers(service: Service) -> list[Worker]:
    """Return a worker for each stream that the service looks at while it is paused."""
    return [
        UnreadReader(service.handlers, stream, group, stream.group_of(service.name)).run
        for stream in service.hears
        if stream.name in service.handlers.unread and (group := stream.paused_groups.get(service.name))
    ]


async def _wait_or_cancel(tasks: Sequence[asyncio.Task[None]], seconds_max: float) -> None:
    """Wait for tasks to end, then cancel the others; their work is not lost, it is repeated after the next start.

    A task that does not end even when cancelled runs until the process ends.
    """
    _, late = await asyncio.wait(tasks, timeout=seconds_max)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=CANCEL_SECONDS_MAX)


async def _restart_on_failure(worker: Worker, runtime: Runtime) -> None:
    """Restart a worker whenever it fails, or a library's cancellation ends it; its work is in the database, not lost."""
    while True:
        try:
            await worker(runtime)
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            runtime.log.error("worker-failed", worker=getattr(worker, "__name__", "worker"), exc=error)
        await asyncio.sleep(WORKER_RESTART_PAUSE_SECONDS)


async def _purge_expired(runtime: Runtime) -> None:
    """Delete old inbox ids and settled dead letters, a bounded number at a time, and old idempotency keys and ended pauses.

    Dead letters of timers that were moved or cancelled are settled as well.
    """
    while True:
        async with connection(runtime.pool) as conn:
            await inbox.purge(conn, runtime.settings.inbox_days)
            await idempotency.purge(conn)
            await failed_timers.settle_superseded(conn, runtime.clock.now())
            await dead_letters.purge(conn, runtime.settings.dead_letter_days)
            await quarantine.purge(conn, runtime.settings.dead_letter_days)
        await asyncio.sleep(PURGE_INTERVAL_SECONDS)


async def _measure(runtime: Runtime) -> None:
    """Count outbox rows, pauses and failing timers, here and not in the relay: they matter most when the relay cannot work."""
    metrics = runtime.dependencies.metrics
    while True:
        async with connection(runtime.pool) as conn:
            metrics.outbox_rows.set(await outbox.count_waiting(conn))
            paused = await quarantine.paused_topics(conn)
            failing = await failed_timers.failing(conn)
        metrics.timers_failing.clear()
        for kind, count in failing.items():
            metrics.timers_failing.labels(kind).set(count)
        metrics.paused.clear()
        for topic in paused:
            metrics.paused.labels(topic).set(1)
        await asyncio.sleep(MEASURE_INTERVAL_SECONDS)
