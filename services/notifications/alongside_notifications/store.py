"""SQL statements on notices, one function per question; `sending/store.py` has those on sending, `escalations.py` those on crises."""

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
from alongside_notifications.domain.audience import Recipient, RecipientKind
from alongside_notifications.domain.notice import (
    EVERY_CHANNEL,
    ClaimedDelivery,
    News,
    Notice,
    StoredDelivery,
    StoredNotice,
    Subject,
)
from alongside_notifications.domain.present import ReferralState
from alongside_notifications.domain.rules import STREAM_READ_AGAIN

NOTICE_COLUMNS: Final = """
    notice.id, notice.referral_id, notice.submission_id, notice.partner, notice.since, notice.cause, notice.template,
    notice.about_status, notice.sequence, notice.role, notice.recipient_kind, notice.recipient_id, notice.urgent, notice.rules,
    notice.channels, notice.created_at, notice.reached_at, notice.in_inbox
"""
_NEW: Final = Columns(
    {"channels": "channels::text[] as channels"},
    id="uuid",
    referral_id="uuid",
    submission_id="uuid",
    partner="text",
    since="timestamptz",
    cause="text",
    template="text",
    about_status="text",
    sequence="int",
    role="text",
    recipient_kind="text",
    recipient_id="text",
    urgent="bool",
    rules="smallint",
    channels="text",
    message_id="text",
    trace="jsonb",
)
# No notice to a person who was erased; an erasure that is being written is waited for (`erased_people` of the chassis).
# A new delivery is due at once by the database's clock as well: this process's clock may be ahead, and corrected later.
# `channel`, `state` and `delivered_at` of a notice are for the release before, which reads an inbox by them.
_RECORD: Final = f"""
    with new as materialized (select {_NEW.values} from {_NEW.rows}),
    added as (
        insert into notice (id, referral_id, submission_id, partner, since, cause, template, about_status, sequence, role,
                            recipient_kind, recipient_id, urgent, rules, channels, created_at, reached_at,
                            channel, state, delivered_at)
        select id, referral_id, submission_id, partner, since, cause, template, about_status, sequence, role,
            recipient_kind, recipient_id, urgent, rules, channels, {_NEW.next}::timestamptz,
            case when 'in-app' = any(channels) then {_NEW.next}::timestamptz end, 'in-app', 'delivered', {_NEW.next}::timestamptz
        from new
        where case when recipient_kind = 'person' then not exists (
            select from erased_person e where e.person_id = recipient_id::uuid for key share) else true end
        on conflict (cause, role, recipient_id, channel) do nothing
        returning id
    ),
    sent as (
        insert into delivery (notice_id, channel, referral_id, recipient_kind, recipient_id, urgent, state, next_attempt_at,
                              message_id, trace)
        select id, 'email', referral_id, recipient_kind, recipient_id, urgent, 'pending',
            least({_NEW.next}::timestamptz, now()), message_id, trace
        from new where 'email' = any(channels) and id in (select id from added)
    )
    select id from added
"""
_RETRY_FAILED: Final = """
    update delivery set state = 'pending', attempts = 0, unforeseen = 0, trouble = null,
        next_attempt_at = least($2::timestamptz, now())
    where notice_id = $1 and state = 'failed'
    returning notice_id
"""
_SUPERSEDE_TO: Final = """
    update delivery set state = 'superseded', trouble = null, next_attempt_at = null
    where recipient_kind = 'person' and recipient_id = any($1::text[]) and state in ('pending', 'sending', 'failed')
"""
_EMPTY_INBOXES: Final = """
    update notice set in_inbox = false
    where recipient_kind = 'person' and recipient_id = any($1::text[]) and in_inbox
"""
_STATES: Final = """
    select referral_id, sequence, status, business_status, offer_id, next_actor
    from referral_state where referral_id = any($1::uuid[])
"""
_STATE: Final = Columns(
    referral_id="uuid",
    sequence="int",
    status="text",
    business_status="text",
    offer_id="uuid",
    next_actor="text",
)
_SAVE_STATES: Final = f"""
    insert into referral_state ({_STATE.names}) select {_STATE.values} from {_STATE.rows} order by referral_id
    on conflict (referral_id) do update set
        sequence = excluded.sequence, status = excluded.status, business_status = excluded.business_status,
        offer_id = excluded.offer_id, next_actor = excluded.next_actor
    where referral_state.sequence < excluded.sequence
"""
_DELIVERIES: Final = """
    (select jsonb_agg(to_jsonb(delivery) - array['trace', 'referral_id', 'recipient_kind', 'recipient_id', 'urgent', 'unforeseen',
                                                 'notice_id'] order by channel)
     from delivery where delivery.notice_id = notice.id) as deliveries
"""
_FIND_NOTICE: Final = (
    f"select {NOTICE_COLUMNS}, {_DELIVERIES} from notice where id = $1 and channel = 'in-app'"
)
_LIST_NOTICES: Final = f"""
    select {NOTICE_COLUMNS}, {_DELIVERIES} from notice
    where channel = 'in-app'
        and ($1::uuid is null or referral_id = $1) and ($2::text is null or role = $2)
        and ($3::text is null or recipient_id = $3)
        and (($4::text is null and $5::text is null)
            or (coalesce($4, 'in-app') = 'in-app' and coalesce($5, 'delivered') = 'delivered'
                and in_inbox and 'in-app' = any(coalesce(channels, $8)))
            or exists (select from delivery where notice_id = notice.id
                and ($4 is null or delivery.channel = $4) and ($5 is null or delivery.state = $5)))
        and ($6::uuid is null or id < $6)
    order by id desc limit $7
"""
# A person who referred themselves is notified as the referrer; their inbox shows these notices too.
_INBOX: Final = f"""
    select {NOTICE_COLUMNS}, null as deliveries from notice
    where recipient_id = $1 and (role = $2 or recipient_kind = $2) and channel = 'in-app' and in_inbox
        and ($3::uuid is null or id < $3)
    order by id desc limit $4
"""
_REPORTED_READ_AGAIN: Final = """
    select exists (select from notice where partner = $1 and since = $2 and template = $3)
"""
_WAITING: Final = (
    "select urgent, count(*) from delivery where state in ('pending', 'sending') group by urgent"
)


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


async def erase_notices_to(tx: Tx, people: Collection[UUID]) -> None:
    """Supersede what was not sent to these people, and take their notices out of their inboxes."""
    recipients = [str(person_id) for person_id in people]
    await tx.conn.execute(_SUPERSEDE_TO, recipients)
    await tx.conn.execute(_EMPTY_INBOXES, recipients)


async def retry_failed(tx: Tx, notice_id: UUID) -> bool:
    """Make the failed deliveries of a notice pending, with no attempt counted; return whether there was one."""
    return bool(await tx.conn.fetch(_RETRY_FAILED, notice_id, tx.now))


async def states_of(conn: asyncpg.Connection, referral_ids: Collection[UUID]) -> dict[UUID, ReferralState]:
    """Return the latest state that was heard of each of these referrals."""
    rows = await conn.fetch(_STATES, list(referral_ids))
    return {row["referral_id"]: ReferralState(**row) for row in rows}


async def save_states(tx: Tx, states: Collection[ReferralState]) -> None:
    """Store the latest states of referrals; one that is older than the stored one changes nothing."""
    if states:
        await tx.conn.execute(_SAVE_STATES, *_STATE.arrays(map(_state_row, states)))


async def find_notice(conn: asyncpg.Connection, notice_id: UUID) -> StoredNotice | None:
    """Return one notice, or None."""
    row = await conn.fetchrow(_FIND_NOTICE, notice_id)
    return _stored(row) if row else None


async def list_notices(
    conn: asyncpg.Connection, notice_filter: NoticeFilter, *, before: UUID | None, limit: int
) -> list[StoredNotice]:
    """List notices, newest first; `before` is the last id of the previous page."""
    rows = await conn.fetch(
        _LIST_NOTICES,
        notice_filter.referral_id,
        notice_filter.role,
        notice_filter.recipient_id,
        notice_filter.channel,
        notice_filter.state,
        before,
        limit,
        list(EVERY_CHANNEL),
    )
    return [_stored(row) for row in rows]


async def list_inbox(
    conn: asyncpg.Connection, role: str, recipient_id: str, *, before: UUID | None, limit: int
) -> list[StoredNotice]:
    """List the in-app notices of one recipient, newest first."""
    return [_stored(row) for row in await conn.fetch(_INBOX, recipient_id, role, before, limit)]


async def reported_read_again(tx: Tx, partner: str, since: datetime) -> bool:
    """Return whether the end of this pause of the partner's stream was reported already."""
    reported: bool = await tx.conn.fetchval(_REPORTED_READ_AGAIN, partner, since, STREAM_READ_AGAIN)
    return reported


async def fetch_claimed(conn: asyncpg.Connection, query: str, *values: object) -> list[ClaimedDelivery]:
    """Return the deliveries that a query of `sending/store.py` claims, with their notices and referrals' present state."""
    return [_claimed(row) for row in await conn.fetch(query, *values)]


async def count_waiting(conn: asyncpg.Connection) -> dict[bool, int]:
    """Return how many notices wait to be sent, by whether they are urgent."""
    return {row["urgent"]: row["count"] for row in await conn.fetch(_WAITING)}


def _notice_of(row: asyncpg.Record) -> Notice:
    """Return the notice of a row that holds NOTICE_COLUMNS. One of the release before went by every channel."""
    return Notice(
        id=row["id"],
        news=News(
            cause=row["cause"],
            template=row["template"],
            subject=Subject(row["referral_id"], row["submission_id"], row["partner"]),
            status=row["about_status"],
            sequence=row["sequence"],
            urgent=row["urgent"],
            since=row["since"],
        ),
        recipient=Recipient(row["role"], RecipientKind(row["recipient_kind"]), row["recipient_id"]),
        channels=row["channels"] or EVERY_CHANNEL,
        rules=row["rules"],
    )


def _row(notice: Notice, trace: Mapping[str, str]) -> dict[str, Any]:
    news, recipient = notice.news, notice.recipient
    return {
        "id": notice.id,
        "referral_id": news.subject.referral_id,
        "submission_id": news.subject.submission_id,
        "partner": news.subject.partner,
        "since": news.since,
        "cause": news.cause,
        "template": news.template,
        "about_status": news.status,
        "sequence": news.sequence,
        "role": recipient.role,
        "recipient_kind": recipient.kind,
        "recipient_id": recipient.id,
        "urgent": news.urgent,
        "rules": notice.rules,
        "channels": "{" + ",".join(notice.channels) + "}",
        "message_id": notice.message_id,
        "trace": orjson.dumps(dict(trace)).decode() if notice.goes_by_email else None,
    }


def _state_row(state: ReferralState) -> dict[str, Any]:
    return {
        "referral_id": state.referral_id,
        "sequence": state.sequence,
        "status": state.status,
        "business_status": state.business_status,
        "offer_id": state.offer_id,
        "next_actor": state.next_actor,
    }


def _stored(row: asyncpg.Record) -> StoredNotice:
    """Return a notice with its deliveries; being in the inbox is one if it is a channel of the notice."""
    notice = _notice_of(row)
    in_app = [StoredDelivery(Channel.IN_APP, "delivered", delivered_at=row["created_at"])]
    by_channel = [StoredDelivery(**each) for each in orjson.loads(row["deliveries"] or "[]")]
    return StoredNotice(
        notice=notice,
        created_at=row["created_at"],
        reached_at=row["reached_at"],
        deliveries=[*(in_app if row["in_inbox"] and notice.is_reached_when_stored else ()), *by_channel],
    )


def _claimed(row: asyncpg.Record) -> ClaimedDelivery:
    return ClaimedDelivery(
        notice=_notice_of(row),
        attempts=row["attempts"],
        unforeseen=row["unforeseen"],
        message_id=row["message_id"],
        created_at=row["created_at"],
        trace=orjson.loads(row["trace"] or "{}"),
        present=_present(row),
    )


def _present(row: asyncpg.Record) -> ReferralState | None:
    if row["present_sequence"] is None:
        return None
    return ReferralState(
        referral_id=row["referral_id"],
        sequence=row["present_sequence"],
        status=row["present_status"],
        business_status=row["present_business_status"],
        offer_id=row["present_offer_id"],
        next_actor=row["present_next_actor"],
    )
