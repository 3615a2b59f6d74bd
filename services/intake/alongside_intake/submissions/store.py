"""SQL statements about what submissions change of others, one function per question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_contracts.ids import ReferralId, SubmissionId
from alongside_contracts.intake import Submission, SupportRequest
from alongside_intake.domain.facts import SELF, CurrentSubmission, State
from alongside_intake.store import as_stored
from alongside_intake.submissions.batch_state import DecidedSubmission
from alongside_intake.submissions.news import News, ReferralNews
from alongside_intake.submissions.record import ExternalRef

ENDED_DAYS: Final = 30
"""How long the request of an ended referral is kept: longer than the journey keeps its events."""


@dataclass(frozen=True, slots=True)
class Succession:
    """What was said of a referral that another replaces: its request, whether the consent covers it, and a withdrawal."""

    submission_id: SubmissionId
    content: Submission
    covered: bool
    withdrawn_because: str | None


async def save_news(tx: Tx, decided: Iterable[DecidedSubmission]) -> None:
    """Store what submissions changed of running referrals and of escalated submissions, in their order."""
    for item in decided:
        await save(tx, item.news)


async def save(tx: Tx, news: News) -> None:
    """Store what one submission changed."""
    for changed in news.referrals:
        await tx.conn.execute(_CHANGE_REFERRAL, *_values(changed))
    if news.escalated is not None and news.escalated.content is not None:
        facts = news.escalated.content.model_dump_json(exclude_none=True)
        await tx.conn.execute(
            "update submission set facts = $2 where id = $1", news.escalated.submission_id, facts
        )


async def find_current(conn: asyncpg.Connection, ref: ExternalRef) -> CurrentSubmission | None:
    """Return the current submission of a partner's reference, or None."""
    row = await conn.fetchrow(_FIND_CURRENT, *ref)
    if row is None:
        return None
    content = as_stored(row["facts"]) if row["is_read"] and row["facts"] else None
    return CurrentSubmission(row["id"], State(row["state"]), row["referral_id"], content)


async def open_referral_of(conn: asyncpg.Connection, submission_id: UUID) -> ReferralId | None:
    """Return the open referral that a submission began; None when it has ended."""
    found: ReferralId | None = await conn.fetchval(
        "select referral_id from open_referral where submission_id = $1 and ended_at is null", submission_id
    )
    return found


async def is_open(conn: asyncpg.Connection, referral_id: UUID) -> bool:
    """Return whether a referral has not ended."""
    found: bool = await conn.fetchval(
        "select exists (select from open_referral where referral_id = $1 and ended_at is null)", referral_id
    )
    return found


async def close_referrals(tx: Tx, ended: Sequence[ReferralId]) -> None:
    """Mark referrals as ended, so that a later submission begins a new one; missing rows are ignored.

    Their requests are kept for some days: a successor begins with what was said until then.
    """
    if ended:
        await tx.conn.execute(_CLOSE, ended, tx.now)
        await tx.conn.execute(_PURGE, tx.now - timedelta(days=ENDED_DAYS))


async def replace_referral(
    tx: Tx, replaced: ReferralId, successor: ReferralId, request: SupportRequest
) -> Succession | None:
    """Point the submissions of a replaced referral to its successor, and store it as open.

    Returns what was said of the replaced one; None when the person is erased, or the successor is known.
    """
    row = await tx.conn.fetchrow(
        _REPLACE, replaced, successor, list(request.needs), request.model_dump_json(exclude_none=True)
    )
    if row is None:
        return None
    return Succession(
        SubmissionId(row["submission_id"]),
        as_stored(row["content"]),
        covered=row["covered"],
        withdrawn_because=row["withdrawn_because"],
    )


async def number_changes(tx: Tx, referral_id: ReferralId, sequence: int) -> None:
    """Store the number of the last announced change of a referral."""
    await tx.conn.execute(
        "update open_referral set sequence = $2 where referral_id = $1", referral_id, sequence
    )


async def note_withdrawal(tx: Tx, submission_id: UUID, because: str) -> None:
    """Store that a submission was taken back after its referral had ended: a successor is cancelled when it begins."""
    await tx.conn.execute(
        "update submission set withdrawn_because = $2 where id = $1", submission_id, because
    )


async def withdraw(tx: Tx, submission_id: UUID, *, because: str, state: State) -> None:
    """Store that a submission was taken back; `state` is the one it has from now on.

    Its referral is no longer open, so that no later submission is linked to it.
    """
    await tx.conn.execute(_WITHDRAW, submission_id, because, state, tx.now)
    await tx.conn.execute("delete from open_referral where submission_id = $1", submission_id)


def _values(changed: ReferralNews) -> tuple[object, ...]:
    after = changed.after
    return (
        after.referral_id,
        sorted(after.needs),
        changed.running.content.model_dump_json(exclude_none=True),
        changed.running.sent.model_dump_json(exclude_none=True),
        after.sequence,
        after.covered,
    )


_CHANGE_REFERRAL: Final = """
    update open_referral set needs = $2, content = $3, sent = $4, sequence = $5, covered = $6
    where referral_id = $1
"""
_CLOSE: Final = """
    update open_referral set ended_at = $2 where referral_id = any($1::uuid[]) and ended_at is null
"""
_PURGE: Final = "delete from open_referral where ended_at < $1"
# What was said of the replaced referral counts, and without it the request with which the successor begins.
_REPLACE: Final = """
    with followed as (
        update submission set referral_id = $2 where referral_id = $1
        returning id, person_id, facts, withdrawn_because
    ), closed as (
        delete from open_referral where referral_id = $1 returning content, sent, covered, true as was_kept
    ), opened as (
        insert into open_referral (referral_id, person_id, submission_id, needs, content, sent, covered)
        select $2, f.person_id, f.id, $3,
            case when c.was_kept then c.content else f.facts || $4::jsonb end, c.sent, coalesce(c.covered, true)
        from followed f join person p on p.id = f.person_id and p.erased_at is null left join closed c on true
        order by f.id limit 1 on conflict (referral_id) do nothing
        returning submission_id, content, covered
    )
    select o.submission_id, coalesce(o.content, f.facts) as content, o.covered, f.withdrawn_because from opened o join followed f on f.id = o.submission_id
"""
_FIND_CURRENT: Final = f"""
    select id, state, referral_id, is_read, facts from submission
    where source = $1 and source <> '{SELF}' and reference = $2 and repeats is null and superseded_by is null
"""
_WITHDRAW: Final = f"""
    update submission set withdrawn_because = $2, state = $3, decided_at = greatest($4, (
            select max(greatest(earlier.decided_at, earlier.cleared_at)) from submission earlier
            where earlier.person_id = submission.person_id)),
        because = null,
        next_actor = case when $3 = '{State.WITHDRAWN}' then null else next_actor end,
        due_at = case when $3 = '{State.WITHDRAWN}' then null else due_at end
    where id = $1
"""
