"""What became of attempts to send, recorded and announced in as few commits as there are moments to commit.

Letters end one by one, each when its mail server has answered. What ends while a commit is under way shares the next
one; nothing waits to be joined. If a shared commit fails, each of its letters is concluded alone, so that none suffers
from another. To conclude a letter twice changes and announces nothing.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from opentelemetry import trace
from opentelemetry.trace import Span

from alongside_chassis.announce import Tx
from alongside_chassis.lifecycle import Runtime
from alongside_notifications.announcements import announce_delivered, announce_failed
from alongside_notifications.domain.notice import Recorded
from alongside_notifications.domain.retry import (
    Attempt,
    Decision,
    Delivered,
    GivenUp,
    OnceMore,
    Patience,
    decide,
)
from alongside_notifications.sending import store as queue_store


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt that ended, in the span it was made in, and what was claimed with it and not tried yet."""

    due: Recorded
    attempt: Attempt
    span: Span
    untried: Sequence[Recorded] = ()


_Waiting: TypeAlias = tuple[Attempted, asyncio.Future[Decision]]


@dataclass(frozen=True, slots=True)
class Concluded:
    """An attempt and what follows from it."""

    attempted: Attempted
    decision: Decision


class Conclusions:
    """Concludes the letters of one lane."""

    def __init__(self, runtime: Runtime, patience: Patience) -> None:
        self._runtime, self._patience = runtime, patience
        self._waiting: list[_Waiting] = []
        self._committing = asyncio.Lock()

    async def of(self, attempted: Attempted) -> Decision:
        """Record and announce what became of an attempt, with whatever else waits to be; returns when it is committed."""
        concluded: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._waiting.append((attempted, concluded))
        async with self._committing:
            if not concluded.done():
                await self._conclude_waiting()
        return await concluded

    async def _conclude_waiting(self) -> None:
        """Whoever is first concludes for all. If it is stopped meanwhile, those it left are the next one's."""
        group, self._waiting = self._waiting, []
        try:
            await self._conclude(group)
        finally:
            self._waiting = [each for each in group if not each[1].done()] + self._waiting

    async def _conclude(self, group: Sequence[_Waiting]) -> None:
        try:
            async with self._runtime.transaction() as tx:
                concluded = await _conclude_together(
                    tx, [attempted for attempted, _ in group], self._patience
                )
        except Exception as error:  # noqa: BLE001  (handed on to the one it concerns)
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for each in group:
                await self._conclude([each])
            return
        for (_, answer), result in zip(group, concluded, strict=True):
            answer.set_result(result.decision)


async def _conclude_together(tx: Tx, attempts: Sequence[Attempted], patience: Patience) -> list[Concluded]:
    """Record and announce, with one statement for each way an attempt can end; in the order of `attempts`."""
    concluded = [
        Concluded(
            each,
            decide(
                each.attempt,
                attempts=each.due.attempts,
                patience=patience,
                now=tx.now,
                jitter=random.random(),
            ),
        )
        for each in attempts
    ]
    await _record_delivered(tx, [each for each in concluded if isinstance(each.decision, Delivered)])
    await _record_given_up(tx, [(each, d) for each in concluded if isinstance(d := each.decision, GivenUp)])
    await _postpone(tx, [(each, d) for each in concluded if isinstance(d := each.decision, OnceMore)])
    return concluded


async def _record_delivered(tx: Tx, delivered: Sequence[Concluded]) -> None:
    if not delivered:
        return
    first = await queue_store.mark_delivered(tx, [each.attempted.due.notice.id for each in delivered])
    for each in delivered:
        notice = each.attempted.due.notice
        if notice.id in first:
            with trace.use_span(each.attempted.span):
                announce_delivered(tx, notice, at=tx.now)


async def _record_given_up(tx: Tx, given_up: Sequence[tuple[Concluded, GivenUp]]) -> None:
    if not given_up:
        return
    first = await queue_store.give_up(tx, [(each.attempted.due, decision) for each, decision in given_up])
    for each, decision in given_up:
        notice = each.attempted.due.notice
        if notice.id in first:
            with trace.use_span(each.attempted.span):
                announce_failed(tx, notice, decision.why)


async def _postpone(tx: Tx, waiting: Sequence[tuple[Concluded, OnceMore]]) -> None:
    """Try these later, give back what else their parcels hold, and let their destinations rest."""
    if not waiting:
        return
    await queue_store.postpone(tx, [(each.attempted.due, later) for each, later in waiting])
    for each, later in waiting:
        if each.attempted.untried:
            await queue_store.give_back(tx, each.attempted.untried, until=later.rest_until)
    urgent = waiting[0][0].attempted.due.notice.news.urgent
    resting = [(each.attempted.due.notice.recipient.destination, later.rest_until) for each, later in waiting]
    await queue_store.rest(tx, resting, urgent=urgent)
