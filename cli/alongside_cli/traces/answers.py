"""What the receiver answers, as JSON. Times are integers of nanoseconds, which Python reads exactly."""

from pydantic import BaseModel

from alongside_cli.traces.model import Span


class TraceAnswer(BaseModel, frozen=True):
    """One trace: spans by start, and the direct (parent, child) steps between services."""

    trace_id: str
    spans: tuple[Span, ...]
    edges: tuple[tuple[str, str], ...]


class ReferralAnswer(BaseModel, frozen=True):
    """Every trace which names the referral, the first in front. `truncated`: later spans were left out."""

    referral_id: str
    traces: tuple[TraceAnswer, ...]
    truncated: bool = False

    def spans(self) -> tuple[Span, ...]:
        """The spans of all traces."""
        return tuple(span for trace in self.traces for span in trace.spans)
