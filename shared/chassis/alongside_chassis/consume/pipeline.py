"""From polled records to one commit: read, drop duplicates, handle in order, put the broken aside, announce.

The delivery promise lives here (docs/delivery.md). A batch is one transaction; when a record spoils it, the batch is
done again with a savepoint around each event, and only the culprit is put aside. Offsets are the listener's, after
the commit; a batch that is delivered again meets its own ids in the inbox.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Final

import asyncpg
from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode, Tracer

from alongside_chassis.announce import inbox
from alongside_chassis.announce.transaction import Cause, Tx, transaction
from alongside_chassis.clock import Clock
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.dead_letters import Outcome
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.consume.handlers import BatchHandler, Handlers, Refused, RefusedHandler
from alongside_chassis.consume.judging import Cut, Judge, Left, place_of
from alongside_chassis.consume.limits import PartnerLimits
from alongside_chassis.consume.reading import Broken, Heard, Reading, Record, broken, read
from alongside_chassis.consume.runs import runs
from alongside_chassis.errors import DeadLetterLimit, Stopped, Stopping, Unprocessable
from alongside_chassis.observe import telemetry
from alongside_chassis.observe.logs import Log
from alongside_chassis.observe.metrics import Metrics
from alongside_chassis.observe.spans import start_processing
from alongside_contracts import cloudevents
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.vocabulary import ProblemCode

BACKOFF_SECONDS: Final = 0.1
RACES_SILENT_MAX: Final = 3
"""How many lost races in a row are nobody's business; one more, and `ready` says that a batch is stuck in them."""
_SPEAK_UP: Final = "set constraints all immediate; set constraints all deferred"
"""What a deferred constraint has to say it says here, about one event, and not at the commit, about a whole batch."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard the pipeline tries before it gives up on a record, or on itself."""

    handler_attempts_max: int = 3
    dead_letters_in_a_row_max: int = 50
    retry_seconds_max: float = 5.0
    partners: PartnerLimits = field(default_factory=PartnerLimits)


@dataclass(slots=True)
class _Tries:
    """How often the batch in hand was tried, by why it was tried again."""

    isolate: bool = False
    attempt: int = 1
    races: int = 0
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Tools:
    """What a service lends to every pipeline, timer and door it runs."""

    service: str
    pool: asyncpg.Pool
    clock: Clock
    tracer: Tracer
    metrics: Metrics
    log: Log
    shards: int


class Pipeline:
    """Handles batches of records of one consumer group."""

    def __init__(self, tools: Tools, group: str, handlers: Handlers, limits: Limits) -> None:
        self.tools, self.group, self.handlers, self.limits = tools, group, handlers, limits
        self.stopping = asyncio.Event()
        self.waiting_for: str | None = None
        """Why the batch in hand waits for the world; None when it does not."""
        self._judge = Judge(
            handlers, tools.log, limits.partners, refused_in_a_row_max=limits.dead_letters_in_a_row_max
        )

    async def run(self, records: Sequence[Record]) -> Left:
        """Read some records and handle them."""
        return await self.handle([self.read(record) for record in records])

    def read(self, record: Record) -> Reading:
        """What a record is to this pipeline. Nothing happens yet."""
        return read(record, self.handlers.events)

    async def handle(self, readings: Sequence[Reading]) -> Left:
        """Handle one batch to its commit, however long the world is away; the records of paused partners are left.

        Raises Stopping when asked to stop while waiting, Stopped when only a person can help.
        """
        began = self.tools.clock.monotonic()
        heard = [item for item in readings if isinstance(item, Heard)]
        refused = [item for item in readings if isinstance(item, Broken)]
        left = Left()
        outcome = await self._until_done(heard, refused, left)
        outcome["ignored"] = readings.count(None)
        self._tell(len(readings), outcome, self.tools.clock.monotonic() - began)
        if self._judge.stopped:
            raise DeadLetterLimit(f"{self._judge.refused_in_a_row} records in a row were dead-lettered")
        return left

    async def again(self, tx: Tx, record: Record) -> Outcome | Broken:
        """Handle one kept record as `run` would, alone and at once, in the caller's transaction.

        What is wrong with it when it is refused again. Raises every error that is not the record's fault.
        """
        item = self.read(record)
        if item is None:
            return Outcome.UNWANTED
        if isinstance(item, Broken):
            return item
        fresh = await _fresh(tx, [item])
        with _Spans(self.tools.tracer, self.group, tx, fresh):
            attempt = self.limits.handler_attempts_max
            refused = await self._handle(tx, fresh, isolate=True, attempt=attempt)
        await inbox.unlearn(tx.conn, [each.inbox_id for each in refused if each.inbox_id])
        if refused:
            return refused[0]
        return Outcome.HANDLED if fresh else Outcome.DUPLICATE

    async def _until_done(self, heard: list[Heard], unreadable: list[Broken], left: Left) -> Counter[str]:
        """Try the batch whole, then event by event, without what is left; wait as long as the world is away."""
        tries = _Tries()
        try:
            while heard or unreadable:
                try:
                    return await self._once(heard, unreadable, isolate=tries.isolate, attempt=tries.attempt)
                except Cut as cut:
                    left.places |= cut.places
                    heard = [item for item in heard if place_of(item) not in cut.places]
                    unreadable = [item for item in unreadable if place_of(item) not in cut.places]
                except Exception as error:  # noqa: BLE001  # the verdict decides; nothing is swallowed
                    await self._after(error, tries)
            return Counter()
        finally:
            self.waiting_for = None

    async def _after(self, error: Exception, tries: _Tries) -> None:
        """Decide how the batch is tried next, and wait until then.

        Raises Stopped when nothing but a person can help: code and schema disagree, or an error that is no single
        record's fault comes back though each was handled alone.
        """
        match verdict_on(error):
            case Verdict.STOP:
                raise error if isinstance(error, Stopped | Stopping) else _stopped_by(error) from error
            case Verdict.WAIT:
                tries.waits += 1
                await self._wait(error, tries.waits)
            case Verdict.RETRY:
                tries.races += 1
                if tries.races > RACES_SILENT_MAX:
                    self._tell_waits(error, tries.races)
                await self._pause(BACKOFF_SECONDS * min(tries.races, 10))
            case Verdict.REFUSE | None if tries.attempt > self.limits.handler_attempts_max:
                raise _stopped_by(error) from error
            case Verdict.REFUSE | None:
                tries.isolate, tries.attempt = True, tries.attempt + 1

    async def _wait(self, error: Exception, waits: int) -> None:
        self._tell_waits(error, waits)
        await self._pause(min(self.limits.retry_seconds_max, BACKOFF_SECONDS * 2 ** min(waits, 10)))

    def _tell_waits(self, error: Exception, waits: int) -> None:
        self.waiting_for = type(error).__name__
        self.tools.metrics.waits.labels("database").inc()
        self.tools.log.warning("batch-waits", group=self.group, waits=waits, exc=error)

    async def _pause(self, seconds: float) -> None:
        """Wait, unless asked to stop. Raises Stopping."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping

    async def _once(
        self, heard: list[Heard], unreadable: list[Broken], *, isolate: bool, attempt: int
    ) -> Counter[str]:
        """One attempt at a batch.

        1 begin; 2 inbox; 3 handlers, in record order per key; 4 put the broken aside; 5 timers and outbox; 6 commit;
        7 tell. Raises Cut for what must be left: before 2 for partners that are paused, after 4 for what stands behind a
        limit.
        """
        tools = self.tools
        items: list[Heard | Broken] = [*heard, *unreadable]
        async with transaction(  # 1, 5, 6
            tools.pool, service=tools.service, now=tools.clock.now(), shards=tools.shards
        ) as tx:
            stands = await self._judge.admit(tx, items)
            fresh = await _fresh(tx, heard)  # 2
            with _Spans(tools.tracer, self.group, tx, fresh):
                refused = await self._handle(tx, fresh, isolate=isolate, attempt=attempt)  # 3
            await inbox.unlearn(tx.conn, [item.inbox_id for item in refused if item.inbox_id])  # 4
            put = [item for item in (*unreadable, *refused) if await self._put_aside(tx, item)]
            handled = _but(fresh, refused)
            ruling = await self._judge.rule(tx, items, stands, handled=handled, put=put)
        self._judge.settle(ruling)  # 7
        for item in put:
            self._tell_refused(item)
        duplicates = len(heard) + len(unreadable) - len(fresh) + len(refused) - len(put)
        return Counter(handled=len(fresh) - len(refused), duplicate=duplicates, refused=len(put))

    async def _handle(self, tx: Tx, fresh: list[Heard], *, isolate: bool, attempt: int) -> list[Broken]:
        refused: list[Broken] = []
        for run in self._runs(fresh, isolate=isolate):
            handler = self.handlers.events[type(run[0].event)]
            tx.following(run[0].event)
            if isolate:
                culprit = await self._in_savepoint(tx, run[0], handler, attempt)
                refused.extend([culprit] if culprit else [])
            else:
                with _current(tx.causes[id(run[0].event)].span):
                    await handler([item.event for item in run], tx)
        tx.current = None
        return refused

    def _runs(self, fresh: list[Heard], *, isolate: bool) -> Iterable[list[Heard]]:
        """What one handler takes together: runs of one type for batch handlers, else one event."""
        if isolate or not self.handlers.batched:
            return ([item] for item in fresh)
        return runs(fresh, self.handlers.batched)

    async def _in_savepoint(self, tx: Tx, item: Heard, handler: BatchHandler, attempt: int) -> Broken | None:
        """Handle one event so that its failure leaves no trace on its neighbours; the event itself when it fails."""
        mark, span = tx.mark(), tx.causes[id(item.event)].span
        try:
            with _current(span):
                async with tx.conn.transaction():
                    await handler([item.event], tx)
                    await tx.flush()
                    await tx.conn.execute(_SPEAK_UP)
        except Exception as error:  # the verdict decides; nothing is swallowed
            tx.rewind(mark)
            if not self._is_to_blame(error, attempt):
                raise
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            return self._culprit(item, error)
        return None

    def _is_to_blame(self, error: Exception, attempt: int) -> bool:
        """Whether the record is put aside for `error`; an unforeseen one gets a few attempts first."""
        verdict = verdict_on(error)
        return verdict is Verdict.REFUSE or (verdict is None and attempt >= self.limits.handler_attempts_max)

    def _culprit(self, item: Heard, error: Exception) -> Broken:
        if not isinstance(error, MalformedEvent | Unprocessable):
            self.tools.log.error("handler-failed", group=self.group, event_type=item.envelope.type, exc=error)
            error = Unprocessable(
                ProblemCode.HANDLER_FAILED, "handler", f"mend {type(error).__name__}, then replay"
            )
        return replace(
            broken(item.record, item.stream, item.origin, error, item.envelope), inbox_id=item.inbox_id
        )

    async def _put_aside(self, tx: Tx, item: Broken) -> bool:
        """Keep a refused record and answer its sender; False when this was done before."""
        kept = await dead_letters.put_aside(
            tx.conn,
            item.record,
            item.problem,
            at=tx.now,
            event_id=item.origin.event_id,
            event_type=item.event_type,
        )
        if kept:
            await self.answer(tx, item)
        return kept

    def _tell_refused(self, item: Broken) -> None:
        reason, origin = item.problem.code.value, item.origin
        self.tools.metrics.dead_letters.labels(item.stream.name, reason).inc()
        self.tools.log.warning(
            "dead-lettered",
            group=self.group,
            record=f"{origin.topic}/{origin.partition}/{origin.offset}",
            reason=reason,
            where=item.problem.where,
        )

    async def answer(self, tx: Tx, item: Broken) -> None:
        """Tell the sender of a refused record, when its stream's senders are told."""
        answer = self.handlers.refusals.get(item.stream.name)
        if answer is not None:
            await self._answer(tx, item, answer)

    async def _answer(self, tx: Tx, item: Broken, answer: RefusedHandler) -> None:
        """In a savepoint: a failing answer must not keep the record from being put aside, nor take others with it."""
        await tx.flush()  # what handlers announced so far is not in the answer's savepoint
        context = telemetry.context_of(_trace_of(item.record))
        mark = tx.mark()
        with self.tools.tracer.start_as_current_span(
            "refuse record", context=context, record_exception=False, set_status_on_exception=False
        ) as span:
            tx.current = Cause(item.origin.event_id or "", item.origin, telemetry.trace_headers(span), span)
            try:
                async with tx.conn.transaction():
                    await answer(Refused(item.problem, item.origin, item.stream), tx)
                    await tx.flush()
            except Exception as error:  # the verdict decides; what is left over is logged with its place
                if verdict_on(error) in (Verdict.WAIT, Verdict.RETRY, Verdict.STOP):
                    raise
                tx.rewind(mark)
                self.tools.log.error("handler-failed", group=self.group, event_type="refusal", exc=error)
            finally:
                tx.current = None

    def _tell(self, records: int, outcome: Counter[str], seconds: float) -> None:
        self.tools.metrics.batch_seconds.observe(seconds)
        for name, count in outcome.items():
            self.tools.metrics.events.labels(self.group, name).inc(count)
        log = self.tools.log
        tell = log.debug if outcome["ignored"] == records else log.info
        tell("batch-handled", group=self.group, records=records, seconds=round(seconds, 4), **outcome)


def _stopped_by(error: Exception) -> Stopped:
    """Names the kind of error only: its message may quote a payload."""
    return Stopped(f"a batch cannot be handled: {type(error).__name__}")


def _current(span: Span) -> AbstractContextManager[Span]:
    """Make `span` the current one. An error's message and stack may quote a payload: neither goes into the span."""
    return trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False)


async def _fresh(tx: Tx, heard: list[Heard]) -> list[Heard]:
    """The events never handled before, each once, in record order."""
    unseen = await inbox.remember(tx.conn, [item.inbox_id for item in heard])
    fresh = []
    for item in heard:
        if item.inbox_id in unseen:
            unseen.discard(item.inbox_id)
            fresh.append(item)
    return fresh


def _but(fresh: list[Heard], refused: list[Broken]) -> list[Heard]:
    if not refused:
        return fresh
    places = {place_of(item) for item in refused}
    return [item for item in fresh if place_of(item) not in places]


def _trace_of(record: Record) -> dict[str, str]:
    return {
        name: value.decode("ascii", errors="replace")
        for name, value in record.headers
        if value is not None and name in cloudevents.TRACE_CONTEXT
    }


def _span_name(event_type: str) -> str:
    return f"process {event_type.removeprefix('org.alongside.')}"


class _Spans:
    """One span per event in hand, whose parent is that event's sender: the direct edge between two services."""

    def __init__(self, tracer: Tracer, group: str, tx: Tx, fresh: list[Heard]) -> None:
        self.tracer, self.group, self.tx, self.fresh = tracer, group, tx, fresh
        self.spans: list[Span] = []

    def __enter__(self) -> None:
        for item in self.fresh:
            span, headers = start_processing(self.tracer, _span_name(item.envelope.type), item.envelope.trace)
            if span.is_recording():
                span.set_attributes(telemetry.messaging_attributes(self.group, item.origin))
                span.set_attributes(telemetry.id_attributes(item.event))
            self.spans.append(span)
            self.tx.causes[id(item.event)] = Cause(item.envelope.id, item.origin, headers, span)

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        for span in self.spans:
            if error is not None:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            span.end()
