"""SQL statements on notices and escalations, one function per question; `sending/store.py` has the ones on sending."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from alongside_chassis.announce import Tx
from alongside_chassis.columns import Columns
from alongside_contracts.vocabulary import Channel
from alongside_notifications.domain.audience import STREAM_READ_AGAIN, Recipient, RecipientKind
from alongside_notifications.domain.ladder import Escalation
from alongside_notifications.domain.notice import News, Notice, StoredNotice, Subject

COLUMNS: Final = """
    id, referral_id, submission_id, partner, since, cause, template, about_status, role, recipient_kind, recipient_id,
    channel, urgent, state, attempts, unforeseen, next_attempt_at, trouble, trace, created_at, delivered_at
"""
_NEW: Final = Columns(
    id="uuid",
    referral_id="uuid",
    submission_id="uuid",
    partner="text",
    since="timestamptz",
    cause="text",
    template="text",
    about_status="text",
    role="text",
    recipient_kind="text",
    recipient_id="text",
    channel="text",
    urgent="bool",
    state="text",
    message_id="text",
    trace="jsonb",
)
# No notice to a person who was erased; an erasure that is being written is waited for (`erased_people` of the chassis).
# A new notice is due at once by the database's clock as well: this process's clock may be ahead, and corrected later.
_RECORD: Final = f"""
    insert into notice ({_NEW.names}, created_at, next_attempt_at, delivered_at)
    select {_NEW.values}, {_NEW.next}::timestamptz,
        case when state = 'pending' then least({_NEW.next}::timestamptz, now()) end,
        case when state = 'delivered' then {_NEW.next}::timestamptz end
    from {_NEW.rows}
    where case when recipient_kind = 'person' then not exists (
        select from erased_person e where e.person_id = recipient_id::uuid for key share) else true end
    on conflict (cause, role, recipient_id, channel) do nothing
    returning id
"""
_RETRY_FAILED: Final = f"""
    update notice set state = 'pending', attempts = 0, unforeseen = 0, trouble = null,
        next_attempt_at = least($2::timestamptz, now())
    where id = $1 and state = 'failed'
    returning {COLUMNS}
"""
_SUPERSEDE_OF: Final = """
    update notice set state = 'superseded', trouble = null, next_attempt_at = null
    where referral_id = any($1::uuid[]) and state in ('pending', 'sending')
"""
_SUPERSEDE_TO: Final = """
    update notice set state = 'superseded', trouble = null, next_attempt_at = null
    where recipient_kind = 'person' and recipient_id = any($1::text[]) and state in ('pending', 'sending', 'failed')
"""
_EMPTY_INBOXES: Final = """
    delete from notice
    where recipient_kind = 'person' and recipient_id = any($1::text[]) and channel = 'in-app'
"""
_FIND_NOTICE: Final = f"select {COLUMNS} from notice where id = $1"
_LIST_NOTICES: Final = f"""
    select {COLUMNS} from notice
    where ($1::uuid is null or referral_id = $1) and ($2::text is null or role = $2)
        and ($3::text is null or recipient_id = $3) and ($4::text is null or channel = $4)
        and ($5::text is null or state = $5) and ($6::uuid is null or id < $6)
    order by id desc limit $7
"""
# A person who referred themselves is notified as the referrer; their inbox shows these notices too.
_INBOX: Final = f"""
    select {COLUMNS} from notice
    where recipient_id = $1 and (role = $2 or recipient_kind = $2) and channel = 'in-app'
        and ($3::uuid is null or id < $3)
    order by id desc limit $4
"""
_REPORTED_READ_AGAIN: Final = """
    select exists (select from notice where partner = $1 and since = $2 and template = $3)
"""
_WAITING: Final = "select urgent, count(*) from notice where state in ('pending', 'sending') group by urgent"
_RAISE: Final = """
    insert into escalation (cause, submission_id, region, coordinator, raised_at, acknowledge_by)
    values ($1, $2, $3, $4, $5, $6)
"""
_OPEN_FOR_UPDATE: Final = """
    select cause, submission_id, region, coordinator, step, raised_at, acknowledge_by, acknowledged_at, acknowledged_by
    from escalation where cause = $1 and acknowledged_at is null for update
"""
_SAVE_STEP: Final = "update escalation set step = $2, coordinator = $3, acknowledge_by = $4 where cause = $1"
_ACKNOWLEDGE: Final = """
    update escalation set acknowledged_at = $2, acknowledged_by = $3
    where submission_id = $1 and acknowledged_at is null
    returning cause
"""
_OF_SUBMISSION: Final = """
    select cause, submission_id, region, coordinator, step, raised_at, acknowledge_by, acknowledged_at, acknowledged_by
    from escalation where submission_id = $1 order by raised_at desc, cause limit 1
"""
_OPEN: Final = """
    select cause, submission_id, region, coordinator, step, raised_at, acknowledge_by, acknowledged_at, acknowledged_by
    from escalation
    where acknowledged_at is null and ($1::timestamptz is null or (raised_at, cause) > ($1, $2))
    order by raised_at, cause limit $3
"""


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices to list; None means any."""

    referral_id: UUID | None = None
    role: str | None = None
    recipient_id: str | None = None
    channel: str | None = None
    state: str | None = None


async def record(tx: Tx, new_notices: Sequence[tuple[Notice, Mapping[str, str]]]) -> set[UUID]:
    """Store notices, each with the trace of its cause; return the ids of those not stored before.

    Notices to people who were erased are not stored.
    """
    if not new_notices:
        return set()
    arrays = _NEW.arrays(_row(notice, trace) for notice, trace in new_notices)
    return {row["id"] for row in await tx.conn.fetch(_RECORD, *arrays, tx.now)}


async def supersede_notices_of(tx: Tx, referral_ids: Collection[UUID]) -> None:
    """Supersede the notices about these referrals that were not sent yet."""
    if referral_ids:
        await tx.conn.execute(_SUPERSEDE_OF, list(referral_ids))


async def erase_notices_to(tx: Tx, people: Collection[UUID]) -> None:
    """Supersede the notices to these people that were not sent, and delete those in their inboxes."""
    recipients = [str(person_id) for person_id in people]
    await tx.conn.execute(_SUPERSEDE_TO, recipients)
    await tx.conn.execute(_EMPTY_INBOXES, recipients)


async def retry_failed(tx: Tx, notice_id: UUID) -> StoredNotice | None:
    """Make a failed notice pending, with no attempt counted; return None when it has not failed."""
    row = await tx.conn.fetchrow(_RETRY_FAILED, notice_id, tx.now)
    return _notice_of(row) if row else None


async def find_notice(conn: asyncpg.Connection, notice_id: UUID) -> StoredNotice | None:
    """Return one notice, or None."""
    row = await conn.fetchrow(_FIND_NOTICE, notice_id)
    return _notice_of(row) if row else None


async def list_notices(
    conn: asyncpg.Connection, notice_filter: NoticeFilter, *, before: UUID | None, limit: int
) -> list[StoredNotice]:
    """List notices, newest first; `before` is the last id of the previous page."""
    return await fetch_notices(
        conn,
        _LIST_NOTICES,
        notice_filter.referral_id,
        notice_filter.role,
        notice_filter.recipient_id,
        notice_filter.channel,
        notice_filter.state,
        before,
        limit,
    )


async def list_inbox(
    conn: asyncpg.Connection, role: str, recipient_id: str, *, before: UUID | None, limit: int
) -> list[StoredNotice]:
    """List the in-app notices of one recipient, newest first."""
    return await fetch_notices(conn, _INBOX, recipient_id, role, before, limit)


async def reported_read_again(tx: Tx, partner: str, since: datetime) -> bool:
    """Return whether the end of this pause of the partner's stream was reported already."""
    reported: bool = await tx.conn.fetchval(_REPORTED_READ_AGAIN, partner, since, STREAM_READ_AGAIN)
    return reported


async def fetch_notices(conn: asyncpg.Connection, query: str, *values: object) -> list[StoredNotice]:
    """Return the notices of a query, of this store or of `sending/store.py`, that selects or returns `COLUMNS`."""
    return [_notice_of(row) for row in await conn.fetch(query, *values)]


async def count_waiting(conn: asyncpg.Connection) -> dict[bool, int]:
    """Return how many notices wait to be sent, by whether they are urgent."""
    return {row["urgent"]: row["count"] for row in await conn.fetch(_WAITING)}


async def raise_escalation(tx: Tx, escalation: Escalation) -> None:
    """Store a crisis that a coordinator must acknowledge."""
    await tx.conn.execute(
        _RAISE,
        escalation.cause,
        escalation.submission_id,
        escalation.region,
        escalation.coordinator,
        escalation.raised_at,
        escalation.acknowledge_by,
    )


async def open_escalation_for_update(tx: Tx, cause: str) -> Escalation | None:
    """Return a crisis that nobody has acknowledged, locked until the transaction ends, or None."""
    row = await tx.conn.fetchrow(_OPEN_FOR_UPDATE, cause)
    return Escalation(**row) if row else None


async def save_step(tx: Tx, escalation: Escalation) -> None:
    """Store the current step of a crisis, its coordinator and the time to acknowledge."""
    await tx.conn.execute(
        _SAVE_STEP, escalation.cause, escalation.step, escalation.coordinator, escalation.acknowledge_by
    )


async def acknowledge(tx: Tx, submission_id: UUID, *, by: str) -> list[str]:
    """Acknowledge all open crises of a submission; return the causes that were open."""
    return [row["cause"] for row in await tx.conn.fetch(_ACKNOWLEDGE, submission_id, tx.now, by)]


async def escalation_of(conn: asyncpg.Connection, submission_id: UUID) -> Escalation | None:
    """Return the latest crisis of a submission, or None."""
    row = await conn.fetchrow(_OF_SUBMISSION, submission_id)
    return Escalation(**row) if row else None


async def open_escalations(
    conn: asyncpg.Connection, *, after: tuple[datetime, str] | None, limit: int
) -> list[Escalation]:
    """List crises that nobody has acknowledged yet, oldest first."""
    raised_at, cause = after or (None, None)
    return [Escalation(**row) for row in await conn.fetch(_OPEN, raised_at, cause, limit)]


def _row(notice: Notice, trace: Mapping[str, str]) -> dict[str, Any]:
    news, recipient = notice.news, notice.recipient
    by_mail = notice.channel != Channel.IN_APP
    return {
        "id": notice.id,
        "referral_id": news.subject.referral_id,
        "submission_id": news.subject.submission_id,
        "partner": news.subject.partner,
        "since": news.since,
        "cause": news.cause,
        "template": news.template,
        "about_status": news.status,
        "role": recipient.role,
        "recipient_kind": recipient.kind,
        "recipient_id": recipient.id,
        "channel": notice.channel,
        "urgent": news.urgent,
        "state": notice.first_state,
        "message_id": notice.message_id,
        "trace": orjson.dumps(dict(trace)).decode() if by_mail else None,
    }


def _notice_of(row: asyncpg.Record) -> StoredNotice:
    return StoredNotice(
        notice=Notice(
            id=row["id"],
            news=News(
                cause=row["cause"],
                template=row["template"],
                subject=Subject(row["referral_id"], row["submission_id"], row["partner"]),
                status=row["about_status"],
                urgent=row["urgent"],
                since=row["since"],
            ),
            recipient=Recipient(row["role"], RecipientKind(row["recipient_kind"]), row["recipient_id"]),
            channel=row["channel"],
        ),
        state=row["state"],
        attempts=row["attempts"],
        unforeseen=row["unforeseen"],
        next_attempt_at=row["next_attempt_at"],
        trouble=row["trouble"],
        created_at=row["created_at"],
        delivered_at=row["delivered_at"],
        trace=orjson.loads(row["trace"] or "{}"),
    )
