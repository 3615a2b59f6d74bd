"""The worker that sends due notices: one lane for urgent notices, one for all others.

The steps of a notice, and what a crash costs at each of them:

1. look up: read the due notices, and ask each contact provider once for all of its recipients. Nothing is written and
   no transaction is open; a crash costs nothing.
2. claim, in one transaction: notices without a route are closed together; of the others, as many as there is room for
   are claimed (state `sending`, with a lease). A crash afterwards costs one lease of waiting. Where a provider could not
   answer, one notice of the destination is claimed as well, and postponed at once. What no longer holds is closed as
   superseded: this is the look at the present before every send.
3. hand the message to the mail relay; no transaction is open.
4. mark it delivered and announce it, in one transaction, together with other attempts that have ended meanwhile.

SMTP shares no transaction with our database. When the process dies between the relay's "250 accepted" and the end of
step 4, or the answer is lost, the message is sent again after the lease. It then carries the same Message-ID and the
same bytes, so that a mailbox can recognise the duplicate; nobody can promise more about e-mail. What is announced and
recorded happens once.

A destination is served by one task at a time in its lane, a few notices per task, each within a deadline. A slow or dead
destination therefore occupies one slot of the lane for a bounded time, then pauses, and delays no other. A provider
that is slow or unavailable delays only its own recipients: the rounds of other providers continue.

Two processes may read the same due notices; step 2 gives each notice to one of them. A process that lost some notices
to another leaves the queue to it until the next poll.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Final, TypeVar

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from alongside_chassis.consume import Verdict, verdict_on
from alongside_chassis.lifecycle import Runtime
from alongside_chassis.observe import context_of
from alongside_notifications.domain.audience import Destination
from alongside_notifications.domain.notice import ClaimedDelivery
from alongside_notifications.domain.retry import (
    Attempt,
    Decision,
    Delivered,
    GivenUp,
    RetryLater,
    RetryPolicy,
    TemporaryFailure,
)
from alongside_notifications.domain.rounds import (
    PROVIDER_OF,
    ContactProvider,
    Due,
    DueByDestination,
    Failure,
    RoundLimits,
    RoundPlan,
    group_by_provider,
    plan_round,
)
from alongside_notifications.names import CRISIS_PAGED, MAIL_FAILED, MAIL_REFUSED, MAIL_WAITS
from alongside_notifications.sending import store as queue_store
from alongside_notifications.sending.contact_lookup import RECIPIENTS_MAX, ContactLookup
from alongside_notifications.sending.mail import MailRelay, build_message
from alongside_notifications.sending.metrics import MailMetrics, Outcome
from alongside_notifications.sending.result_writer import AttemptResult, ResultWriter

T = TypeVar("T")

DUE_NOTICES_MAX: Final = 1000
"""How many due notices of each recipient kind one round reads, however long the queue."""
LOOKUPS_PER_SLOT: Final = 12
"""How many destinations are looked up per free slot: many may have no route, and a lookup costs little beside sending."""
DRAIN_SECONDS_MAX: Final = 5.0
"""How long a stop waits for messages that are being sent, so that they need not be sent twice."""


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    """Sender, limits and retry policy of the mail worker."""

    sender: str
    link_base: str
    retry_policy: RetryPolicy
    lease: timedelta
    destinations_at_once_max: int
    notices_per_destination_max: int
    poll_seconds: float

    @property
    def pause_max(self) -> timedelta:
        """The longest time until a notice's next attempt: the longest lease or pause."""
        return max(self.lease, timedelta(seconds=self.retry_policy.pause_seconds_max))


@dataclass(frozen=True, slots=True)
class _StartedRound:
    """The result of a round's transaction."""

    closed: Sequence[Due]
    """Closed, because there is no route."""
    claimed: Sequence[ClaimedDelivery]
    """To be sent now, or to be postponed because their route could not be looked up."""
    superseded: int
    """How many were closed because they no longer hold."""
    lost_some: bool
    """Whether another worker had claimed some of the notices before."""


class DeliveryLane:
    """One lane of the worker."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        urgent: bool,
        relay: MailRelay,
        lookup: ContactLookup,
        options: DeliveryOptions,
        metrics: MailMetrics,
    ) -> None:
        self._runtime, self._urgent, self._options, self._metrics = runtime, urgent, options, metrics
        self._relay, self._lookup = relay, lookup
        self._result_writer = ResultWriter(runtime, options.retry_policy)
        self._rounds: dict[asyncio.Task[None], ContactProvider] = {}
        self._sending: dict[asyncio.Task[None], Destination] = {}
        self._starting = asyncio.Lock()  # one round at a time takes slots
        # Whether more may be due than was started; then the lane does not wait for the next poll.
        self._has_more = False
        self._poll_now = asyncio.Event()
        self._errors: list[BaseException] = []

    async def run(self) -> None:
        """Serve due notices until cancelled. A database error ends the lane, and the chassis starts it again."""
        try:
            while True:
                await self.start_rounds()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._options.poll_seconds):
                        await self._poll_now.wait()
        finally:
            await self._stop()

    async def deliver_due(self) -> None:
        """Serve everything that is due now; for tests and for emptying a queue by hand."""
        while await self.start_rounds():
            while under_way := {*self._rounds, *self._sending}:
                await asyncio.wait(under_way)
        self._raise_errors()

    async def start_rounds(self) -> bool:
        """Start a round for each provider that has due notices and no round running; return whether any notice is due."""
        self._raise_errors()
        self._poll_now.clear()
        destinations_max = min(self._free_slots * LOOKUPS_PER_SLOT, RECIPIENTS_MAX)
        due_max = min(destinations_max * self._options.notices_per_destination_max, DUE_NOTICES_MAX)
        due = await self._due(due_max) if due_max else []
        by_provider = group_by_provider(due, destinations_max=destinations_max)
        grouped = sum(
            len(group) for by_destination in by_provider.values() for group in by_destination.values()
        )
        truncated = len(due) >= due_max or grouped < len(due)
        # This poll leaves out the recipients of providers that have a round running: keep the earlier answer for them.
        self._has_more = truncated or (self._has_more and bool(self._rounds))
        for provider, by_destination in by_provider.items():
            self._start_task(self._rounds, self._round(provider, by_destination), provider)
        return bool(due)

    async def _due(self, due_max: int) -> list[Due]:
        with_round = set(self._rounds.values())
        async with self._runtime.read() as conn:
            return await queue_store.due_notices(
                conn,
                urgent=self._urgent,
                now=self._runtime.clock.now(),
                kinds=[kind for kind, provider in PROVIDER_OF.items() if provider not in with_round],
                busy=self._sending.values(),
                due_max=due_max,
                pause_max=self._options.pause_max,
            )

    async def _round(self, provider: ContactProvider, by_destination: DueByDestination) -> None:
        """Look up the routes of due notices, close the notices without a route, and start to send the others."""
        routes = await self._lookup.find_routes(provider, list(by_destination))
        async with self._starting:
            limits = RoundLimits(self._free_slots, self._options.notices_per_destination_max)
            plan = plan_round(by_destination, routes, limits)
            started = await self._claim_and_close(plan)
            has_more = self._has_more or plan.has_more or started.superseded > 0
            self._has_more = has_more and not started.lost_some
            for to, notices in _by_destination(started.claimed).items():
                if to in plan.addresses:
                    self._start_task(self._sending, self._send_all(notices, plan.addresses[to]), to)
                else:
                    self._start_task(self._rounds, self._fail(notices, plan.failures[to]), provider)
        self._report_closed(started)

    async def _claim_and_close(self, plan: RoundPlan) -> _StartedRound:
        to_claim = [*plan.to_send, *plan.to_fail]
        async with self._runtime.transaction() as tx:
            closed = await queue_store.mark_unroutable(tx, plan.unroutable) if plan.unroutable else set()
            claimed = await queue_store.claim(tx, to_claim, lease=self._options.lease) if to_claim else []
            outdated = [each for each in claimed if not each.still_holds]
            await queue_store.supersede(tx, outdated)
        return _StartedRound(
            closed=[due for due in plan.unroutable if due.id in closed],
            claimed=[each for each in claimed if each.still_holds],
            superseded=len(outdated),
            lost_some=len(closed) + len(claimed) < len(plan.unroutable) + len(to_claim),
        )

    async def _fail(self, claimed_notices: Sequence[ClaimedDelivery], failure: Failure) -> None:
        """Record failed attempts for a route that was not found or is none, in the causes' spans: nothing was sent."""
        for claimed in claimed_notices:
            cause_span = trace.get_current_span(context_of(claimed.trace))
            decision = await self._result_writer.write(AttemptResult(claimed, failure, cause_span))
            self._report(claimed, decision)

    async def _send_all(self, claimed_notices: Sequence[ClaimedDelivery], address: str) -> None:
        """Send one destination its claimed notices in turn, until one of them has to be retried."""
        for position, claimed in enumerate(claimed_notices):
            with self._span(claimed) as span:
                attempt = await self._try(claimed, address)
                result = AttemptResult(claimed, attempt, span, untried=claimed_notices[position + 1 :])
                decision = await self._result_writer.write(result)
            self._report(claimed, decision)
            if isinstance(decision, RetryLater):
                return
        # Polls leave a destination out while it is being served, so it may have more due notices than were claimed.
        self._has_more |= len(claimed_notices) >= self._options.notices_per_destination_max

    async def _try(self, claimed: ClaimedDelivery, address: str) -> Attempt:
        """Send one notice. An error that nobody foresaw is an attempt that failed, so that the notice has an end.

        A notice whose attempts are used up is not sent again: their results were never written, or their process died.
        """
        if claimed.attempts > self._options.retry_policy.attempts_max:
            return TemporaryFailure("timed-out")
        try:
            return await self._relay.send(self._build_message(claimed, address), to=address)
        except Exception as error:  # noqa: BLE001  # decided and logged; the next notice is another matter
            self._runtime.log.error(MAIL_FAILED, notice=str(claimed.notice.id), exc=error)
            return TemporaryFailure("unforeseen-error")

    def _build_message(self, claimed: ClaimedDelivery, address: str) -> EmailMessage:
        options = self._options
        return build_message(
            claimed.notice,
            message_id=claimed.message_id,
            sender=options.sender,
            to=address,
            link_base=options.link_base,
            at=claimed.created_at,
        )

    def _span(self, claimed: ClaimedDelivery) -> AbstractContextManager[Span]:
        """Return a span that continues the trace of the cause, however much later the message is sent."""
        return self._runtime.dependencies.tracer.start_as_current_span(
            "send notice", context=context_of(claimed.trace), kind=SpanKind.CLIENT
        )

    @property
    def _free_slots(self) -> int:
        """How many more destinations may be served now."""
        return self._options.destinations_at_once_max - len(self._sending)

    def _start_task(
        self, tasks: dict[asyncio.Task[None], T], work: Coroutine[Any, Any, None], occupies: T
    ) -> None:
        """Run `work` as a task; until it ends, `tasks` shows the provider or destination that it occupies."""
        task = asyncio.create_task(work)
        tasks[task] = occupies
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Release what the task occupied, and poll again at once if notices wait for a slot, or if the task failed."""
        self._rounds.pop(task, None)
        self._sending.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._errors.append(error)
        if error is not None or (self._has_more and self._free_slots > 0):
            self._poll_now.set()

    def _raise_errors(self) -> None:
        """Raise an error that the chassis must wait for or stop at, which ends the lane; log others, which end one task.

        The notices of a failed task are due again when their lease ends.
        """
        errors, self._errors = self._errors, []
        for error in errors:
            if verdict_on(error) in (Verdict.WAIT, Verdict.STOP):
                raise error
            self._runtime.log.error("worker-failed", worker="mail", exc=error)

    async def _stop(self) -> None:
        """Cancel the rounds, and wait for the messages that are being sent."""
        for task in self._rounds:
            task.cancel()
        if self._rounds:
            await asyncio.wait(self._rounds)
        if self._sending:
            _, unfinished = await asyncio.wait(self._sending, timeout=DRAIN_SECONDS_MAX)
            for task in unfinished:
                task.cancel()

    def _report_closed(self, started: _StartedRound) -> None:
        self._metrics.attempts.labels("no-route").inc(len(started.closed))
        self._metrics.attempts.labels("superseded").inc(started.superseded)
        for due in started.closed if self._urgent else ():
            self._runtime.log.info(
                CRISIS_PAGED, outcome="no-route", notice=str(due.id), attempts=due.attempts
            )

    def _report(self, claimed: ClaimedDelivery, decision: Decision) -> None:
        """Count the outcome, and log what a person may have to look into."""
        self._metrics.attempts.labels(_outcome(decision)).inc()
        facts = {"notice": str(claimed.notice.id), "attempts": claimed.attempts}
        log = self._runtime.log
        match decision:
            case RetryLater(trouble=trouble):
                log.warning(MAIL_WAITS, trouble=trouble, **facts)
            case GivenUp(why):
                log.error(MAIL_REFUSED, why=why, urgent=self._urgent, **facts)
            case Delivered() if self._urgent:
                log.info(CRISIS_PAGED, outcome="delivered", **facts)
            case Delivered():
                pass


def _outcome(decision: Decision) -> Outcome:
    match decision:
        case Delivered():
            return "delivered"
        case RetryLater():
            return "once-more"
        case GivenUp():
            return "given-up"


def _by_destination(claimed: Sequence[ClaimedDelivery]) -> dict[Destination, list[ClaimedDelivery]]:
    by_destination: dict[Destination, list[ClaimedDelivery]] = {}
    for stored in claimed:
        by_destination.setdefault(stored.notice.recipient.destination, []).append(stored)
    return by_destination
