"""Spans of handled events, recorded at a third of the SDK's cost; everything else about them is the SDK's.

One span per event is what makes the direct edge between two services, and at a full sampling rate its making weighs as
much as reading the event. The SDK's `Span` guards every step with limits, locks and copies that a span of ours does not
need: it has a dozen attributes of known size, one owner, and ends in the function that began it. What comes out is the
SDK's own `ReadableSpan`, given to the SDK's own processors.
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
    """A consumer's span whose parent is the sender's, and the headers to pass on.

    What the sender does not sample, nobody samples: its headers go on as they came.
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
    """What one consumer did about one event."""

    __slots__ = ("_attributes", "_began", "_context", "_name", "_parent", "_status", "_tracer")

    def __init__(self, tracer: Tracer, name: str, context: SpanContext, parent: SpanContext) -> None:
        self._tracer, self._name, self._context, self._parent = tracer, name, context, parent
        self._began = unix_nanoseconds()
        self._attributes: dict[str, AttributeValue] = {}
        self._status = _UNSET

    def end(self, end_time: int | None = None) -> None:
        """Hand it to the processors."""
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
                instrumentation_scope=self._tracer._instrumentation_scope,  # noqa: SLF001  # nothing public says it
            )
        )

    def get_span_context(self) -> SpanContext:
        """Which span of which trace it is."""
        return self._context

    def is_recording(self) -> bool:
        """Always: what nobody samples is no ProcessingSpan."""
        return True

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Remember one fact."""
        self._attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Remember some facts."""
        self._attributes.update(attributes)

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Remember how it went; the last word counts."""
        self._status = status if isinstance(status, Status) else Status(status, description)

    def update_name(self, name: str) -> None:
        """Call it something else."""
        self._name = name

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Nothing is kept: what happens while an event is handled has spans and log lines of its own."""

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Nothing is kept: an error's message and stack may quote a payload."""
