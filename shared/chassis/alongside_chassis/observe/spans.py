"""Spans of handled events, recorded at a third of the SDK's cost; all other parts of tracing are the SDK's.

One span per event makes the direct edge between two services, and at a full sampling rate creating it costs as much as
decoding the event. The SDK's `Span` guards every step with limits, locks and copies that these spans do not need: they
have a dozen attributes of known size, one owner, and end in the function that started them. The result is the SDK's own
`ReadableSpan`, passed to the SDK's own processors.
"""

import random
import re
from collections.abc import Mapping
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan, Tracer
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace import Tracer as AnyTracer
from opentelemetry.util.types import Attributes, AttributeValue

from alongside_chassis.clock import unix_nanoseconds
from alongside_chassis.observe.telemetry import context_of, trace_headers

_TRACEPARENT: Final = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f][0-9a-f])")
"""W3C Trace Context, version 00. The lowest bit of the last byte says whether the sender samples."""
_UNSET: Final = Status()


def start_processing(
    tracer: AnyTracer, name: str, headers: Mapping[str, str]
) -> tuple[Span, Mapping[str, str]]:
    """Start a consumer's span whose parent is the sender's; return it with the headers to pass on.

    A trace the sender does not sample is not sampled here either: its headers are passed on unchanged.
    """
    sender = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    if sender is None or headers.get("tracestate") or not isinstance(tracer, Tracer):
        span = tracer.start_span(name, context=context_of(headers), kind=SpanKind.CONSUMER)
        return span, trace_headers(span)
    trace_id, flags = int(sender[1], 16), int(sender[3], 16)
    parent = SpanContext(trace_id, int(sender[2], 16), is_remote=True, trace_flags=TraceFlags(flags))
    if not flags & TraceFlags.SAMPLED:
        return NonRecordingSpan(parent), headers
    span_id = random.getrandbits(64) or 1
    context = SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(flags))
    passed_on = {"traceparent": f"00-{sender[1]}-{span_id:016x}-{sender[3]}"}
    return ProcessingSpan(tracer, name, context, parent), passed_on


class ProcessingSpan(Span):
    """The span of one consumer's work on one event."""

    __slots__ = ("_attributes", "_began", "_context", "_name", "_parent", "_status", "_tracer")

    def __init__(self, tracer: Tracer, name: str, context: SpanContext, parent: SpanContext) -> None:
        self._tracer, self._name, self._context, self._parent = tracer, name, context, parent
        self._began = unix_nanoseconds()
        self._attributes: dict[str, AttributeValue] = {}
        self._status = _UNSET

    def end(self, end_time: int | None = None) -> None:
        """End the span and pass it to the processors."""
        self._tracer.span_processor.on_end(
            ReadableSpan(
                name=self._name,
                context=self._context,
                parent=self._parent,
                resource=self._tracer.resource,
                attributes=self._attributes,
                kind=SpanKind.CONSUMER,
                status=self._status,
                start_time=self._began,
                end_time=end_time or unix_nanoseconds(),
                instrumentation_scope=self._tracer._instrumentation_scope,  # noqa: SLF001  # no public attribute has it
            )
        )

    def get_span_context(self) -> SpanContext:
        """Return the span's trace id, span id and flags."""
        return self._context

    def is_recording(self) -> bool:
        """Return True: an unsampled event has no ProcessingSpan."""
        return True

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Set one attribute."""
        self._attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Set several attributes."""
        self._attributes.update(attributes)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Set the status; the last call counts."""
        self._status = status if isinstance(status, Status) else Status(status, description)

    def update_name(self, name: str) -> None:
        """Rename the span."""
        self._name = name

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Do nothing: events during the handling have their own spans and log lines."""

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Do nothing: an error's message and stack may quote a payload."""
