"""Records and announces the results of attempts to send, in as few commits as possible.

Attempts end one by one, each when its mail server has answered. Results that arrive during a commit share the next
one; no result waits to be joined. If a shared commit fails, each of its results is written alone, so that none fails
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
from alongside_notifications.announcements import announce_delivered, announce_failed
from alongside_notifications.domain.notice import StoredNotice
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

    due: StoredNotice
    attempt: Attempt
    span: Span
    untried: Sequence[StoredNotice] = ()


_Pending: TypeAlias = tuple[AttemptResult, asyncio.Future[Decision]]


@dataclass(frozen=True, slots=True)
class DecidedAttempt:
    """An attempt and the decision about it."""

    attempted: AttemptResult
    decision: Decision


class ResultWriter:
    """Writes the results of one lane."""

    def __init__(self, runtime: Runtime, retry_policy: RetryPolicy) -> None:
        self._runtime, self._retry_policy = runtime, retry_policy
        self._pending: list[_Pending] = []
        self._committing = asyncio.Lock()

    async def write(self, attempted: AttemptResult) -> Decision:
        """Record and announce a result, together with all pending ones; return the decision once it is committed."""
        decided: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._pending.append((attempted, decided))
        async with self._committing:
            if not decided.done():
                await self._write_pending()
        return await decided

    async def _write_pending(self) -> None:
        """Write all pending results. If this is cancelled, the unfinished ones stay pending for the next caller."""
        group, self._pending = self._pending, []
        try:
            await self._write_group(group)
        finally:
            self._pending = [each for each in group if not each[1].done()] + self._pending

    async def _write_group(self, group: Sequence[_Pending]) -> None:
        try:
            async with self._runtime.transaction() as tx:
                decided = await _write_together(tx, [attempted for attempted, _ in group], self._retry_policy)
        except Exception as error:  # noqa: BLE001  (handed on to the one it concerns)
            if len(group) == 1:
                group[0][1].set_exception(error)
                return
            for each in group:
                await self._write_group([each])
            return
        for (_, answer), result in zip(group, decided, strict=True):
            answer.set_result(result.decision)


async def _write_together(
    tx: Tx, attempts: Sequence[AttemptResult], retry_policy: RetryPolicy
) -> list[DecidedAttempt]:
    """Record and announce attempts, with one statement per kind of decision; return them in the order of `attempts`."""
    decided = [
        DecidedAttempt(
            each,
            decide(
                each.attempt,
                attempts=each.due.attempts,
                retry_policy=retry_policy,
                now=tx.now,
                jitter=random.random(),
            ),
        )
        for each in attempts
    ]
    await _record_delivered(tx, [each for each in decided if isinstance(each.decision, Delivered)])
    await _record_given_up(tx, [(each, d) for each in decided if isinstance(d := each.decision, GivenUp)])
    await _postpone(tx, [(each, d) for each in decided if isinstance(d := each.decision, RetryLater)])
    return decided


async def _record_delivered(tx: Tx, delivered: Sequence[DecidedAttempt]) -> None:
    if not delivered:
        return
    first = await queue_store.mark_delivered(tx, [each.attempted.due.notice.id for each in delivered])
    for each in delivered:
        notice = each.attempted.due.notice
        if notice.id in first:
            with trace.use_span(each.attempted.span):
                announce_delivered(tx, notice, at=tx.now)


async def _record_given_up(tx: Tx, given_up: Sequence[tuple[DecidedAttempt, GivenUp]]) -> None:
    if not given_up:
        return
    first = await queue_store.give_up(tx, [(each.attempted.due, decision) for each, decision in given_up])
    for each, decision in given_up:
        notice = each.attempted.due.notice
        if notice.id in first:
            with trace.use_span(each.attempted.span):
                announce_failed(tx, notice, decision.why)


async def _postpone(tx: Tx, waiting: Sequence[tuple[DecidedAttempt, RetryLater]]) -> None:
    """Postpone these notices, release the untried ones claimed with them, and pause their destinations."""
    if not waiting:
        return
    await queue_store.postpone(tx, [(each.attempted.due, retry) for each, retry in waiting])
    for each, retry in waiting:
        if each.attempted.untried:
            await queue_store.release(tx, each.attempted.untried, until=retry.rest_until)
    urgent = waiting[0][0].attempted.due.notice.news.urgent
    resting = [(each.attempted.due.notice.recipient.destination, retry.rest_until) for each, retry in waiting]
    await queue_store.pause_destinations(tx, resting, urgent=urgent)
