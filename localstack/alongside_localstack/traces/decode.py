"""Decodes the bytes of an OTLP export into spans. Pure; an invalid span does not affect the others."""

import base64
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # its wheel has no types
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2 as otlp
from pydantic import JsonValue

from alongside_cli.traces.model import Kind, Link, Span, SpanEvent, SpanStatus
from alongside_localstack.traces.errors import NotSpans, TooLarge

SPANS_PER_EXPORT_MAX = 20_000
SERVICE_UNKNOWN = "unknown"
TIME_NS_MAX = 2**63 - 1  # what a PostgreSQL bigint holds; the year 2262
TRACE_ID_BYTES, SPAN_ID_BYTES = 16, 8

_KINDS = dict(enumerate(Kind))
_STATUSES = dict(enumerate(SpanStatus))


@dataclass(frozen=True, slots=True)
class Export:
    """The valid spans of one request, and the number of spans with impossible ids or times."""

    spans: tuple[Span, ...]
    refused: int


def spans_of_export(body: bytes) -> Export:
    """Decode an `ExportTraceServiceRequest`. Raises NotSpans, or TooLarge beyond SPANS_PER_EXPORT_MAX."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise NotSpans("Send a protobuf ExportTraceServiceRequest, as OTLP/HTTP exporters do.") from error
    received = list(_spans_with_service(request))
    if len(received) > SPANS_PER_EXPORT_MAX:
        raise TooLarge(f"{len(received)} spans; send at most {SPANS_PER_EXPORT_MAX} in one export.")
    spans = tuple(_span(service, span) for service, span in received if _is_possible(span))
    return Export(spans=spans, refused=len(received) - len(spans))


def _spans_with_service(request: ExportTraceServiceRequest) -> Iterator[tuple[str, otlp.Span]]:
    for resource_spans in request.resource_spans:
        service = str(_attributes(resource_spans.resource.attributes).get("service.name") or SERVICE_UNKNOWN)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                yield service, span


def _is_possible(span: otlp.Span) -> bool:
    return (
        _is_id(span.trace_id, TRACE_ID_BYTES)
        and _is_id(span.span_id, SPAN_ID_BYTES)
        and (not span.parent_span_id or len(span.parent_span_id) == SPAN_ID_BYTES)
        and max(span.start_time_unix_nano, span.end_time_unix_nano) <= TIME_NS_MAX
    )


def _is_id(value: bytes, length: int) -> bool:
    return len(value) == length and any(value)


def _span(service: str, span: otlp.Span) -> Span:
    return Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex() if any(span.parent_span_id) else None,
        service=service,
        name=_text(span.name),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        kind=_KINDS.get(span.kind, Kind.UNSPECIFIED),
        status=_STATUSES.get(span.status.code, SpanStatus.UNSET),
        status_message=_text(span.status.message),
        attributes=_attributes(span.attributes),
        links=tuple(_links(span.links)),
        events=tuple(_span_event(event) for event in span.events),
    )


def _links(links: Iterable[otlp.Span.Link]) -> Iterator[Link]:
    for link in links:
        if _is_id(link.trace_id, TRACE_ID_BYTES) and _is_id(link.span_id, SPAN_ID_BYTES):
            yield Link(trace_id=link.trace_id.hex(), span_id=link.span_id.hex())


def _span_event(event: otlp.Span.Event) -> SpanEvent:
    return SpanEvent(
        name=_text(event.name),
        at_ns=min(event.time_unix_nano, TIME_NS_MAX),
        attributes=_attributes(event.attributes),
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, JsonValue]:
    return {_text(pair.key): _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> JsonValue:
    match value.WhichOneof("value"):
        case "string_value":
            return _text(value.string_value)
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value if math.isfinite(value.double_value) else str(value.double_value)
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode("ascii")
        case _:
            return None


def _text(value: str) -> str:
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL cannot store NUL, in text or in json
