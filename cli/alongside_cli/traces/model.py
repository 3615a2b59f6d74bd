"""A span as we keep and draw it: OpenTelemetry's fields, without its wire format."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import JsonValue

REFERRAL_ATTRIBUTE = "alongside.referral.id"


class Kind(StrEnum):
    """Which side of a call or message the span stands on."""

    UNSPECIFIED = "unspecified"
    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Status(StrEnum):
    """How the work ended, as far as its service said."""

    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """This span's work was caused or joined by a span of, usually, another trace."""

    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """A moment inside a span (OpenTelemetry calls it an event; that word is taken here)."""

    name: str
    at_ns: int
    attributes: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One piece of work of one service. Ids are lower-case hex; times are nanoseconds since 1970, UTC.

    Nothing is promised about the order of start and end or about the parent being known: clocks differ
    between machines, and spans get lost.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    start_ns: int
    end_ns: int
    kind: Kind = Kind.UNSPECIFIED
    status: Status = Status.UNSET
    status_message: str = ""
    attributes: dict[str, JsonValue] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    events: tuple[SpanEvent, ...] = ()

    @property
    def duration_ns(self) -> int:
        """Never negative, whatever the clocks said."""
        return max(0, self.end_ns - self.start_ns)
