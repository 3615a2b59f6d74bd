"""Records and announces the results of attempts to send, in as few commits as possible.

Attempts end one by one, each when its mail server has answered. Results that arrive during a commit share the next
one; a result never waits for later ones. If a shared commit fails, each of its results is written alone, so that none fails
because of another. Writing a result twice changes and announces nothing.
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
from alongside_contracts.vocabulary import Channel
from alongside_notifications.announcements import announce_failed, announce_reached
from alongside_notifications.domain.notice import ClaimedDelivery
from alongside_notifications.domain.retry import (
    Attempt,
    Decision,
    Delivered,
    GivenUp,
    RetryLater,
    RetryPolicy,
    decide,
)
from alongside_notifications.sending import store as queue_store


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """One attempt that ended, its span, and the notices that were claimed with it and not tried yet."""

    claimed: ClaimedDelivery
    attempt: Attempt
    span: Span
    untried: Sequence[ClaimedDelivery] = ()


_Pending: TypeAlias = tuple[AttemptResult, asyncio.Future[Decision]]


@dataclass(frozen=True, slots=True)
class DecidedAttempt:
    """An attempt and the decision about it."""

    result: AttemptResult
    decision: Decision


class ResultWriter:
    """Writes the results of one lane."""

    def __init__(self, runtime: Runtime, retry_policy: RetryPolicy) -> None:
        self._runtime, self._retry_policy = runtime, retry_policy
        self._pending: list[_Pending] = []
        self._committing = asyncio.Lock()

    async def write(self, result: AttemptResult) -> Decision:
        """Record and announce a result, together with all pending ones; return the decision once it is committed."""
        decision: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._pending.append((result, decision))
        async with self._committing:
            if not decision.done():
                await self._write_pending()
        return await decision

    async def _write_pending(self) -> None:
        """Write all pending results. If the write is cancelled, the results not written yet stay pending for the next caller."""
        group, self._pending = self._pending, []
        try:
            await self._write_group(group)
        finally:
            self._pending = [pending for pending in group if not pending[1].done()] + self._pending

    async def _write_group(self, group: Sequence[_Pending]) -> None:
        try:
            async with self._runtime.transaction() as tx:
                decided = await _write_together(tx, [result for result, _ in group], self._retry_policy)
        except Exception as error:  # noqa: BLE001  (raised in the task whose result it concerns)
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for pending in group:
                await self._write_group([pending])
            return
        for (_, decision), decided_attempt in zip(group, decided, strict=True):
            decision.set_result(decided_attempt.decision)


async def _write_together(
    tx: Tx, results: Sequence[AttemptResult], retry_policy: RetryPolicy
) -> list[DecidedAttempt]:
    """Decide about results, record and announce them, with one statement per kind of decision; keep their order."""
    decided = [
        DecidedAttempt(
            result,
            decide(
                result.attempt,
                attempts=result.claimed.attempts,
                unforeseen=result.claimed.unforeseen,
                retry_policy=retry_policy,
                now=tx.now,
                jitter=random.random(),
            ),
        )
        for result in results
    ]
    await _record_delivered(tx, [each for each in decided if isinstance(each.decision, Delivered)])
    await _record_given_up(tx, [(each, d) for each in decided if isinstance(d := each.decision, GivenUp)])
    await _postpone(tx, [(each, d) for each in decided if isinstance(d := each.decision, RetryLater)])
    return decided


async def _record_delivered(tx: Tx, delivered: Sequence[DecidedAttempt]) -> None:
    if not delivered:
        return
    reached = await queue_store.mark_delivered(tx, [each.result.claimed.notice.id for each in delivered])
    for each in delivered:
        notice = each.result.claimed.notice
        if notice.id in reached:
            with trace.use_span(each.result.span):
                announce_reached(tx, notice, channel=Channel.EMAIL)


async def _record_given_up(tx: Tx, given_up: Sequence[tuple[DecidedAttempt, GivenUp]]) -> None:
    if not given_up:
        return
    newly_marked = await queue_store.give_up(
        tx, [(each.result.claimed, decision) for each, decision in given_up]
    )
    for each, decision in given_up:
        notice = each.result.claimed.notice
        if notice.id in newly_marked:
            with trace.use_span(each.result.span):
                announce_failed(tx, notice, decision.why, channel=Channel.EMAIL)


async def _postpone(tx: Tx, waiting: Sequence[tuple[DecidedAttempt, RetryLater]]) -> None:
    """Postpone these notices, release the untried ones claimed with them, and pause their destinations."""
    if not waiting:
        return
    await queue_store.postpone(tx, [(each.result.claimed, retry) for each, retry in waiting])
    for each, retry in waiting:
        if each.result.untried:
            await queue_store.release(tx, each.result.untried, until=retry.pause_until)
    urgent = waiting[0][0].result.claimed.notice.news.urgent
    paused = [
        (each.result.claimed.notice.recipient.destination, retry.pause_until) for each, retry in waiting
    ]
    await queue_store.pause_destinations(tx, paused, urgent=urgent)
