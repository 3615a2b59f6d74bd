"""SQL statements about what submissions change of others, one function per question."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_contracts.ids import ReferralId
from alongside_intake.domain.facts import SELF, CurrentSubmission, State
from alongside_intake.store import as_stored
from alongside_intake.submissions.batch_state import DecidedSubmission
from alongside_intake.submissions.news import News, ReferralNews
from alongside_intake.submissions.record import ExternalRef


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
        "select referral_id from open_referral where submission_id = $1", submission_id
    )
    return found


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
_FIND_CURRENT: Final = f"""
    select id, state, referral_id, is_read, facts from submission
    where source = $1 and source <> '{SELF}' and reference = $2 and repeats is null and superseded_by is null
"""
_WITHDRAW: Final = f"""
    update submission set withdrawn_because = $2, state = $3, decided_at = $4,
        next_actor = case when $3 = '{State.WITHDRAWN}' then null else next_actor end,
        due_at = case when $3 = '{State.WITHDRAWN}' then null else due_at end
    where id = $1
"""
