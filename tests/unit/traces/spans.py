"""Spans for tests, with times in milliseconds after 10:00."""

from collections.abc import Sequence

from pydantic import JsonValue

from alongside_cli.traces.model import Link, Span, SpanStatus

TEN_O_CLOCK_NS = 1_773_309_600_000_000_000  # 12 March 2026, 10:00 UTC
HOUR_MS = 3_600_000


def trace_id(number: int) -> str:
    """A readable trace id."""
    return f"{number:032x}"


def span_id(number: int) -> str:
    """A readable span id."""
    return f"{number:016x}"


def a_span(
    number: int,
    service: str,
    *,
    parent: int | None = None,
    name: str = "work",
    ms: tuple[float, float] = (0, 10),
    trace: int = 1,
    status: SpanStatus = SpanStatus.UNSET,
    status_message: str = "",
    links: Sequence[tuple[int, int]] = (),
    attributes: dict[str, JsonValue] | None = None,
) -> Span:
    """Return a span; `parent` and the (trace, span) pairs of `links` are numbers, like `number`."""
    return Span(
        trace_id=trace_id(trace),
        span_id=span_id(number),
        parent_id=None if parent is None else span_id(parent),
        service=service,
        name=name,
        start_ns=TEN_O_CLOCK_NS + int(ms[0] * 1_000_000),
        end_ns=TEN_O_CLOCK_NS + int(ms[1] * 1_000_000),
        status=status,
        status_message=status_message,
        links=tuple(Link(trace_id=trace_id(link[0]), span_id=span_id(link[1])) for link in links),
        attributes=attributes or {},
    )


def a_referral_trace() -> list[Span]:
    """One trace from the partner's record through the four services of its path."""
    return [
        a_span(1, "partner.harbour", name="send partner.harbour.referrals.v1", ms=(0, 4)),
        a_span(2, "intake", parent=1, name="process partner.harbour.referrals.v1", ms=(9, 21)),
        a_span(3, "matching", parent=2, name="process referrals.journey.v1", ms=(31, 49)),
        a_span(4, "referrals", parent=3, name="process referrals.journey.v1", ms=(58, 66)),
        a_span(5, "notifications", parent=4, name="process referrals.journey.v1", ms=(75, 100)),
    ]
