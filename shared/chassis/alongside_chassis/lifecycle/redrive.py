"""Settles dead letters: replays one through the pipeline that refused it, or drops it for a reason.

Everything happens in the caller's transaction, under a lock on the dead letter: two replays at the same time have one
effect. Later events of the same key have been handled already (docs/delivery.md).
"""

from uuid import UUID

from alongside_chassis.announce import outbox
from alongside_chassis.announce.outbox import OutboxMessage
from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.dead_letters import (
    OUTBOX_PARTITION,
    TIMER_PARTITION,
    DeadLetter,
    DeadLetterState,
    RedriveOutcome,
    StoredDeadLetter,
)
from alongside_chassis.consume.decoding import RefusedRecord
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.errors import HttpProblem
from alongside_chassis.lifecycle import failed_timers


async def replay(tx: Tx, pipeline: Pipeline, letter_id: UUID) -> RedriveOutcome:
    """Handle a refused record again, return an unsendable announcement to the outbox, or fire a timer.

    1 lock; 2 handle; 3 settle, or keep it with its new reason. A dead letter that was replayed before is not changed.
    Raises HttpProblem when there is no such dead letter, or when it was dropped.
    """
    stored = await _find_locked(tx, letter_id)  # 1
    if stored.dead_letter.state is DeadLetterState.DROPPED:
        raise _already_settled(stored.dead_letter)
    if stored.dead_letter.state is DeadLetterState.REPLAYED:
        return RedriveOutcome.UNCHANGED
    if stored.dead_letter.partition == OUTBOX_PARTITION:
        outcome: RedriveOutcome | RefusedRecord = await _return_to_outbox(tx, stored)  # 2
    elif stored.dead_letter.partition == TIMER_PARTITION:
        outcome = await failed_timers.fire(
            tx, pipeline.handlers, stored.dead_letter, (stored.key or b"").decode()
        )  # 2
    else:
        outcome = await pipeline.handle_again(tx, stored.record())  # 2
    if isinstance(outcome, RefusedRecord):
        await _keep_waiting(tx, pipeline, stored.dead_letter, outcome)  # 3
        return RedriveOutcome.REFUSED
    if outcome not in (RedriveOutcome.UNWANTED, RedriveOutcome.REFUSED):
        await dead_letters.mark_replayed(tx.conn, letter_id, at=tx.now)  # 3
    return outcome


async def drop(tx: Tx, letter_id: UUID, because: str) -> RedriveOutcome:
    """Settle a dead letter as dropped: it is never handled.

    Raises HttpProblem when there is no such dead letter, when it was replayed, or when it is a timer's.
    """
    stored = await _find_locked(tx, letter_id)
    if stored.dead_letter.partition == TIMER_PARTITION:
        raise failed_timers.not_droppable()
    if stored.dead_letter.state is DeadLetterState.REPLAYED:
        raise _already_settled(stored.dead_letter)
    if stored.dead_letter.state is DeadLetterState.DROPPED:
        return RedriveOutcome.UNCHANGED
    await dead_letters.mark_dropped(tx.conn, letter_id, at=tx.now, because=because)
    return RedriveOutcome.DROPPED


def not_found() -> HttpProblem:
    """Build the refusal for an id that no dead letter of this service has."""
    return HttpProblem(
        status=404,
        code="dead-letter-not-found",
        title="There is no dead letter with this id",
        remedy="List GET /dead-letters of each service; settled dead letters are deleted after some time.",
    )


async def _find_locked(tx: Tx, letter_id: UUID) -> StoredDeadLetter:
    stored = await dead_letters.find(tx.conn, letter_id, lock=True)
    if stored is None:
        raise not_found()
    return stored


async def _return_to_outbox(tx: Tx, stored: StoredDeadLetter) -> RedriveOutcome:
    """Append the message to the outbox; later messages of its key have been sent already."""
    headers = tuple((name, (value or b"").decode()) for name, value in stored.headers)
    message = OutboxMessage(stored.dead_letter.topic, stored.key or b"", headers, stored.value or b"")
    await outbox.put(tx.conn, [message], tx.shards)
    return RedriveOutcome.RETURNED


async def _keep_waiting(tx: Tx, pipeline: Pipeline, dead_letter: DeadLetter, item: RefusedRecord) -> None:
    """Keep the dead letter waiting with its new problem, and answer the sender only when the problem has changed."""
    problem = item.problem
    await dead_letters.mark_refused_again(
        tx.conn, dead_letter.id, problem, event_id=item.origin.event_id, event_type=item.event_type
    )
    if (problem.code, problem.where, problem.remedy) != (
        dead_letter.reason,
        dead_letter.where,
        dead_letter.remedy,
    ):
        await pipeline.answer(tx, item)


def _already_settled(dead_letter: DeadLetter) -> HttpProblem:
    return HttpProblem(
        status=409,
        code="dead-letter-settled",
        title=f"This record was {dead_letter.state} already",
        detail=dead_letter.because or "",
        remedy="Do nothing; a settled record cannot be settled again.",
    )
