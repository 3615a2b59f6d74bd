"""Executes a plan inside a transaction: inbox, handlers in their spans and savepoints, dead letters and answers.

It neither begins nor ends the transaction, and does not decide how a batch is tried again: an error that no single record
causes is raised, and everything is rolled back.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Final

from opentelemetry import trace
from opentelemetry.trace import Span, Status, StatusCode, Tracer

from alongside_chassis.announce import inbox
from alongside_chassis.announce.transaction import Cause, Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.decoding import ReceivedEvent, RefusedRecord, refused_record
from alongside_chassis.consume.delivery import try_in_savepoint, verdict_on
from alongside_chassis.consume.handlers import BatchHandler, Handlers, Refusal, RefusedHandler
from alongside_chassis.consume.limits import Limits
from alongside_chassis.consume.plan import (
    AttemptResult,
    Plan,
    Tries,
    first_time,
    handled_of,
    is_to_blame,
    refused_for_used_ids,
    split_at_used_ids,
    steps,
)
from alongside_chassis.consume.reporting import Report
from alongside_chassis.errors import Unprocessable
from alongside_chassis.observe import telemetry
from alongside_chassis.observe.spans import start_processing
from alongside_contracts import cloudevents
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.vocabulary import ProblemCode

_CHECK_DEFERRED: Final = "set constraints all immediate; set constraints all deferred"
"""Checks deferred constraints now, so that a violation is attributed to one event and not, at the commit, to a batch."""


class Execution:
    """Handles the batches of one consumer group in the transactions it is given."""

    def __init__(self, handlers: Handlers, limits: Limits, tracer: Tracer, report: Report) -> None:
        self.handlers, self.limits, self.tracer, self.report = handlers, limits, tracer, report

    async def run(self, tx: Tx, plan: Plan, tries: Tries) -> AttemptResult:
        """Do steps 2 to 4 of an attempt (`Pipeline`): inbox; handlers, in record order per key; dead letters."""
        fresh, refused = await self.handle(tx, plan.events, tries)
        stored = [item for item in (*plan.unreadable, *refused) if await self._dead_letter(tx, item)]
        return AttemptResult(handled_of(fresh, refused), stored)

    async def handle(
        self, tx: Tx, events: Sequence[ReceivedEvent], tries: Tries
    ) -> tuple[list[ReceivedEvent], list[RefusedRecord]]:
        """Handle the events that were never handled before; return them, and the refused ones.

        An event is refused by its handler, or because its id was used for different content.
        """
        fresh: list[ReceivedEvent] = []
        refused: list[RefusedRecord] = []
        for part in split_at_used_ids(events):
            fresh_part, refused_part = await self._handle_part(tx, part, tries)
            fresh += fresh_part
            refused += refused_part
        return fresh, refused

    async def _handle_part(
        self, tx: Tx, events: Sequence[ReceivedEvent], tries: Tries
    ) -> tuple[list[ReceivedEvent], list[RefusedRecord]]:
        """Handle events of which no two have one id and different content.

        An event that its handler refuses is removed from the inbox, so that a corrected copy is handled.
        """
        unseen = await inbox.claim(tx.conn, {item.inbox_id: item.digest for item in events})  # 2
        used = await inbox.digests_of(
            tx.conn, {item.inbox_id for item in events if item.digest and item.inbox_id not in unseen}
        )
        fresh = first_time(events, unseen)
        with _Spans(self.tracer, self.report.group, tx, fresh):
            refused = await self._run_handlers(tx, fresh, tries)  # 3
        await inbox.release(tx.conn, [item.inbox_id for item in refused if item.inbox_id])  # 4
        return fresh, [*refused, *refused_for_used_ids(events, used)]

    async def _run_handlers(
        self, tx: Tx, fresh: Sequence[ReceivedEvent], tries: Tries
    ) -> list[RefusedRecord]:
        refused: list[RefusedRecord] = []
        for group in steps(fresh, self.handlers.batched, alone=tries.alone):
            handler = self.handlers.events[type(group[0].event)]
            tx.caused_by(group[0].event)
            if tries.alone:
                culprit = await self._in_savepoint(tx, group[0], handler, tries.attempt)
                refused.extend([culprit] if culprit else [])
            else:
                with _current(tx.causes[id(group[0].event)].span):
                    await handler([item.event for item in group], tx)
        tx.current = None
        return refused

    async def _in_savepoint(
        self, tx: Tx, item: ReceivedEvent, handler: BatchHandler, attempt: int
    ) -> RefusedRecord | None:
        """Handle one event in a savepoint, so that its failure does not affect others; return it as refused when it fails."""
        savepoint, span = tx.savepoint(), tx.causes[id(item.event)].span
        try:
            with _current(span):
                async with tx.conn.transaction():
                    await handler([item.event], tx)
                    await tx.flush()
                    await tx.conn.execute(_CHECK_DEFERRED)
        except Exception as error:  # the verdict decides; nothing is swallowed
            tx.rollback_to(savepoint)
            if not is_to_blame(verdict_on(error), attempt, self.limits):
                raise
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            return self._refused_by_handler(item, error)
        return None

    def _refused_by_handler(self, item: ReceivedEvent, error: Exception) -> RefusedRecord:
        if not isinstance(error, MalformedEvent | Unprocessable):
            self.report.handler_failed(item.envelope.type, error)
            error = Unprocessable(
                ProblemCode.HANDLER_FAILED, "handler", f"mend {type(error).__name__}, then replay"
            )
        return replace(
            refused_record(item.record, item.stream, item.origin, error, item.envelope),
            inbox_id=item.inbox_id,
        )

    async def _dead_letter(self, tx: Tx, item: RefusedRecord) -> bool:
        """Store a refused record and answer its sender; return False when an earlier delivery did so."""
        is_new = await dead_letters.add(
            tx.conn,
            item.record,
            item.problem,
            at=tx.now,
            event_id=item.origin.event_id,
            event_type=item.event_type,
        )
        if is_new:
            await self.answer(tx, item)
        return is_new

    async def answer(self, tx: Tx, item: RefusedRecord) -> None:
        """1 examine a refused record; 2 answer its sender; each if a handler of its stream does so.

        Raises every error of 1.
        """
        examine = self.handlers.examinations.get(item.stream.name)
        answer = self.handlers.refusals.get(item.stream.name)
        if examine is None and answer is None:
            return
        refusal = Refusal(item.problem, item.origin, item.stream, item.record.value)
        context = telemetry.context_of(cloudevents.trace_of(item.record.headers))
        with self.tracer.start_as_current_span(
            "refuse record", context=context, record_exception=False, set_status_on_exception=False
        ) as span:
            tx.current = Cause(item.origin.event_id or "", item.origin, telemetry.trace_headers(span), span)
            try:
                if examine is not None:
                    await examine(refusal, tx)  # 1
                if answer is not None:
                    await self._answer(tx, refusal, answer)  # 2
            finally:
                tx.current = None

    async def _answer(self, tx: Tx, refusal: Refusal, handler: RefusedHandler) -> None:
        """Answer in a savepoint: a failing answer must not undo the dead letter or the work of other handlers."""
        error = await try_in_savepoint(tx, partial(handler, refusal, tx))
        if error is not None:
            self.report.handler_failed("refusal", error)


def _current(span: Span) -> AbstractContextManager[Span]:
    """Make `span` the current one. An error's message and stack may quote a payload: neither goes into the span."""
    return trace.use_span(span, end_on_exit=False, record_exception=False, set_status_on_exception=False)


def _span_name(event_type: str) -> str:
    return f"process {event_type.removeprefix('org.alongside.')}"


class _Spans:
    """Opens one span per event. Its parent is the sender's span, so a trace shows which service sent to which."""

    def __init__(self, tracer: Tracer, group: str, tx: Tx, fresh: Sequence[ReceivedEvent]) -> None:
        self.tracer, self.group, self.tx, self.fresh = tracer, group, tx, fresh
        self.spans: list[Span] = []

    def __enter__(self) -> None:
        for item in self.fresh:
            span, headers = start_processing(self.tracer, _span_name(item.envelope.type), item.envelope.trace)
            if span.is_recording():
                span.set_attributes(telemetry.messaging_attributes(self.group, item.origin))
                span.set_attributes(telemetry.id_attributes(item.event))
            self.spans.append(span)
            self.tx.causes[id(item.event)] = Cause(
                item.envelope.id, item.origin, headers, span, item.record.value
            )

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        for span in self.spans:
            if error is not None:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            span.end()
