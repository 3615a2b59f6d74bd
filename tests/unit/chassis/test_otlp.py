"""Our encoder and the exporter's produce the same spans, whatever a span holds."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from alongside_chassis.observe.otlp import encode

RESOURCE = Resource({"service.name": "intake", "service.namespace": "alongside"})
SCOPES = [
    InstrumentationScope("alongside_chassis"),
    InstrumentationScope("fastapi", "1", "https://schema.test/1"),
]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
names = texts.filter(bool) | st.sampled_from(["messaging.system", "messaging.destination.partition.id"])
numbers = st.integers(-(2**63), 2**63 - 1)
nanoseconds = st.integers(0, 2**63)
statuses = st.sampled_from([Status(), Status(StatusCode.OK), Status(StatusCode.ERROR, "KeyError")])
traces = st.builds(
    SpanContext,
    trace_id=st.integers(1, 2**128 - 1),
    span_id=st.integers(1, 2**64 - 1),
    is_remote=st.booleans(),
    trace_flags=st.sampled_from([TraceFlags(1), TraceFlags(3)]),
    trace_state=st.sampled_from([TraceState(), TraceState([("vendor", "x")])]),
)
spans = st.builds(
    ReadableSpan,
    name=texts,
    context=traces,
    parent=st.none() | traces,
    resource=st.just(RESOURCE),
    attributes=st.dictionaries(
        names, texts | numbers | st.booleans() | st.floats(allow_nan=False), max_size=8
    ),
    events=st.sampled_from([(), (Event("seen", {"n": 1}, 5),)]),
    links=st.sampled_from([(), (Link(SpanContext(1, 2, is_remote=True)),)]),
    kind=st.sampled_from(SpanKind),
    status=statuses,
    start_time=nanoseconds,
    end_time=nanoseconds,
    instrumentation_scope=st.sampled_from(SCOPES),
)


@given(st.lists(spans, max_size=6))
def test_every_span_arrives_as_the_exporter_would_have_sent_it(sent: list[ReadableSpan]) -> None:
    written = ExportTraceServiceRequest.FromString(encode(sent))

    assert by_scope(written) == by_scope(encode_spans(sent))


def by_scope(request: ExportTraceServiceRequest) -> list[tuple[str, str, str, str]]:
    """Return every span with its resource and scope, in an order that does not depend on their grouping."""
    return sorted(
        (str(outer.resource), outer.schema_url, f"{inner.scope} {inner.schema_url}", str(span))
        for outer in request.resource_spans
        for inner in outer.scope_spans
        for span in inner.spans
    )
