"""Services as the receiver sees them: the real OpenTelemetry SDK with its OTLP/HTTP exporter."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, Tracer, set_span_in_context

from alongside_cli.traces.model import REFERRAL_ATTRIBUTE


@contextmanager
def exporting(
    service: str, url: str, compression: Compression = Compression.NoCompression
) -> Iterator[Tracer]:
    """A tracer of this service; all its spans are exported at the end of the block."""
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces", compression=compression, timeout=5)
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield provider.get_tracer("tests")
        assert provider.force_flush(10_000), f"{service} could not send its spans"
    finally:
        provider.shutdown()


def step(
    tracer: Tracer,
    name: str,
    *,
    parent: Span | None = None,
    referral_id: str | None = None,
    links: tuple[Link, ...] = (),
) -> Span:
    """Record a finished span below `parent`, which may be of another service."""
    context = set_span_in_context(parent) if parent else None
    span = tracer.start_span(
        name,
        context=context,
        links=links,
        attributes={REFERRAL_ATTRIBUTE: referral_id} if referral_id else None,
    )
    span.end()
    return span


def a_referral_travels(url: str, referral_id: str) -> Span:
    """Export the spans of a referral from a partner through the four services of its path; return the first span."""
    first = parent = None
    for service in ("partner.harbour", "intake", "matching", "referrals", "notifications"):
        with exporting(service, url) as tracer:
            named = referral_id if service != "partner.harbour" else None
            parent = step(tracer, f"{service} works", parent=parent, referral_id=named)
            first = first or parent
    assert first is not None
    return first
