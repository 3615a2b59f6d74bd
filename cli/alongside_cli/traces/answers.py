"""The span store's JSON answers. Times are integers of nanoseconds, which Python reads exactly."""

from pydantic import BaseModel

from alongside_cli.traces.model import Span


class TraceAnswer(BaseModel, frozen=True):
    """One trace: spans by start, and the direct (parent, child) steps between services."""

    trace_id: str
    spans: tuple[Span, ...]
    edges: tuple[tuple[str, str], ...]


class ReferralAnswer(BaseModel, frozen=True):
    """All traces that name the referral, earliest first. `truncated`: later spans are missing."""

    referral_id: str
    traces: tuple[TraceAnswer, ...]
    truncated: bool = False

    def spans(self) -> tuple[Span, ...]:
        """Return the spans of all traces."""
        return tuple(span for trace in self.traces for span in trace.spans)
