"""The receiver with real exporters, real HTTP and real PostgreSQL."""

import gzip
from io import StringIO
from uuid import uuid4

import httpx2
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2 as otlp
from opentelemetry.trace import Link
from rich.console import Console

from alongside_cli.traces.client import draw_referral, referral_traces
from alongside_cli.traces.tree import is_complete
from alongside_localstack.ports import free_port
from alongside_localstack.postgres.databases import Server
from alongside_localstack.traces.body import BODY_BYTES_MAX
from tests.service.traces.exports import a_referral_travels, exporting, step
from tests.service.traces.receivers import SPANS_MAX, STOP_SECONDS_MAX, Receiver, start_receiver, stop, until

PROTOBUF = {"Content-Type": "application/x-protobuf"}


def an_export(*spans: otlp.Span) -> bytes:
    scope = otlp.ScopeSpans(spans=spans)
    request = ExportTraceServiceRequest(resource_spans=[otlp.ResourceSpans(scope_spans=[scope])])
    return bytes(request.SerializeToString())


def a_span(number: int) -> otlp.Span:
    return otlp.Span(
        trace_id=number.to_bytes(16, "big"), span_id=b"8 bytes.", name="work", end_time_unix_nano=5
    )


@pytest.fixture
def number() -> int:
    """Return a trace number that no other test uses."""
    return uuid4().int


@pytest.fixture
def referral_id() -> str:
    return str(uuid4())


def quiet_console() -> tuple[Console, StringIO]:
    out = StringIO()
    return Console(file=out, width=100), out


async def test_a_referral_through_all_services_is_one_complete_trace(
    receiver: Receiver, referral_id: str
) -> None:
    a_referral_travels(receiver.url, referral_id)

    answer = await referral_traces(receiver.url, referral_id)

    assert len(answer.traces) == 1
    assert is_complete(answer.spans())
    assert answer.traces[0].edges == (
        ("intake", "matching"),
        ("matching", "referrals"),
        ("partner.harbour", "intake"),
        ("referrals", "notifications"),
    )


async def test_the_waterfall_of_a_referral_is_drawn_for_its_id(receiver: Receiver, referral_id: str) -> None:
    a_referral_travels(receiver.url, referral_id)
    console, out = quiet_console()

    assert await draw_referral(console, receiver.url, referral_id) == 0

    drawn = out.getvalue().splitlines()
    assert "5 spans · 5 services" in drawn[0]
    assert drawn[2].startswith("partner.harbour  partner.harbour works")
    assert "└ notifications works" in drawn[6]


async def test_a_later_human_step_is_found_by_the_referral_id_and_drawn_beneath(
    receiver: Receiver, referral_id: str
) -> None:
    first = a_referral_travels(receiver.url, referral_id)
    with exporting("matching", receiver.url, Compression.Gzip) as tracer:
        link = Link(first.get_span_context())
        step(tracer, "POST /proposals/{proposal_id}/accept", referral_id=referral_id, links=(link,))
        step(tracer, "somebody else's work", referral_id=str(uuid4()))
    console, out = quiet_console()

    await draw_referral(console, receiver.url, referral_id)

    assert "later · follows partner.harbour: partner.harbour works" in out.getvalue()
    assert "POST /proposals/{proposal_id}/accept" in out.getvalue()
    assert "somebody else" not in out.getvalue()


async def test_an_unknown_referral_gives_exit_code_1_and_a_remedy(receiver: Receiver) -> None:
    console, out = quiet_console()

    assert await draw_referral(console, receiver.url, "no such [id] & more") == 1

    assert "No trace names the referral no such [id] & more" in out.getvalue()


async def test_without_a_receiver_the_remedy_names_what_to_start() -> None:
    console, out = quiet_console()

    assert await draw_referral(console, f"http://127.0.0.1:{free_port()}", "referral-1") == 1

    assert "with `alongside up`" in out.getvalue()


async def test_spans_sent_twice_are_kept_once(client: httpx2.AsyncClient, number: int) -> None:
    for _ in range(2):
        answer = await client.post(
            "/v1/traces", content=an_export(a_span(number), a_span(number)), headers=PROTOBUF
        )
        assert answer.status_code == 200

    assert len((await client.get(f"/traces/{number:032x}")).json()["spans"]) == 1


async def test_the_sender_gets_the_number_of_unreadable_spans(
    client: httpx2.AsyncClient, number: int
) -> None:
    bad = otlp.Span(trace_id=b"short", span_id=b"8 bytes.")

    answer = await client.post("/v1/traces", content=an_export(bad, a_span(number)), headers=PROTOBUF)

    output = ExportTraceServiceResponse.FromString(answer.content)
    assert (answer.status_code, output.partial_success.rejected_spans) == (200, 1)
    assert (await client.get(f"/traces/{number:032x}")).status_code == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"no protobuf at all", {}, 400),
        (b"no gzip at all", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(an_export(a_span(1)))[:-9], {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(bytes(BODY_BYTES_MAX + 1)), {"Content-Encoding": "gzip"}, 413),
        (bytes(BODY_BYTES_MAX + 1), {}, 413),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"", {"Content-Encoding": "br"}, 415),
    ],
    ids=["not protobuf", "not gzip", "gzip cut short", "gzip bomb", "too large", "json", "brotli"],
)
async def test_a_bad_body_is_refused_with_a_problem_and_the_next_good_one_is_kept(
    client: httpx2.AsyncClient, body: bytes, headers: dict[str, str], status: int, number: int
) -> None:
    refused = await client.post("/v1/traces", content=body, headers=PROTOBUF | headers)

    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert refused.json().keys() == {"type", "title", "status", "detail"}
    assert (
        await client.post("/v1/traces", content=an_export(a_span(number)), headers=PROTOBUF)
    ).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/traces", 400),
        ("/traces?referral=", 400),
        ("/traces?referral=%00", 400),
        (f"/traces?referral={'x' * 201}", 400),
        ("/traces/no-trace-id", 400),
        (f"/traces/{'f' * 32}", 404),
        ("/nothing", 404),
        ("/v1/traces", 405),
    ],
)
async def test_an_invalid_query_is_answered_with_a_problem(
    client: httpx2.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]


async def test_the_oldest_spans_are_deleted_when_the_store_is_full(own_client: httpx2.AsyncClient) -> None:
    oldest_forgotten = SPANS_MAX - SPANS_MAX // 10  # it may run a tenth over
    for number in range(1, SPANS_MAX * 2 + 1):
        await own_client.post("/v1/traces", content=an_export(a_span(number)), headers=PROTOBUF)

    async def oldest_is_gone() -> bool:
        return (await own_client.get(f"/traces/{oldest_forgotten:032x}")).status_code == 404

    await until("the oldest spans to be forgotten", oldest_is_gone)
    assert (await own_client.get(f"/traces/{SPANS_MAX + 1:032x}")).status_code == 200
    assert (await own_client.get("/health/live")).status_code == 200


async def test_while_the_database_is_unavailable_senders_get_a_503(
    own_client: httpx2.AsyncClient, own_receiver: Receiver, span_server: Server, number: int
) -> None:
    role = own_receiver.database.role
    with span_server.connection() as superuser:
        superuser.execute(f'alter role "{role}" nologin')
        superuser.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [role])

    away = await own_client.post("/v1/traces", content=an_export(a_span(number)), headers=PROTOBUF)
    ready, live = await own_client.get("/health/ready"), await own_client.get("/health/live")

    assert (away.status_code, ready.status_code, live.status_code) == (503, 503, 200)
    assert ready.json()["reasons"]
    with span_server.connection() as superuser:
        superuser.execute(f'alter role "{role}" login')
    again = await own_client.post("/v1/traces", content=an_export(a_span(number)), headers=PROTOBUF)
    assert again.status_code == 200


def test_a_receiver_without_its_database_reports_this_and_ends() -> None:
    process = start_receiver(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing", free_port())

    output = process.communicate(timeout=STOP_SECONDS_MAX)[0]

    assert process.returncode == 1
    assert "Check ALONGSIDE_DATABASE_URL" in output
    assert "Traceback" not in output


async def test_a_receiver_stops_quietly_when_asked(own_receiver: Receiver) -> None:
    output = stop(own_receiver.process)

    assert "Traceback" not in output
