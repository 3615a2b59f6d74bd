"""The worker that sends what waits: one lane for what is urgent, one for the rest.

A notice's way, and what a crash leaves behind at each step:

1. look: see what is due, and ask each keeper of contact details once for all of its recipients. Nothing is written and
   no transaction is open meanwhile; a crash costs nothing.
2. begin, in one transaction: what has no route is closed, together; of the rest as much as there is room for is claimed:
   state `sending` with a lease. A crash after it costs one lease of waiting. Where nobody could say the address, one
   notice of the destination is claimed as well, and put off at once.
3. hand the message to the mail relay; no transaction is open meanwhile.
4. mark it delivered and announce it, in one transaction, with what else came through in the meantime.

SMTP knows no transaction with our database. When we die between the relay's "250 accepted" and the end of step 4, or
the answer is lost on the way, the message is sent again after the lease. It then carries the same Message-ID and the
same bytes, so that a mailbox can recognise it as the one it has; that is all anybody can promise about e-mail. What we
announce and record happens once.

A destination is served by one task at a time in its lane, a few notices at once, each within a deadline. A slow or dead
destination therefore holds one of the lane's places for a bounded time, then rests, and delays nobody else. A keeper
that is slow or away delays its own recipients alone: the others' rounds go on beside its own.

Two processes may look at the same notices; step 2 gives each notice to one of them. Whoever finds that another was
there first leaves the queue to it until the next poll.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Final, TypeVar
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Verdict, verdict_on
from alongside_chassis.lifecycle import Runtime
from alongside_chassis.observe import context_of
from alongside_notifications.domain.audience import Destination
from alongside_notifications.domain.notice import Recorded
from alongside_notifications.domain.retry import Decision, Delivered, GivenUp, NotNow, OnceMore, Patience
from alongside_notifications.domain.rounds import (
    KEEPER_OF,
    Due,
    Keeper,
    Limits,
    Parcels,
    Round,
    parcels_of,
    planned,
)
from alongside_notifications.names import CRISIS_PAGED, MAIL_REFUSED, MAIL_WAITS
from alongside_notifications.sending import store as queue_store
from alongside_notifications.sending.contact_lookup import RECIPIENTS_MAX, ContactRoutes
from alongside_notifications.sending.mail import MailRelay, written
from alongside_notifications.sending.metrics import MailMetrics, Outcome
from alongside_notifications.sending.result_writer import Attempted, Conclusions

T = TypeVar("T")

LOOKED_AT_MAX: Final = 1000
"""How many due notices of a kind one round looks at, however long the queue."""
LOOKED_UP_PER_PLACE: Final = 12
"""How many destinations are asked for per free place: many may have no route, and asking costs little beside sending."""
DRAIN_SECONDS_MAX: Final = 5.0
"""How long a stop waits for what is being sent, so that it need not be sent twice."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms mail is sent."""

    sender: str
    link_base: str
    patience: Patience
    lease: timedelta
    destinations_at_once_max: int
    notices_per_destination_max: int
    poll_seconds: float

    @property
    def pause_max(self) -> timedelta:
        """How long a notice may wait before it is looked at again: the longest lease or pause."""
        return max(self.lease, timedelta(seconds=self.patience.pause_seconds_max))


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a round has done when its transaction ends."""

    closed: Sequence[Due]
    """Without a route, and recorded as such."""
    claimed: Sequence[Recorded]
    """To be sent now, or put off for want of an answer about their routes."""
    overtaken: bool
    """Whether another worker was there first for some of it."""


class Delivery:
    """One lane of the worker."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        urgent: bool,
        relay: MailRelay,
        routes: ContactRoutes,
        terms: Terms,
        metrics: MailMetrics,
    ) -> None:
        self._runtime, self._urgent, self._terms, self._metrics = runtime, urgent, terms, metrics
        self._relay, self._routes = relay, routes
        self._conclusions = Conclusions(runtime, terms.patience)
        self._rounds: dict[asyncio.Task[None], Keeper] = {}
        self._serving: dict[asyncio.Task[None], Destination] = {}
        self._beginning = asyncio.Lock()  # one round at a time takes places
        self._left = False  # whether more may be due than was begun; then nobody waits for the next poll
        self._more = asyncio.Event()
        self._errors: list[BaseException] = []

    async def run(self) -> None:
        """Serve what is due until cancelled; an error of the database ends it, and the chassis begins it anew."""
        try:
            while True:
                await self.look()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._terms.poll_seconds):
                        await self._more.wait()
        finally:
            await self._stop()

    async def deliver_due(self) -> None:
        """Serve what is due now to its end; for tests and for emptying a queue by hand."""
        while await self.look():
            while under_way := {*self._rounds, *self._serving}:
                await asyncio.wait(under_way)
        self._face_errors()

    async def look(self) -> bool:
        """Begin a round for each keeper that is not being asked and has recipients due; returns whether there are any."""
        self._face_errors()
        self._more.clear()
        destinations_max = min(self._places * LOOKED_UP_PER_PLACE, RECIPIENTS_MAX)
        looked_at_max = min(destinations_max * self._terms.notices_per_destination_max, LOOKED_AT_MAX)
        due = await self._due(looked_at_max) if looked_at_max else []
        asked = parcels_of(due, destinations_max=destinations_max)
        kept = sum(len(parcel) for parcels in asked.values() for parcel in parcels.values())
        cut = len(due) >= looked_at_max or kept < len(due)
        self._left = cut or (self._left and bool(self._rounds))  # of those being asked this look says nothing
        for keeper, parcels in asked.items():
            self._begin_task(self._rounds, self._round(keeper, parcels), keeper)
        return bool(due)

    async def _due(self, looked_at_max: int) -> list[Due]:
        asked = set(self._rounds.values())
        async with self._runtime.read() as conn:
            return await queue_store.due(
                conn,
                urgent=self._urgent,
                now=self._runtime.clock.now(),
                kinds=[kind for kind, keeper in KEEPER_OF.items() if keeper not in asked],
                busy=self._serving.values(),
                looked_at_max=looked_at_max,
                pause_max=self._terms.pause_max,
            )

    async def _round(self, keeper: Keeper, parcels: Parcels) -> None:
        """Ask where to send what was looked at, close what goes nowhere, and begin to send the rest."""
        routes = await self._routes.of(keeper, list(parcels))
        async with self._beginning:
            limits = Limits(self._places, self._terms.notices_per_destination_max)
            todo = planned(parcels, routes, limits)
            begun = await self._begin(todo)
            self._left = (self._left or todo.left) and not begun.overtaken
            for to, notices in _by_destination(begun.claimed).items():
                if to in todo.addresses:
                    self._begin_task(self._serving, self._serve(notices, todo.addresses[to]), to)
                else:
                    self._begin_task(self._rounds, self._put_off(notices[0], todo.silent[to]), keeper)
        self._tell_closed(begun.closed)

    async def _begin(self, todo: Round) -> _Begun:
        wanted = [*todo.sent, *todo.unanswered]
        async with self._runtime.transaction() as tx:
            closed = await self._close(tx, todo.unroutable) if todo.unroutable else set()
            claimed = await self._claim(tx, wanted) if wanted else []
        return _Begun(
            closed=[due for due in todo.unroutable if due.id in closed],
            claimed=claimed,
            overtaken=len(closed) + len(claimed) < len(todo.unroutable) + len(wanted),
        )

    async def _close(self, tx: Tx, unroutable: Sequence[Due]) -> set[UUID]:
        return await queue_store.mark_unroutable(tx, unroutable, pause_max=self._terms.pause_max)

    async def _claim(self, tx: Tx, wanted: Sequence[Due]) -> list[Recorded]:
        terms = self._terms
        return await queue_store.claim(tx, wanted, lease=terms.lease, pause_max=terms.pause_max)

    async def _put_off(self, due: Recorded, silent: NotNow) -> None:
        """Nobody can say where it goes: an attempt that came to nothing, in no span, for nothing was sent."""
        its_cause = trace.get_current_span(context_of(due.trace))
        self._tell(due, await self._conclusions.of(Attempted(due, silent, its_cause)))

    async def _serve(self, notices: Sequence[Recorded], address: str) -> None:
        """Send one destination its notices in turn, until one of them does not go through."""
        for place, due in enumerate(notices):
            with self._span(due) as span:
                attempt = await self._relay.send(self._written(due, address))
                attempted = Attempted(due, attempt, span, untried=notices[place + 1 :])
                decision = await self._conclusions.of(attempted)
            self._tell(due, decision)
            if isinstance(decision, OnceMore):
                return
        self._left |= len(notices) >= self._terms.notices_per_destination_max  # looks left it out meanwhile

    def _written(self, due: Recorded, address: str) -> EmailMessage:
        terms = self._terms
        return written(
            due.notice, sender=terms.sender, to=address, link_base=terms.link_base, at=due.created_at
        )

    def _span(self, due: Recorded) -> AbstractContextManager[Span]:
        """A span that continues the story of the cause, however much later the message goes out."""
        return self._runtime.dependencies.tracer.start_as_current_span(
            "send notice", context=context_of(due.trace), kind=SpanKind.CLIENT
        )

    @property
    def _places(self) -> int:
        """How many more destinations may be served."""
        return self._terms.destinations_at_once_max - len(self._serving)

    def _begin_task(
        self, tasks: dict[asyncio.Task[None], T], work: Coroutine[Any, Any, None], holds: T
    ) -> None:
        """Run `work` beside us, and keep in `tasks` what it holds until it ends."""
        task = asyncio.create_task(work)
        tasks[task] = holds
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Let go of what it held, and look again at once if something waits for that, or if it failed."""
        self._rounds.pop(task, None)
        self._serving.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._errors.append(error)
        if error is not None or (self._left and self._places > 0):
            self._more.set()

    def _face_errors(self) -> None:
        """The world's fault ends the lane, ours only the task it happened in: its lease brings its notices back."""
        errors, self._errors = self._errors, []
        for error in errors:
            if verdict_on(error) in (Verdict.WAIT, Verdict.STOP):
                raise error
            self._runtime.log.error("worker-failed", worker="mail", exc=error)

    async def _stop(self) -> None:
        """Break off the rounds, and let what is being sent come to its end."""
        for task in self._rounds:
            task.cancel()
        if self._rounds:
            await asyncio.wait(self._rounds)
        if self._serving:
            _, late = await asyncio.wait(self._serving, timeout=DRAIN_SECONDS_MAX)
            for task in late:
                task.cancel()

    def _tell_closed(self, closed: Sequence[Due]) -> None:
        self._metrics.attempts.labels("no-route").inc(len(closed))
        for due in closed if self._urgent else ():
            self._runtime.log.info(
                CRISIS_PAGED, outcome="no-route", notice=str(due.id), attempts=due.attempts
            )

    def _tell(self, due: Recorded, decision: Decision) -> None:
        """Count the outcome, and say aloud what somebody may want to look at."""
        self._metrics.attempts.labels(_outcome(decision)).inc()
        facts = {"notice": str(due.notice.id), "attempts": due.attempts}
        log = self._runtime.log
        match decision:
            case OnceMore(trouble=trouble):
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
        case OnceMore():
            return "once-more"
        case GivenUp():
            return "given-up"


def _by_destination(claimed: Sequence[Recorded]) -> dict[Destination, list[Recorded]]:
    parcels: dict[Destination, list[Recorded]] = {}
    for due in claimed:
        parcels.setdefault(due.notice.recipient.destination, []).append(due)
    return parcels
