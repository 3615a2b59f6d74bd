"""A span as it is stored and drawn: OpenTelemetry's fields, without its wire format."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue

REFERRAL_ATTRIBUTE = "alongside.referral.id"


class Kind(StrEnum):
    """The role of the span in a call or message."""

    UNSPECIFIED = "unspecified"
    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class SpanStatus(StrEnum):
    """How the work ended, as its service reported it."""

    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A related span, usually of another trace: a cause of this span's work, or part of the same work."""

    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """An OpenTelemetry event of a span; not one of our domain events."""

    name: str
    at_ns: int
    attributes: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One operation of one service. Ids are lower-case hex; times are nanoseconds since 1970, UTC.

    The end may be before the start and the parent may be missing: clocks differ between machines, and spans get lost.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    start_ns: int
    end_ns: int
    kind: Kind = Kind.UNSPECIFIED
    status: SpanStatus = SpanStatus.UNSET
    status_message: str = ""
    attributes: dict[str, JsonValue] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    events: tuple[SpanEvent, ...] = ()

    @property
    def duration_ns(self) -> int:
        """The duration; 0 if the end is before the start."""
        return max(0, self.end_ns - self.start_ns)
