"""Settles dead letters: replays one through the very pipeline that refused it, or drops it for a reason.

Everything happens in the caller's transaction, behind a lock on the letter: two who replay one letter at the same time
have one effect. What was announced for the same key meanwhile has been handled already (docs/delivery.md).
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
    Kept,
    Outcome,
    State,
)
from alongside_chassis.consume.decoding import RefusedRecord
from alongside_chassis.consume.pipeline import Pipeline
from alongside_chassis.errors import HttpProblem
from alongside_chassis.lifecycle import failed_timers


async def replay(tx: Tx, pipeline: Pipeline, letter_id: UUID) -> Outcome:
    """Handle a kept record again, put our own announcement back into the outbox, or fire a timer.

    One that was replayed before stays as it is.

    1 lock; 2 handle; 3 settle, or keep it with its new reason. Raises HttpProblem when there is no such letter, or when
    it was dropped.
    """
    kept = await _locked(tx, letter_id)  # 1
    if kept.letter.state is State.DROPPED:
        raise _settled(kept.letter)
    if kept.letter.state is State.REPLAYED:
        return Outcome.UNCHANGED
    if kept.letter.partition == OUTBOX_PARTITION:
        outcome: Outcome | RefusedRecord = await _return_to_outbox(tx, kept)  # 2
    elif kept.letter.partition == TIMER_PARTITION:
        outcome = await failed_timers.fire(
            tx, pipeline.handlers, kept.letter, (kept.key or b"").decode()
        )  # 2
    else:
        outcome = await pipeline.again(tx, kept.record())  # 2
    if isinstance(outcome, RefusedRecord):
        await _keep(tx, pipeline, kept.letter, outcome)  # 3
        return Outcome.REFUSED
    if outcome not in (Outcome.UNWANTED, Outcome.REFUSED):
        await dead_letters.replayed(tx.conn, letter_id, at=tx.now)  # 3
    return outcome


async def drop(tx: Tx, letter_id: UUID, because: str) -> Outcome:
    """Decide that a record is never to be handled.

    Raises HttpProblem when there is no such letter, when it was replayed, or when it is a timer's.
    """
    kept = await _locked(tx, letter_id)
    if kept.letter.partition == TIMER_PARTITION:
        raise failed_timers.not_droppable()
    if kept.letter.state is State.REPLAYED:
        raise _settled(kept.letter)
    if kept.letter.state is State.DROPPED:
        return Outcome.UNCHANGED
    await dead_letters.dropped(tx.conn, letter_id, at=tx.now, because=because)
    return Outcome.DROPPED


def not_found() -> HttpProblem:
    """No dead letter has this id here."""
    return HttpProblem(
        status=404,
        code="dead-letter-not-found",
        title="No record was put aside under this id",
        remedy="Look at GET /dead-letters of each service; settled ones are deleted in the end.",
    )


async def _locked(tx: Tx, letter_id: UUID) -> Kept:
    kept = await dead_letters.kept(tx.conn, letter_id, lock=True)
    if kept is None:
        raise not_found()
    return kept


async def _return_to_outbox(tx: Tx, kept: Kept) -> Outcome:
    """To the end of it: what its key announced meanwhile was sent before."""
    headers = tuple((name, (value or b"").decode()) for name, value in kept.headers)
    letter = OutboxMessage(kept.letter.topic, kept.key or b"", headers, kept.value or b"")
    await outbox.put(tx.conn, [letter], tx.shards)
    return Outcome.RETURNED


async def _keep(tx: Tx, pipeline: Pipeline, letter: DeadLetter, item: RefusedRecord) -> None:
    """Let it wait on with what is wrong now; its sender hears of that only when it is something else than before."""
    problem = item.problem
    await dead_letters.refused_again(
        tx.conn, letter.id, problem, event_id=item.origin.event_id, event_type=item.event_type
    )
    if (problem.code.value, problem.where, problem.remedy) != (letter.reason, letter.where, letter.remedy):
        await pipeline.answer(tx, item)


def _settled(letter: DeadLetter) -> HttpProblem:
    return HttpProblem(
        status=409,
        code="dead-letter-settled",
        title=f"This record was {letter.state} before",
        detail=letter.because or "",
        remedy="Leave it; it cannot be settled in another way.",
    )
