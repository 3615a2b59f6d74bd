"""From polled records to one commit: read, plan, execute, tell, and again until the batch is done.

The delivery promise is kept here (docs/delivery.md). A batch is one transaction. When a record spoils it, the batch is
done again with a savepoint around each event, and only that record is put aside. The listener commits offsets after the
transaction; a batch that is delivered again finds its own ids in the inbox.

`reading` says what each record is, `plan` decides, `execution` does it inside the transaction, `telling` logs and counts.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from opentelemetry.trace import Tracer

from alongside_chassis.announce.transaction import Tx, transaction
from alongside_chassis.clock import Clock
from alongside_chassis.consume.dead_letters import Outcome
from alongside_chassis.consume.decoding import Reading, Record, RefusedRecord, read
from alongside_chassis.consume.delivery import verdict_on
from alongside_chassis.consume.execution import Execution
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.consume.limits import Limits
from alongside_chassis.consume.plan import (
    Done,
    Plan,
    Stop,
    Tries,
    TryAlone,
    WaitFor,
    count,
    next_try,
    plan_of,
)
from alongside_chassis.consume.refusal_policy import Cut, Judge, Left
from alongside_chassis.consume.reporting import Report
from alongside_chassis.errors import DeadLetterLimit, Stopped, Stopping
from alongside_chassis.observe.logs import Log
from alongside_chassis.observe.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Dependencies:
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

    def __init__(self, dependencies: Dependencies, group: str, handlers: Handlers, limits: Limits) -> None:
        self.dependencies, self.group, self.handlers, self.limits = dependencies, group, handlers, limits
        self.stopping = asyncio.Event()
        self.waiting_for: str | None = None
        """The kind of error that keeps the current batch waiting; None when it does not wait."""
        self._report = Report(group, dependencies.metrics, dependencies.log)
        self._execution = Execution(handlers, limits, dependencies.tracer, self._report)
        self._judge = Judge(
            handlers, dependencies.log, limits.partners, refused_in_a_row_max=limits.dead_letters_in_a_row_max
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
        began = self.dependencies.clock.monotonic()
        left = Left()
        outcome = await self._until_done(plan_of(readings), left)
        self._report.batch_handled(len(readings), outcome, self.dependencies.clock.monotonic() - began)
        if self._judge.stopped:
            raise DeadLetterLimit(f"{self._judge.refused_in_a_row} records in a row were dead-lettered")
        return left

    async def again(self, tx: Tx, record: Record) -> Outcome | RefusedRecord:
        """Handle one kept record as `run` would, alone and at once, in the caller's transaction.

        What is wrong with it when it is refused again. Raises every error that is not the record's fault.
        """
        item = self.read(record)
        if item is None:
            return Outcome.UNWANTED
        if isinstance(item, RefusedRecord):
            return item
        only_try = Tries(alone=True, attempt=self.limits.handler_attempts_max)
        fresh, refused = await self._execution.handle(tx, [item], only_try)
        if refused:
            return refused[0]
        return Outcome.HANDLED if fresh else Outcome.DUPLICATE

    async def answer(self, tx: Tx, item: RefusedRecord) -> None:
        """Answer the sender of a refused record, if a handler of its stream does so."""
        await self._execution.answer(tx, item)

    async def _until_done(self, plan: Plan, left: Left) -> dict[str, int]:
        """Try a batch until it is committed, each time as the last error asks; returns how many records became what.

        What must stay on its stream is taken out of the plan and added to `left`.
        """
        tries = Tries()
        try:
            while plan.heard or plan.broken:
                try:
                    return count(plan, await self._once(plan, tries))
                except Cut as cut:
                    left.places |= cut.places
                    plan = plan.without(cut.places)
                except Exception as error:  # noqa: BLE001  # the verdict decides; nothing is swallowed
                    tries = await self._after(error, tries)
            return count(plan, None)
        finally:
            self.waiting_for = None

    async def _once(self, plan: Plan, tries: Tries) -> Done:
        """One attempt at a batch.

        1 begin; 2 inbox; 3 handlers, in record order per key; 4 put the broken aside; 5 timers and outbox; 6 commit;
        7 tell. Raises Cut for what must be left: before 2 for partners that are paused, after 4 for what is behind a
        limit.
        """
        dependencies, items = self.dependencies, plan.items
        async with transaction(  # 1, 5, 6
            dependencies.pool,
            service=dependencies.service,
            now=dependencies.clock.now(),
            shards=dependencies.shards,
        ) as tx:
            stands = await self._judge.admit(tx, items)
            done = await self._execution.run(tx, plan, tries)  # 2, 3, 4
            ruling = await self._judge.rule(tx, items, stands, handled=done.handled, put=done.put_aside)
        self._judge.settle(ruling)  # 7
        for item in done.put_aside:
            self._report.dead_lettered(item)
        return done

    async def _after(self, error: Exception, tries: Tries) -> Tries:
        """Wait as long as the error asks; returns how the batch is tried next.

        Raises Stopped when nothing but a person can help, Stopping when asked to stop.
        """
        decision, following = next_try(verdict_on(error), tries, self.limits)
        match decision:
            case Stop():
                raise error if isinstance(error, Stopped | Stopping) else _stopped_by(error) from error
            case WaitFor(seconds, failures, is_told):
                if is_told:
                    self.waiting_for = type(error).__name__
                    self._report.batch_waits(error, failures)
                await self._pause(seconds)
            case TryAlone():
                pass
        return following

    async def _pause(self, seconds: float) -> None:
        """Wait, unless asked to stop. Raises Stopping."""
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping


def _stopped_by(error: Exception) -> Stopped:
    """Names the kind of error only: its message may quote a payload."""
    return Stopped(f"a batch cannot be handled: {type(error).__name__}")
