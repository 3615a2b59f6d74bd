"""SQL statements about dangers heard in records that are not read as submissions, one function per question."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_chassis.announce import Tx
from alongside_contracts.partner import Problem
from alongside_intake.domain.decide import NextActor
from alongside_intake.domain.facts import CurrentSubmission, State
from alongside_intake.people.vault import Owner
from alongside_intake.submissions.record import ExternalRef


@dataclass(frozen=True, slots=True)
class OpenDanger:
    """An escalation that nobody cleared yet, of the same reference as a danger that was heard."""

    submission_id: UUID
    risks: frozenset[str]


@dataclass(frozen=True, slots=True)
class UnreadSubmission:
    """What is stored of a danger that was heard: everything but a submission."""

    id: UUID
    ref: ExternalRef
    person_id: UUID
    region: str
    setting: str
    risks: tuple[str, ...]
    problems: tuple[Problem, ...]
    acknowledge_by: datetime
    repeats: UUID | None
    record_id: UUID | None
    cause: str | None


async def find_by_record(conn: asyncpg.Connection, record_id: UUID) -> UUID | None:
    """Return the submission as which the danger in a record was escalated; None when none was."""
    found: UUID | None = await conn.fetchval("select id from submission where record_id = $1", record_id)
    return found


async def prior_of(
    conn: asyncpg.Connection, ref: ExternalRef
) -> tuple[CurrentSubmission | None, list[OpenDanger]]:
    """Return the current submission of a reference, and its escalations that nobody cleared."""
    rows = await conn.fetch(_PRIOR_OF, *ref)
    current = [
        CurrentSubmission(row["id"], State(row["state"]), row["referral_id"])
        for row in rows
        if row["is_current"]
    ]
    dangers = [
        OpenDanger(row["id"], frozenset(row["risks"])) for row in rows if row["state"] == State.ESCALATED
    ]
    return (current[0] if current else None), dangers


async def add(tx: Tx, unread: UnreadSubmission) -> None:
    """Store an escalation without a submission."""
    await tx.conn.execute(
        _ADD,
        unread.id,
        *unread.ref,
        unread.person_id,
        unread.region,
        unread.setting,
        problems_json(unread.problems),
        list(unread.risks),
        unread.acknowledge_by,
        unread.repeats,
        unread.record_id,
        unread.cause,
        tx.now,
    )


async def add_problem(tx: Tx, submission_id: UUID, problem: Problem) -> None:
    """Store why the record of a danger was refused. If the danger was cleared before, the submission is rejected now."""
    await tx.conn.execute(_ADD_PROBLEM, submission_id, problems_json((problem,)), tx.now)


async def settle_cleared(tx: Tx, submission_id: UUID, unread: Problem, due_at: datetime) -> State:
    """Decide a cleared danger whose submission is not read: rejected if it was refused, held while its stream is paused."""
    return State(
        await tx.conn.fetchval(_SETTLE_CLEARED, submission_id, problems_json((unread,)), due_at, tx.now)
    )


async def add_words(tx: Tx, submission_id: UUID, owner: Owner, sealed: bytes) -> None:
    """Store the sealed words of a submission, in place of earlier ones."""
    await tx.conn.execute(_ADD_WORDS, submission_id, owner.kind, owner.id, sealed, tx.now)


async def sealed_words(
    conn: asyncpg.Connection, submissions: Collection[UUID]
) -> dict[UUID, tuple[Owner, bytes, bytes]]:
    """Return the owner, the wrapped data key and the sealed words of each of these submissions that has some."""
    rows = await conn.fetch(_SEALED_WORDS, list(submissions))
    return {
        row["submission_id"]: (Owner("person", row["owner"]), row["wrapped_key"], row["sealed"])
        for row in rows
    }


def problems_json(problems: Collection[Problem]) -> str:
    """Return problems as they are stored."""
    return orjson.dumps([problem.model_dump() for problem in problems]).decode()


_PRIOR_OF: Final = """
    select id, state, referral_id, risks, repeats is null as is_current from submission
    where source = $1 and reference = $2 and superseded_by is null and (repeats is null or state = 'escalated') order by id
"""
_ADD: Final = f"""
    insert into submission (id, source, reference, person_id, region, setting, facts, state, problems, suggestions, risks,
        next_actor, due_at, repeats, record_id, is_read, cause, received_at, decided_at)
    values ($1, $2, $3, $4, $5, $6, '{{}}', '{State.ESCALATED}', $7, '{{}}', $8, '{NextActor.COORDINATOR}', $9, $10, $11,
        false, $12, $13, greatest($13, (
            select max(greatest(s.decided_at, s.cleared_at)) from submission s where s.person_id = $4)))
"""
_ADD_PROBLEM: Final = """
    update submission set problems = $2,
        next_actor = case when state = 'held' then null else next_actor end,
        due_at = case when state = 'held' then null else due_at end,
        state = case when state = 'held' then 'rejected' else state end,
        decided_at = greatest($3, decided_at, cleared_at)
    where id = $1 and not is_read
"""
_SETTLE_CLEARED: Final = """
    update submission set
        state = case when problems = '[]' then 'held' else 'rejected' end,
        problems = case when problems = '[]' then $2::jsonb else problems end,
        next_actor = case when problems = '[]' then 'coordinator' end,
        due_at = case when problems = '[]' then $3::timestamptz end,
        decided_at = greatest($4, decided_at, cleared_at)
    where id = $1 returning state
"""
_ADD_WORDS: Final = """
    insert into risk_words (submission_id, kind, owner, sealed, stored_at) values ($1, $2, $3, $4, $5)
    on conflict (submission_id) do update
        set kind = excluded.kind, owner = excluded.owner, sealed = excluded.sealed, stored_at = excluded.stored_at
"""
_SEALED_WORDS: Final = """
    select w.submission_id, w.owner, k.wrapped_key, w.sealed from risk_words w join vault_key k using (kind, owner)
    where w.submission_id = any($1::uuid[])
"""
