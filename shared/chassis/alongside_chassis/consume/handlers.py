"""The registry of a service's handlers for events, timers, refused records and pauses."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.quarantine import Quarantine
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.event import Event
from alongside_contracts.partner import Problem
from alongside_contracts.streams import Stream

E = TypeVar("E", bound=Event)
H = TypeVar("H")
EventHandler: TypeAlias = Callable[[E, Tx], Awaitable[None]]
SequenceHandler: TypeAlias = Callable[[Sequence[E], Tx], Awaitable[None]]
BatchHandler: TypeAlias = Callable[[Sequence[Any], Tx], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Timer:
    """A durable timer that came due."""

    kind: str
    key: str
    due_at: datetime
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A dead-lettered record: its problem, its position, its stream, and its bytes, which may be personal."""

    problem: Problem
    origin: RecordOrigin
    stream: Stream
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """A partner's stream that is paused by this commit, with the record that caused it and its problem."""

    quarantine: Quarantine
    stream: Stream
    problem: Problem
    origin: RecordOrigin


@dataclass(frozen=True, slots=True)
class UnreadRecord:
    """A record behind a paused stream, scanned before it is read. Its bytes may be personal."""

    origin: RecordOrigin
    value: bytes | None
    inbox_id: UUID | None = None
    """The id of its event, if it can be decoded."""
    digest: bytes | None = None
    """The digest of its event, if it can be decoded."""


TimerHandler = Callable[[Timer, Tx], Awaitable[None]]
TimerFailedHandler = Callable[[Timer, datetime, Tx], Awaitable[None]]
RefusedHandler = Callable[[Refusal, Tx], Awaitable[None]]
UnreadHandler = Callable[[UnreadRecord, Tx], Awaitable[None]]
PausedHandler = Callable[[Paused, Tx], Awaitable[None]]
ResumedHandler = Callable[[Quarantine, Tx], Awaitable[None]]


class Handlers:
    """The handlers of a service, by event, timer and stream. They load, decide, record, announce; they never commit or retry."""

    def __init__(self) -> None:
        self.events: dict[type[Event], BatchHandler] = {}
        self.batched: set[type[Event]] = set()
        self.timers: dict[str, TimerHandler] = {}
        self.retry_every: dict[str, timedelta] = {}
        self.pause_max: dict[str, timedelta] = {}
        self.timer_failures: dict[str, TimerFailedHandler] = {}
        self.examinations: dict[str, RefusedHandler] = {}
        self.refusals: dict[str, RefusedHandler] = {}
        self.unread: dict[str, UnreadHandler] = {}
        self.pauses: dict[str, PausedHandler] = {}
        self.resumptions: dict[str, ResumedHandler] = {}

    def on(self, contract: type[E]) -> Callable[[EventHandler[E]], EventHandler[E]]:
        """Handle one event at a time."""

        def register(handler: EventHandler[E]) -> EventHandler[E]:
            async def alone(events: Sequence[E], tx: Tx) -> None:
                (event,) = events
                await handler(event, tx)

            self._add(contract, alone)
            return handler

        return register

    def on_batch(self, contract: type[E]) -> Callable[[SequenceHandler[E]], SequenceHandler[E]]:
        """Handle events of one type together, for set-based SQL; order per key is kept.

        The handler calls `tx.caused_by(event)` before it announces a consequence of that event.
        """

        def register(handler: SequenceHandler[E]) -> SequenceHandler[E]:
            self._add(contract, handler)
            self.batched.add(contract)
            return handler

        return register

    def on_timer(
        self, kind: str, *, retry_every: timedelta = timedelta(days=1), pause_max: timedelta | None = None
    ) -> Callable[[TimerHandler], TimerHandler]:
        """Handle a timer of this kind when it is due; `retry_every` applies once its handler has failed several times.

        `pause_max` is the longest pause with which a timer of this kind is set. One that is due later was set by a clock
        that was ahead, and is handled at once.
        """

        def register(handler: TimerHandler) -> TimerHandler:
            self.retry_every[kind] = retry_every
            if pause_max is not None:
                self.pause_max[kind] = pause_max
            if self.timers.setdefault(kind, handler) is not handler:
                raise ValueError(f"timer {kind} has a handler already")
            return handler

        return register

    def on_timer_failed(self, kind: str) -> Callable[[TimerFailedHandler], TimerFailedHandler]:
        """Register the handler that hands a timer's subject to a person, each time the timer fails after several attempts.

        The handler receives the time of the next try. It must not change the timer itself.
        """

        def register(handler: TimerFailedHandler) -> TimerFailedHandler:
            if self.timer_failures.setdefault(kind, handler) is not handler:
                raise ValueError(f"timer {kind} has a failure handler already")
            return handler

        return register

    def on_dead_lettered(self, stream: Stream) -> Callable[[RefusedHandler], RefusedHandler]:
        """Examine a refused record of this stream before it is answered. When that fails, the record is not dead-lettered yet."""
        return _register_only(self.examinations, stream)

    def on_unread(self, stream: Stream) -> Callable[[UnreadHandler], UnreadHandler]:
        """Scan a record of this stream while the stream is paused; the record is read in order once it is resumed."""
        return _register_only(self.unread, stream)

    def on_refused(self, stream: Stream) -> Callable[[RefusedHandler], RefusedHandler]:
        """Answer for a dead-lettered record of this stream, in the transaction that dead-letters it."""
        return _register_only(self.refusals, stream)

    def on_paused(self, stream: Stream) -> Callable[[PausedHandler], PausedHandler]:
        """Notify a partner that its stream is paused, in the transaction that pauses it."""
        return _register_only(self.pauses, stream)

    def on_resumed(self, stream: Stream) -> Callable[[ResumedHandler], ResumedHandler]:
        """Notify a partner that its stream is read again, in the transaction that resumes it."""
        return _register_only(self.resumptions, stream)

    def _add(self, contract: type[Event], handler: BatchHandler) -> None:
        if contract in self.events:
            raise ValueError(f"{contract.__name__} has a handler already")
        self.events[contract] = handler


def _register_only(handlers: dict[str, H], stream: Stream) -> Callable[[H], H]:
    """Return a decorator that registers the only handler of a stream. Raises ValueError for a second one."""

    def register(handler: H) -> H:
        if handlers.setdefault(stream.name, handler) is not handler:
            raise ValueError(f"stream {stream.name} has a handler of this kind already")
        return handler

    return register
