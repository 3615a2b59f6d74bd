"""Every question intake asks its database about submissions and referrals, one function each.

Whoever decides about a person holds the person's row: `person_held` and `filing_held` lock it until the transaction
ends, so that two submissions of one person are decided one after the other, whichever doors they come through.
"""

from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from alongside_chassis.transaction import Tx
from alongside_contracts.ids import PersonId, ReferralId, SubmissionId, new_id
from alongside_contracts.intake import Submission
from alongside_intake.domain.decide import (
    Admitted,
    Decision,
    Escalated,
    Held,
    Linked,
    NextActor,
    Rejected,
)
from alongside_intake.domain.facts import Alarm, Known, OpenReferral, Standing, State
from alongside_intake.domain.problem import Problem
from alongside_intake.filing import Filing, Recorded

PAGE_ROWS_MAX: Final = 200
_AFTER_ALL: Final = UUID(int=2**128 - 1)


async def person_held(tx: Tx, namespace: str, person_reference: str, reference: str) -> PersonId:
    """The person a submitter means, new or known, locked; and locked with them the submission's reference."""
    row = await tx.conn.fetchrow(
        """
        insert into person (id, namespace, reference, created_at) values ($1, $2, $3, $4)
        on conflict (namespace, reference) do update set reference = excluded.reference
        returning id, pg_advisory_xact_lock(hashtextextended($2 || ' ' || $5, 0))
        """,
        new_id(),
        namespace,
        person_reference,
        tx.now,
        reference,
    )
    assert row is not None  # noqa: S101  (an upsert returns its row)
    return PersonId(row["id"])


async def known(tx: Tx, filing: Filing) -> Known:
    """What the network holds about this filing's reference and person, itself left out."""
    rows = await tx.conn.fetch(
        """
        select id, state, referral_id, risks, repeats is null as stands from submission
        where source = $1 and reference = $2 and superseded_by is null and id <> $3
          and (repeats is null or state = 'escalated')
        """,
        filing.source,
        filing.submission.reference,
        filing.id,
    )
    return Known(
        standing=next((_standing(row) for row in rows if row["stands"]), None),
        alarms=tuple(
            Alarm(row["id"], frozenset(row["risks"])) for row in rows if row["state"] == State.ESCALATED
        ),
        open_referrals=await _open_referrals(tx, filing.person_id),
    )


async def add(
    tx: Tx, filing: Filing, decision: Decision, *, repeats: UUID | None, referral: UUID | None
) -> None:
    """Record a new submission and the decision it ended in."""
    submission = filing.submission
    await tx.conn.execute(
        """
        insert into submission (id, source, reference, person_id, region, setting, facts, repeats, cause, received_at,
            state, problems, suggestions, risks, because, referral_id, next_actor, due_at, decided_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $18, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """,
        filing.id,
        filing.source,
        submission.reference,
        filing.person_id,
        submission.region,
        submission.setting.value,
        submission.model_dump_json(exclude_none=True),
        repeats,
        tx.cause,
        *_columns(decision, referral),
        tx.now,
    )


async def decide_again(tx: Tx, filing: Filing, decision: Decision, *, referral: UUID | None) -> None:
    """Replace a waiting submission's decision; the risks that once rang stay on record."""
    await tx.conn.execute(
        """
        update submission set facts = $2, state = $3, problems = $4, suggestions = $5,
            risks = case when $6::text[] = '{}' then risks else $6 end,
            because = $7, referral_id = $8, next_actor = $9, due_at = $10, decided_at = $11
        where id = $1
        """,
        filing.id,
        filing.submission.model_dump_json(exclude_none=True),
        *_columns(decision, referral),
        tx.now,
    )


async def tell_repeats(tx: Tx, filing: Filing, referral: UUID) -> None:
    """Let repeats that were linked to a submission alone point to the referral it has become."""
    await tx.conn.execute(
        "update submission set referral_id = $2 where repeats = $1 and state = 'linked' and referral_id is null",
        filing.id,
        referral,
    )


async def supersede(tx: Tx, earlier: UUID, by: UUID) -> None:
    """Let a later submission stand for the reference; the earlier waits for nobody any more."""
    await tx.conn.execute(
        "update submission set superseded_by = $2, next_actor = null, due_at = null where id = $1",
        earlier,
        by,
    )


async def filing_held(tx: Tx, submission_id: UUID) -> tuple[Recorded, Filing | None] | None:
    """A submission to decide again, its person locked; no filing when the person was erased."""
    row = await tx.conn.fetchrow(
        f"""
        select {_RECORDED}, facts from submission s join person p on p.id = s.person_id
        where s.id = $1 for update of p, s
        """,
        submission_id,
    )
    if row is None:
        return None
    recorded = _recorded(row)
    if row["facts"] is None:
        return recorded, None
    return recorded, Filing(
        id=SubmissionId(recorded.id),
        partner=recorded.partner,
        person_id=PersonId(recorded.person_id),
        submission=Submission.model_validate_json(row["facts"]),
        cleared=recorded.cleared_at is not None,
    )


async def clear(tx: Tx, submission_id: UUID, *, by: str, because: str) -> None:
    """Record who looked at a risk and lets the submission go on."""
    await tx.conn.execute(
        "update submission set cleared_by = $2, cleared_because = $3, cleared_at = $4 where id = $1",
        submission_id,
        by,
        because,
        tx.now,
    )


async def wait_for(tx: Tx, submission_id: UUID, next_actor: NextActor, due_at: Any) -> None:
    """Ask somebody else for what a held submission lacks."""
    await tx.conn.execute(
        "update submission set next_actor = $2, due_at = $3 where id = $1",
        submission_id,
        next_actor.value,
        due_at,
    )


async def recorded(conn: asyncpg.Connection, submission_id: UUID) -> Recorded | None:
    """One submission as recorded."""
    row = await conn.fetchrow(f"select {_RECORDED} from submission s where s.id = $1", submission_id)
    return None if row is None else _recorded(row)


async def newest(
    conn: asyncpg.Connection, *, state: State | None, before: UUID | None, limit: int
) -> list[Recorded]:
    """Submissions that stand, newest first; `before` is the id of the last one seen."""
    rows = await conn.fetch(
        f"""
        select {_RECORDED} from submission s
        where s.id < $1 and ($2::text is null or s.state = $2) and s.superseded_by is null
        order by s.id desc limit $3
        """,
        before or _AFTER_ALL,
        state.value if state else None,
        min(limit, PAGE_ROWS_MAX),
    )
    return [_recorded(row) for row in rows]


async def open_referral(tx: Tx, filing: Filing, referral_id: ReferralId) -> None:
    """Remember that a person has an open referral, and what for."""
    await tx.conn.execute(
        "insert into open_referral (referral_id, person_id, submission_id, needs) values ($1, $2, $3, $4)",
        referral_id,
        filing.person_id,
        filing.id,
        [need.value for need in filing.submission.needs],
    )


async def close_referral(tx: Tx, referral_id: ReferralId) -> None:
    """Forget a referral that ended, so that a later submission begins anew; it may be forgotten already."""
    await tx.conn.execute("delete from open_referral where referral_id = $1", referral_id)


async def follow_referral(tx: Tx, replaced: ReferralId, successor: ReferralId, needs: list[str]) -> None:
    """Let everything that pointed to a replaced referral point to its successor; erased people are left alone."""
    await tx.conn.execute(
        """
        with followed as (
            update submission set referral_id = $2 where referral_id = $1 returning id, person_id
        ), closed as (
            delete from open_referral where referral_id = $1
        )
        insert into open_referral (referral_id, person_id, submission_id, needs)
        select $2, f.person_id, f.id, $3 from followed f join person p on p.id = f.person_id and p.erased_at is null
        order by f.id limit 1 on conflict (referral_id) do nothing
        """,
        replaced,
        successor,
        needs,
    )


_RECORDED: Final = """
    s.id, s.source, s.reference, s.person_id, s.region, s.setting, s.state, s.problems, s.suggestions, s.risks,
    s.because, s.referral_id, s.repeats, s.superseded_by, s.next_actor, s.due_at, s.cleared_by, s.cleared_at,
    s.received_at, s.decided_at
"""


def _recorded(row: asyncpg.Record) -> Recorded:
    columns: dict[str, Any] = {name: row[name] for name in Recorded.__slots__}
    columns["state"] = State(columns["state"])
    columns["problems"] = tuple(orjson.loads(columns["problems"]))
    columns["suggestions"], columns["risks"] = tuple(columns["suggestions"]), tuple(columns["risks"])
    return Recorded(**columns)


def _standing(row: asyncpg.Record) -> Standing:
    return Standing(row["id"], State(row["state"]), row["referral_id"])


async def _open_referrals(tx: Tx, person_id: PersonId) -> tuple[OpenReferral, ...]:
    rows = await tx.conn.fetch(
        "select referral_id, submission_id, needs from open_referral where person_id = $1 order by referral_id",
        person_id,
    )
    return tuple(
        OpenReferral(row["referral_id"], row["submission_id"], frozenset(row["needs"])) for row in rows
    )


def _columns(decision: Decision, referral: UUID | None) -> tuple[Any, ...]:
    """State, problems, suggestions, risks, because, referral_id, next_actor, due_at."""
    match decision:
        case Admitted(suggestions):
            return (State.ADMITTED, "[]", list(suggestions), [], None, referral, None, None)
        case Held(problems, next_actor, due_at):
            return (State.HELD, _json(problems), [], [], None, None, next_actor, due_at)
        case Rejected(problems):
            return (State.REJECTED, _json(problems), [], [], None, None, None, None)
        case Linked(because, _, referral_id):
            return (State.LINKED, "[]", [], [], because, referral_id, None, None)
        case Escalated(risks, problems, acknowledge_by):
            coordinator = NextActor.COORDINATOR
            return (
                State.ESCALATED,
                _json(problems),
                [],
                list(risks),
                None,
                None,
                coordinator,
                acknowledge_by,
            )


def _json(problems: tuple[Problem, ...]) -> str:
    listed = [{"code": item.code, "where": item.where, "remedy": item.remedy} for item in problems]
    return orjson.dumps(listed).decode()
