"""The local stack's OTLP/HTTP receiver: `python -m alongside_localstack.traces.receiver`.

It receives trace exports on POST /v1/traces, stores them in PostgreSQL, and returns the traces of a referral.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from re import fullmatch

import structlog
import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alongside_cli.traces import tree
from alongside_cli.traces.answers import ReferralAnswer, TraceAnswer
from alongside_localstack.traces.body import read_body
from alongside_localstack.traces.decode import spans_of_export
from alongside_localstack.traces.errors import InvalidQuery, StoreUnavailable, TracesError, UnknownTrace
from alongside_localstack.traces.retention import Retention
from alongside_localstack.traces.settings import ReceiverSettings
from alongside_localstack.traces.store import (
    REFERRAL_ID_LENGTH_MAX,
    SPANS_PER_ANSWER_MAX,
    SpanStore,
    open_store,
)

REQUESTS_AT_ONCE_MAX = 64  # beyond it uvicorn answers 503 and exporters retry
STOP_SECONDS_MAX = 5

log = structlog.get_logger()


def main() -> None:
    """Create the schema, then serve until a signal; exit with 1 and a message when the database does not answer."""
    settings = ReceiverSettings.model_validate({})
    try:
        asyncio.run(_create_schema(settings))
    except StoreUnavailable as error:
        sys.exit(
            f"The span receiver cannot start: {error.title} ({error}). Check ALONGSIDE_DATABASE_URL, and that PostgreSQL runs."
        )
    uvicorn.run(
        build(settings),
        host=settings.http_host,
        port=settings.http_port,
        access_log=False,
        log_level="warning",
        limit_concurrency=REQUESTS_AT_ONCE_MAX,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )


async def _create_schema(settings: ReceiverSettings) -> None:
    async with open_store(settings.database_url.get_secret_value()) as store:
        await store.create_schema()


def build(settings: ReceiverSettings) -> Starlette:
    """Return the receiver as an ASGI application; its lifespan holds the connections and deletes old spans."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_store(settings.database_url.get_secret_value()) as store:
            app.state.store = store
            app.state.retention = Retention(store, spans_max=settings.spans_max)
            clearing = asyncio.create_task(app.state.retention.run())
            log.info("span_receiver.started", host=settings.http_host, port=settings.http_port)
            yield
            clearing.cancel()
            with suppress(asyncio.CancelledError):
                await clearing

    routes = [
        Route("/v1/traces", receive, methods=["POST"]),
        Route("/traces", referral_traces),
        Route("/traces/{trace_id}", one_trace),
        Route("/health/live", live),
        Route("/health/ready", ready),
    ]
    return Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={TracesError: _problem, HTTPException: _problem}
    )


async def receive(request: Request) -> Response:
    """POST /v1/traces: 200 once stored; invalid spans are reported as OTLP's partial success."""
    export = spans_of_export(await read_body(request))
    added = await _store(request).insert(export.spans)
    retention: Retention = request.app.state.retention
    retention.count_added(added)
    answer = ExportTraceServiceResponse()
    if export.refused:
        log.warning("span_receiver.spans_refused", refused=export.refused, kept=added)
        message = "Spans with an id of wrong length, an id of zeros or an impossible time were not stored."
        answer.partial_success.CopyFrom(
            ExportTracePartialSuccess(rejected_spans=export.refused, error_message=message)
        )
    return Response(answer.SerializeToString(), media_type="application/x-protobuf")


async def referral_traces(request: Request) -> Response:
    """GET /traces?referral=<id>: all traces that name the referral, perhaps none."""
    referral_id = request.query_params.get("referral", "")
    if not 0 < len(referral_id) <= REFERRAL_ID_LENGTH_MAX or "\0" in referral_id:
        raise InvalidQuery(
            f"Give a referral id: /traces?referral=<id>, at most {REFERRAL_ID_LENGTH_MAX} characters."
        )
    spans = await _store(request).traces_of_referral(referral_id)
    found = tuple(
        TraceAnswer(trace_id=trace[0].trace_id, spans=trace, edges=tuple(sorted(tree.edges(trace))))
        for trace in tree.traces(spans)
    )
    return _json(
        ReferralAnswer(referral_id=referral_id, traces=found, truncated=len(spans) >= SPANS_PER_ANSWER_MAX)
    )


async def one_trace(request: Request) -> Response:
    """GET /traces/{trace_id}: its spans and the calls between services."""
    trace_id = request.path_params["trace_id"].lower()
    if not fullmatch("[0-9a-f]{32}", trace_id):
        raise InvalidQuery("A trace id is 32 hexadecimal digits.")
    spans = await _store(request).spans_of_trace(trace_id)
    if not spans:
        raise UnknownTrace("No span of it has arrived, or its spans were deleted for newer ones.")
    steps = await _store(request).edges_of_trace(trace_id)
    return _json(TraceAnswer(trace_id=trace_id, spans=tuple(spans), edges=tuple(sorted(steps))))


async def live(request: Request) -> Response:
    """GET /health/live: 200 while the process answers and the deletion of old spans runs."""
    retention: Retention = request.app.state.retention
    return _health([] if retention.is_running else ["old spans are no longer deleted: restart the receiver"])


async def ready(request: Request) -> Response:
    """GET /health/ready: 200 when spans can be stored."""
    try:
        await _store(request).ping()
    except StoreUnavailable as error:
        return _health([f"{error.title}: {error}"])
    return _health([])


def _health(reasons: list[str]) -> Response:
    return JSONResponse({"ok": not reasons, "reasons": reasons}, status_code=503 if reasons else 200)


def _store(request: Request) -> SpanStore:
    store: SpanStore = request.app.state.store
    return store


def _json(answer: TraceAnswer | ReferralAnswer) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")


async def _problem(request: Request, error: Exception) -> Response:
    match error:
        case StoreUnavailable():
            log.warning("span_receiver.store_away", reason=str(error))
            return _problem_json(status=error.status, title=error.title, detail=str(error))
        case TracesError():
            return _problem_json(status=error.status, title=error.title, detail=str(error))
        case HTTPException():
            requested = f"{request.method} {request.url.path}"
            return _problem_json(status=error.status_code, title=error.detail, detail=requested)
        case _:
            raise error


def _problem_json(*, status: int, title: str, detail: str) -> Response:
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(problem, status_code=status, media_type="application/problem+json")


if __name__ == "__main__":
    main()
