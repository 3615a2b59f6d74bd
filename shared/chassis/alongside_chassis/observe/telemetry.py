"""Traces: one span per handled event whose parent is the sender's, carried through the outbox as W3C headers.

This is our own code because no contrib instrumentation keeps a trace through an outbox (docs/decisions/0006). Sampled
flags are tested with `& 1`: newer SDKs also set the random-trace-id bit.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from threading import Thread
from typing import Final

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators import textmap
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from alongside_chassis.observe.otlp import SpanExporter
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.event import Event
from alongside_contracts.fields.trace_context import TRACEPARENT, TRACESTATE, trace_context

EXPORT_QUEUE_MAX: Final = 20_000
EXPORT_DELAY_MS: Final = 500
CLOSE_SECONDS_MAX: Final = 1.0
_W3C: Final = TraceContextTextMapPropagator()


def make_tracing(service: str, *, otlp_endpoint: str, sample_ratio: float) -> TracerProvider:
    """Create a tracer provider for one process; spans are exported only when an endpoint is given."""
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "alongside"}),
        sampler=ParentBased(TraceIdRatioBased(sample_ratio)),
        shutdown_on_exit=False,
    )
    if otlp_endpoint:
        exporter = SpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
        provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=EXPORT_QUEUE_MAX, schedule_delay_millis=EXPORT_DELAY_MS
            )
        )
    return provider


async def close_tracing(provider: TracerProvider) -> None:
    """Export the remaining spans, for a second at most: without a receiver the exporter would retry for longer."""
    closing = Thread(target=provider.shutdown, daemon=True)
    closing.start()
    await asyncio.to_thread(closing.join, CLOSE_SECONDS_MAX)


def trace_headers(span: Span | None = None) -> dict[str, str]:
    """Return the W3C headers that make a receiver's span a child of `span` (default: the current one)."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, None if span is None else trace.set_span_in_context(span))
    return carrier


def context_of(headers: Mapping[str, str]) -> Context:
    """Return the sender's context; an empty one, hence a new trace, when the headers are missing or invalid."""
    return _W3C.extract(dict(headers), Context())


class TraceContextOfRequests(textmap.TextMapPropagator):
    """Reads the trace context of a request by the rule for records, and nothing else: no baggage, which may be personal."""

    def extract(
        self,
        carrier: textmap.CarrierT,
        context: Context | None = None,
        getter: textmap.Getter[textmap.CarrierT] = textmap.default_getter,
    ) -> Context:
        """Return the sender's context; an empty one when its headers are missing or invalid."""
        del context  # a request begins with its sender's context or with none
        parents, states = (getter.get(carrier, name) or () for name in (TRACEPARENT, TRACESTATE))
        return context_of(trace_context(list(parents), list(states)))

    def inject(
        self,
        carrier: textmap.CarrierT,
        context: Context | None = None,
        setter: textmap.Setter[textmap.CarrierT] = textmap.default_setter,
    ) -> None:
        """Write the headers of a context, as OpenTelemetry does."""
        _W3C.inject(carrier, context, setter)

    @property
    def fields(self) -> set[str]:
        """Return the names of the headers it reads and writes."""
        return {TRACEPARENT, TRACESTATE}


def read_requests_as_records() -> None:
    """Make FastAPI read the trace context of requests by our rule. It asks OpenTelemetry's one global propagator."""
    propagate.set_global_textmap(TraceContextOfRequests())


def link_to(headers: Mapping[str, str]) -> list[Link]:
    """Return a link to the earlier work that caused this one; empty when that is unknown."""
    sender = trace.get_current_span(context_of(headers)).get_span_context()
    return [Link(sender)] if sender.is_valid else []


@cache
def _id_fields(contract: type[Event]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, f"alongside.{name.removesuffix('_id').replace('_', '.')}.id")
        for name in contract.model_fields
        if name.endswith("_id")
    )


def id_attributes(event: Event) -> dict[str, str]:
    """Return the opaque ids of an event as span attributes: `referral_id` becomes `alongside.referral.id`."""
    fields = _id_fields(type(event))
    return {
        attribute: str(value) for name, attribute in fields if (value := getattr(event, name)) is not None
    }


def messaging_attributes(group: str, origin: RecordOrigin) -> dict[str, str | int]:
    """Return the OpenTelemetry messaging attributes of a consumer's span (semantic conventions 1.44, incubating)."""
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": origin.topic,
        "messaging.destination.partition.id": str(origin.partition),
        "messaging.kafka.offset": origin.offset,
        "messaging.message.id": origin.event_id or "",
        "messaging.consumer.group.name": group,
    }
