"""The worker that sends what waits: one lane for what is urgent, one for the rest.

A notice's way, and what a crash leaves behind at each step:

1. claim: state `sending` with a lease, in a transaction of its own. A crash after it costs one lease of waiting.
2. look up the address, then hand the message to the mail relay; no transaction is open meanwhile.
3. mark it delivered and announce it, in one transaction.

SMTP knows no transaction with our database. When we die between the relay's "250 accepted" and step 3, or the answer
is lost on the way, the message is sent again after the lease. It then carries the same Message-ID and the same bytes,
so that a mailbox can recognise it as the one it has; that is all anybody can promise about e-mail. What we announce
and record happens once.

A destination is served by one task at a time in its lane, a few notices at once, each within a deadline. A slow or dead
destination therefore holds one of the lane's places for a bounded time, then rests, and delays nobody else.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from opentelemetry.trace import Span, SpanKind

from alongside_chassis import telemetry
from alongside_chassis.delivery import Verdict, verdict_on
from alongside_chassis.runtime import Runtime
from alongside_chassis.transaction import Tx
from alongside_notifications import store
from alongside_notifications.announcements import announce_delivered, announce_failed
from alongside_notifications.domain.notice import Recorded
from alongside_notifications.domain.retry import (
    Attempt,
    Decision,
    Delivered,
    GivenUp,
    NoRoute,
    NotNow,
    OnceMore,
    Patience,
    Unroutable,
    decide,
)
from alongside_notifications.mail import MailRelay, written
from alongside_notifications.metrics import MailMetrics, Outcome
from alongside_notifications.routes import ContactRoutes, Email

LOOKED_AT_MAX: Final = 500
"""How many due notices one claim looks at: some 2 ms, however long the queue."""
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
        self._serving: dict[asyncio.Task[None], str] = {}

    async def run(self) -> None:
        """Serve what is due until cancelled; an error of the database ends it, and the chassis begins it anew."""
        try:
            while True:
                while await self.serve_due():
                    pass  # there may be room for more: one claim looks at a few notices only
                await self._until_something_ends()
        finally:
            if self._serving:
                _, late = await asyncio.wait(self._serving, timeout=DRAIN_SECONDS_MAX)
                for task in late:
                    task.cancel()

    async def deliver_due(self) -> None:
        """Serve what is due now to its end; for tests and for emptying a queue by hand."""
        while await self.serve_due():
            await asyncio.gather(*self._serving)

    async def serve_due(self) -> int:
        """Begin to serve as many destinations as there is room for; returns how many."""
        self._reap()
        room = self._terms.destinations_at_once_max - len(self._serving)
        parcels = _by_destination(await self._claim(room)) if room else {}
        for destination, notices in parcels.items():
            self._serving[asyncio.create_task(self._serve(notices))] = destination
        return len(parcels)

    async def _claim(self, room: int) -> list[Recorded]:
        async with self._runtime.transaction() as tx:
            return await store.claim(
                tx,
                store.Claim(
                    urgent=self._urgent,
                    busy=list(self._serving.values()),
                    destinations_max=room,
                    notices_per_destination_max=self._terms.notices_per_destination_max,
                    looked_at_max=LOOKED_AT_MAX,
                    until=tx.now + self._terms.lease,
                ),
            )

    async def _serve(self, notices: Sequence[Recorded]) -> None:
        """Send one destination its notices in turn, until one of them does not go through."""
        route = await self._routes.email_of(notices[0].notice.recipient)
        for place, due in enumerate(notices):
            with self._span(due):
                attempt = await self._attempt(due, route)
                decision = await self._conclude(due, attempt, untried=notices[place + 1 :])
            self._tell(due, decision)
            if isinstance(decision, OnceMore):
                return

    async def _attempt(self, due: Recorded, route: Email | NoRoute | NotNow) -> Attempt:
        match route:
            case Email(address):
                message = written(
                    due.notice,
                    sender=self._terms.sender,
                    to=address,
                    link_base=self._terms.link_base,
                    at=due.created_at,
                )
                return await self._relay.send(message)
            case NoRoute() | NotNow():
                return route

    async def _conclude(self, due: Recorded, attempt: Attempt, *, untried: Sequence[Recorded]) -> Decision:
        """Record and announce in one transaction what became of a notice."""
        async with self._runtime.transaction() as tx:
            decision = decide(
                attempt,
                attempts=due.attempts,
                patience=self._terms.patience,
                now=tx.now,
                jitter=random.random(),
            )
            await _record(tx, due, decision, untried)
        return decision

    def _tell(self, due: Recorded, decision: Decision) -> None:
        """Count the outcome, and say aloud what somebody may want to look at."""
        self._metrics.attempts.labels(_outcome(decision)).inc()
        facts = {"notice": str(due.notice.id), "attempts": due.attempts}
        log = self._runtime.log
        match decision:
            case OnceMore(trouble=trouble):
                log.warning("mail-waits", trouble=trouble, **facts)
            case GivenUp(why):
                log.error("mail-refused", why=why, urgent=self._urgent, **facts)
            case Delivered() | Unroutable() if self._urgent:
                log.info("crisis-paged", outcome=_outcome(decision), **facts)
            case Delivered() | Unroutable():
                pass

    def _span(self, due: Recorded) -> AbstractContextManager[Span]:
        """A span that continues the story of the cause, however much later the message goes out."""
        return self._runtime.tools.tracer.start_as_current_span(
            "send notice", context=telemetry.context_of(due.trace), kind=SpanKind.CLIENT
        )

    def _reap(self) -> None:
        """Forget tasks that ended. The world's fault ends the lane, ours only that task: its lease brings it back."""
        for task in [task for task in self._serving if task.done()]:
            del self._serving[task]
            error = None if task.cancelled() else task.exception()
            if error is None:
                continue
            if verdict_on(error) in (Verdict.WAIT, Verdict.STOP):
                raise error
            self._runtime.log.error("worker-failed", worker="mail", exc=error)

    async def _until_something_ends(self) -> None:
        if self._serving:
            seconds = self._terms.poll_seconds
            await asyncio.wait(self._serving, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(self._terms.poll_seconds)


async def _record(tx: Tx, due: Recorded, decision: Decision, untried: Sequence[Recorded]) -> None:
    notice = due.notice
    match decision:
        case Delivered():
            if await store.mark_delivered(tx, notice.id):
                announce_delivered(tx, notice, at=tx.now)
        case GivenUp(why):
            if await store.mark_failed(tx, due, why):
                announce_failed(tx, notice, why)
        case Unroutable():
            await store.mark_unroutable(tx, due)
        case OnceMore(at, rest_until, trouble):
            await store.postpone(tx, due, at, trouble)
            urgent = notice.news.urgent
            await store.rest(tx, notice.recipient, urgent=urgent, until=rest_until, untried=untried)


def _outcome(decision: Decision) -> Outcome:
    match decision:
        case Delivered():
            return "delivered"
        case OnceMore():
            return "once-more"
        case GivenUp():
            return "given-up"
        case Unroutable():
            return "no-route"


def _by_destination(claimed: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    """Whatever role they have: one mailbox is one destination."""
    parcels: dict[str, list[Recorded]] = {}
    for due in claimed:
        recipient = due.notice.recipient
        parcels.setdefault(f"{recipient.kind}:{recipient.id}", []).append(due)
    return parcels
