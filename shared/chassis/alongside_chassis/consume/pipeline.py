"""Takes polled records to one commit: decode, plan, execute, report, and repeat until the batch is done.

The delivery guarantee is implemented here (docs/delivery.md). A batch is one transaction. When a record makes it fail,
the batch is repeated with a savepoint around each event, and only that record is dead-lettered. The listener commits
offsets after the transaction; a batch that is delivered again finds its ids in the inbox.

`decoding` decodes records, `plan` decides, `execution` works inside the transaction, `reporting` logs and counts.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from opentelemetry.trace import Tracer

from alongside_chassis.announce.transaction import Tx, transaction
from alongside_chassis.clock import Clock
from alongside_chassis.consume.dead_letters import RedriveOutcome
from alongside_chassis.consume.decoding import Decoded, Record, RefusedRecord, decode
from alongside_chassis.consume.delivery import verdict_on
from alongside_chassis.consume.execution import Execution
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.limits import Limits
from alongside_chassis.consume.plan import (
    AttemptResult,
    Plan,
    Stop,
    Tries,
    TryAlone,
    WaitFor,
    count,
    next_try,
    plan_of,
)
from alongside_chassis.consume.refusal_policy import PartialBatch, RefusalPolicy, Unprocessed
from alongside_chassis.consume.reporting import Report
from alongside_chassis.errors import DeadLetterLimit, Stopped, Stopping
from alongside_chassis.observe.logs import Log
from alongside_chassis.observe.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The objects a service passes to each of its pipelines, timers and HTTP routes."""

    service: str
    pool: asyncpg.Pool
    clock: Clock
    tracer: Tracer
    metrics: Metrics
    log: Log
    shards: int


class Pipeline:
    """Handles batches of records of one consumer group."""

    def __init__(self, dependencies: Dependencies, group: str, handlers: Handlers, limits: Limits) -> None:
        self.dependencies, self.group, self.handlers, self.limits = dependencies, group, handlers, limits
        self.stopping = asyncio.Event()
        self.waiting_for: str | None = None
        """The kind of error that keeps the current batch waiting; None when it does not wait."""
        self._report = Report(group, dependencies.metrics, dependencies.log)
        self._execution = Execution(handlers, limits, dependencies.tracer, self._report)
        self._refusal_policy = RefusalPolicy(
            handlers, dependencies.log, limits.partners, refused_in_a_row_max=limits.dead_letters_in_a_row_max
        )

    async def run(self, records: Sequence[Record]) -> Unprocessed:
        """Decode the records of one batch and handle them."""
        return await self.handle([self.decode(record) for record in records])

    def decode(self, record: Record) -> Decoded:
        """Decode a record for this pipeline's handlers, without any effect."""
        return decode(record, self.handlers.events)

    async def handle(self, decoded: Sequence[Decoded]) -> Unprocessed:
        """Handle one batch until it is committed, however long database or broker are down; return the unprocessed records.

        Raises Stopping when asked to stop while waiting, Stopped when only a person can help.
        """
        began = self.dependencies.clock.monotonic()
        unprocessed = Unprocessed()
        outcome = await self._until_done(plan_of(decoded), unprocessed)
        self._report.batch_handled(len(decoded), outcome, self.dependencies.clock.monotonic() - began)
        if self._refusal_policy.stopped:
            raise DeadLetterLimit(
                f"{self._refusal_policy.refused_in_a_row} records in a row were dead-lettered"
            )
        return unprocessed

    async def handle_again(self, tx: Tx, record: Record) -> RedriveOutcome | RefusedRecord:
        """Handle one dead-lettered record as `run` would, alone and at once, in the caller's transaction.

        Returns the refused record when it is refused again. Raises every error the record does not cause.
        """
        item = self.decode(record)
        if item is None:
            return RedriveOutcome.UNWANTED
        if isinstance(item, RefusedRecord):
            return item
        only_try = Tries(alone=True, attempt=self.limits.handler_attempts_max)
        fresh, refused = await self._execution.handle(tx, [item], only_try)
        if refused:
            return refused[0]
        return RedriveOutcome.HANDLED if fresh else RedriveOutcome.DUPLICATE

    async def answer(self, tx: Tx, item: RefusedRecord) -> None:
        """Answer the sender of a refused record, if a handler of its stream does so."""
        await self._execution.answer(tx, item)

    async def _until_done(self, plan: Plan, unprocessed: Unprocessed) -> dict[str, int]:
        """Try a batch until it is committed, each time as the last error requires; return its records by outcome.

        Records that must stay on their stream are removed from the plan and added to `unprocessed`.
        """
        tries = Tries()
        try:
            while plan.events or plan.unreadable:
                try:
                    return count(plan, await self._attempt(plan, tries))
                except PartialBatch as partial:
                    unprocessed.positions |= partial.positions
                    plan = plan.without(partial.positions)
                except Exception as error:  # noqa: BLE001  # the verdict decides; nothing is swallowed
                    tries = await self._after_error(error, tries)
            return count(plan, None)
        finally:
            self.waiting_for = None

    async def _attempt(self, plan: Plan, tries: Tries) -> AttemptResult:
        """Make one attempt at a batch.

        1 begin; 2 inbox; 3 handlers, in record order per key; 4 dead letters; 5 timers and outbox; 6 commit; 7 report.
        Raises PartialBatch for records to exclude: before 2 those of paused partners, after 4 those after a limit.
        """
        dependencies, items = self.dependencies, plan.items
        async with transaction(  # 1, 5, 6
            dependencies.pool,
            service=dependencies.service,
            now=dependencies.clock.now(),
            shards=dependencies.shards,
        ) as tx:
            states = await self._refusal_policy.load_states(tx, items)
            done = await self._execution.run(tx, plan, tries)  # 2, 3, 4
            outcome = await self._refusal_policy.evaluate(
                tx, items, states, handled=done.handled, dead_lettered=done.dead_lettered
            )
        self._refusal_policy.apply_outcome(outcome)  # 7
        self._report.events_handled(item.event for item in done.handled)
        for item in done.dead_lettered:
            self._report.dead_lettered(item)
        return done

    async def _after_error(self, error: Exception, tries: Tries) -> Tries:
        """Wait as long as the error requires; return how the batch is tried next.

        Raises Stopped when only a person can help, Stopping when asked to stop.
        """
        decision, next_tries = next_try(verdict_on(error), tries, self.limits)
        match decision:
            case Stop():
                raise error if isinstance(error, Stopped | Stopping) else _stopped_by(error) from error
            case WaitFor(seconds, failures, is_reported):
                if is_reported:
                    self.waiting_for = type(error).__name__
                    self._report.batch_waits(error, failures)
                await self._pause(seconds)
            case TryAlone():
                pass
        return next_tries

    async def _pause(self, seconds: float) -> None:
        """Wait, unless asked to stop. Raises Stopping."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping


def _stopped_by(error: Exception) -> Stopped:
    """Return the error that stops the listener. It names only the kind of `error`, whose message may quote a payload."""
    return Stopped(f"a batch cannot be handled: {type(error).__name__}")
