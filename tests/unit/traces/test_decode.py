"""Decoding of OTLP bytes: valid spans are kept, invalid ones left out."""

import math

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2 as otlp
from pydantic import JsonValue

from alongside_cli.traces.model import Kind, Link, SpanStatus
from alongside_localstack.traces.decode import Export, spans_of_export
from alongside_localstack.traces.errors import NotSpans, TooLarge

TRACE, SPAN, PARENT = b"t" * 16, b"s" * 8, b"p" * 8


def decoded(*spans: otlp.Span, resource: Resource | None = None) -> Export:
    scope = otlp.ScopeSpans(spans=spans)
    exported = ExportTraceServiceRequest(
        resource_spans=[otlp.ResourceSpans(resource=resource, scope_spans=[scope])]
    )
    return spans_of_export(exported.SerializeToString())


def test_a_span_keeps_everything_we_draw() -> None:
    exported = otlp.Span(
        trace_id=TRACE,
        span_id=SPAN,
        parent_span_id=PARENT,
        name="process referrals.journey.v1",
        kind=otlp.Span.SPAN_KIND_CONSUMER,
        start_time_unix_nano=1_000,
        end_time_unix_nano=2_500,
        status=otlp.Status(code=otlp.Status.STATUS_CODE_ERROR, message="refused"),
        links=[otlp.Span.Link(trace_id=PARENT * 2, span_id=PARENT), otlp.Span.Link(trace_id=b"short")],
        events=[otlp.Span.Event(name="held", time_unix_nano=1_500)],
    )
    intake = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value="intake"))])

    [span] = decoded(exported, resource=intake).spans

    assert (span.service, span.name, span.kind) == ("intake", exported.name, Kind.CONSUMER)
    assert (span.trace_id, span.span_id, span.parent_id) == ("74" * 16, "73" * 8, "70" * 8)
    assert (span.status, span.status_message, span.duration_ns) == (SpanStatus.ERROR, "refused", 1_500)
    assert span.links == (Link(trace_id="70" * 16, span_id="70" * 8),)
    assert [(event.name, event.at_ns) for event in span.events] == [("held", 1_500)]


def test_a_service_without_a_name_is_called_unknown() -> None:
    assert decoded(otlp.Span(trace_id=TRACE, span_id=SPAN)).spans[0].service == "unknown"


@pytest.mark.parametrize(
    ("exported", "kept"),
    [
        (AnyValue(string_value="a\0b"), "a\ufffdb"),
        (AnyValue(bool_value=True), True),
        (AnyValue(int_value=-(2**63)), -(2**63)),
        (AnyValue(double_value=0.5), 0.5),
        (AnyValue(double_value=math.nan), "nan"),
        (AnyValue(double_value=-math.inf), "-inf"),
        (AnyValue(bytes_value=b"\xff"), "/w=="),
        (AnyValue(array_value=ArrayValue(values=[AnyValue(int_value=1), AnyValue()])), [1, None]),
        (
            AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=AnyValue(int_value=1))])),
            {"k": 1},
        ),
        (AnyValue(), None),
    ],
)
def test_every_kind_of_attribute_becomes_something_json_can_say(exported: AnyValue, kept: JsonValue) -> None:
    export = decoded(otlp.Span(trace_id=TRACE, span_id=SPAN, attributes=[KeyValue(key="x", value=exported)]))

    assert export.spans[0].attributes == {"x": kept}


@pytest.mark.parametrize(
    "impossible",
    [
        otlp.Span(trace_id=b"short", span_id=SPAN),
        otlp.Span(trace_id=bytes(16), span_id=SPAN),
        otlp.Span(trace_id=TRACE, span_id=bytes(8)),
        otlp.Span(trace_id=TRACE, span_id=SPAN, parent_span_id=b"odd"),
        otlp.Span(trace_id=TRACE, span_id=SPAN, end_time_unix_nano=2**64 - 1),
    ],
)
def test_an_impossible_span_is_left_out_and_the_next_one_kept(impossible: otlp.Span) -> None:
    export = decoded(impossible, otlp.Span(trace_id=TRACE, span_id=SPAN))

    assert (len(export.spans), export.refused) == (1, 1)


def test_a_future_kind_and_status_are_read_as_unspecified() -> None:
    exported = otlp.Span(trace_id=TRACE, span_id=SPAN)
    exported.MergeFromString(bytes([0x30, 99, 0x7A, 2, 0x18, 99]))  # kind = 99, status.code = 99

    [span] = decoded(exported).spans

    assert (span.kind, span.status) == (Kind.UNSPECIFIED, SpanStatus.UNSET)


def test_other_bytes_are_refused() -> None:
    with pytest.raises(NotSpans):
        spans_of_export(b'{"resourceSpans": []}')


def test_an_empty_export_is_an_export() -> None:
    assert spans_of_export(b"") == Export(spans=(), refused=0)


def test_too_many_spans_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alongside_localstack.traces.decode.SPANS_PER_EXPORT_MAX", 1)

    with pytest.raises(TooLarge):
        decoded(otlp.Span(), otlp.Span())
