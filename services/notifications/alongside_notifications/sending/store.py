"""SQL statements on deliveries by e-mail, one function per question; each handles many at once. The id is that of the notice.

A worker claims a delivery with a lease: state `sending` until `next_attempt_at`. `attempts`, raised by each claim, is also
the fence: a worker that lost its lease can no longer postpone or fail a delivery that another worker has claimed since, and
a due one is claimed or closed only if nobody has claimed it since it was read. Rows are locked in the order of their ids,
and rows that another worker has locked are skipped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_notifications.domain.audience import Destination, RecipientKind
from alongside_notifications.domain.notice import ClaimedDelivery
from alongside_notifications.domain.retry import GivenUp, RetryLater
from alongside_notifications.domain.rounds import Due
from alongside_notifications.store import NOTICE_COLUMNS, fetch_claimed

# Only the oldest few of each recipient kind, so that a long queue costs no more than a short one and hides no other kind. A
# destination that is being served is left out, so that its backlog does not hide others of its kind. A delivery that is
# postponed further than the longest pause was postponed by a clock that ran ahead: it is due as well. One by a channel of a
# newer release is left to the instances that know it.
_WAITING: Final = """
        select notice_id, referral_id, recipient_kind, recipient_id, attempts, next_attempt_at
        from delivery
        where state in ('pending', 'sending') and channel = 'email' and urgent = $1 and recipient_kind = asked.kind
            and recipient_kind || ':' || recipient_id <> all($4::text[])
"""
# `offset 0` here and below makes it one lookup by key for each row: a plan of the small table, which PostgreSQL keeps using
# while the table grows, compares all due rows with all waiting ones.
# A recipient hears of a referral in the order in which things happened: what happened earlier and still waits comes along,
# however far it was postponed, and while another worker is sending it, the later one waits.
_DUE: Final = f"""
    with due as (
        select * from unnest($3::text[]) as asked (kind) cross join lateral (
            ({_WAITING} and next_attempt_at <= $2 order by next_attempt_at limit $5)
            union all
            ({_WAITING} and next_attempt_at > $6 order by next_attempt_at limit $5)
        ) as waiting
    ),
    earlier as (
        select due.notice_id as later, e.notice_id, e.referral_id, e.recipient_kind, e.recipient_id, e.attempts,
            due.next_attempt_at, e.state = 'sending' and e.next_attempt_at > $2 as is_being_sent
        from due cross join lateral (
            select * from delivery
            where referral_id = due.referral_id and recipient_kind = due.recipient_kind and recipient_id = due.recipient_id
                and state in ('pending', 'sending') and channel = 'email' and urgent = $1
            offset 0) as e
        where e.notice_id < due.notice_id
    ),
    ready as (
        select notice_id, recipient_kind, recipient_id, attempts, next_attempt_at from due
        union all
        select notice_id, recipient_kind, recipient_id, attempts, next_attempt_at from earlier
    )
    select notice_id, recipient_kind, recipient_id, attempts, min(next_attempt_at) as at
    from ready
    where notice_id not in (select later from earlier where is_being_sent)
        and notice_id not in (select notice_id from earlier where is_being_sent)
    group by notice_id, recipient_kind, recipient_id, attempts
    order by min(min(next_attempt_at)) over (partition by recipient_kind, recipient_id), notice_id
"""
_STILL_DUE: Final = """
    select found.notice_id
    from (select * from unnest($1::uuid[], $2::integer[]) as due (id, attempts) order by id) as due cross join lateral (
        select notice_id from delivery
        where notice_id = due.id and channel = 'email' and attempts = due.attempts and state in ('pending', 'sending')
        offset 0 for update skip locked) as found
"""
_CLAIM: Final = f"""
    with due as ({_STILL_DUE}),
    claimed as (
        update delivery set state = 'sending', attempts = attempts + 1, next_attempt_at = $3
        where notice_id in (select notice_id from due) and channel = 'email'
        returning notice_id, attempts, unforeseen, message_id, trace
    )
    select {NOTICE_COLUMNS}, claimed.attempts, claimed.unforeseen, claimed.message_id, claimed.trace,
        present.sequence as present_sequence, present.status as present_status, present.next_actor as present_next_actor,
        present.business_status as present_business_status, present.offer_id as present_offer_id
    from claimed join notice on notice.id = claimed.notice_id
        left join referral_state as present on present.referral_id = notice.referral_id
    order by notice.id
"""
_UNROUTABLE: Final = f"""
    with due as ({_STILL_DUE})
    update delivery set state = 'no-route', trouble = null, next_attempt_at = null
    where notice_id in (select notice_id from due) and channel = 'email'
    returning notice_id
"""
_SUPERSEDED: Final = """
    update delivery set state = 'superseded', trouble = null, next_attempt_at = null
    where notice_id = any($1::uuid[]) and channel = 'email'
"""
_DELIVERED: Final = """
    with delivered as (
        update delivery set state = 'delivered', delivered_at = $2, next_attempt_at = null, trouble = null
        where notice_id = any($1::uuid[]) and channel = 'email' and state in ('pending', 'sending')
        returning notice_id
    )
    update notice set reached_at = $2 where id in (select notice_id from delivered) and reached_at is null
    returning id
"""
_FAILED: Final = """
    update delivery set state = 'failed', trouble = given_up.why, next_attempt_at = null
    from unnest($1::uuid[], $2::integer[], $3::text[]) as given_up (id, attempts, why)
    where delivery.notice_id = given_up.id and delivery.channel = 'email' and delivery.state = 'sending'
        and delivery.attempts = given_up.attempts
    returning delivery.notice_id
"""
_POSTPONE: Final = """
    update delivery set state = 'pending', trouble = later.trouble, next_attempt_at = later.at,
        unforeseen = delivery.unforeseen + (later.trouble = 'unforeseen-error')::int
    from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[]) as later (id, attempts, at, trouble)
    where delivery.notice_id = later.id and delivery.channel = 'email' and delivery.state = 'sending'
        and delivery.attempts = later.attempts
"""
_RELEASE: Final = """
    update delivery set state = 'pending', attempts = delivery.attempts - 1, next_attempt_at = $3
    from unnest($1::uuid[], $2::integer[]) as untried (id, attempts)
    where delivery.notice_id = untried.id and delivery.channel = 'email' and delivery.state = 'sending'
        and delivery.attempts = untried.attempts
"""
_PAUSE_DESTINATIONS: Final = """
    update delivery set next_attempt_at = paused.until
    from unnest($1::text[], $2::text[], $3::timestamptz[]) as paused (kind, id, until)
    where delivery.recipient_kind = paused.kind and delivery.recipient_id = paused.id and delivery.state = 'pending'
        and delivery.channel = 'email' and delivery.next_attempt_at < paused.until and delivery.urgent = $4
"""


async def due_notices(
    conn: asyncpg.Connection,
    *,
    urgent: bool,
    now: datetime,
    kinds: Iterable[RecipientKind],
    busy: Iterable[Destination],
    due_max: int,
    pause_max: timedelta,
) -> list[Due]:
    """Return the due notices of a lane, at most `due_max` of each kind, and what their recipients must hear before them.

    The destination that waits longest comes first, its notices as they happened; `busy` destinations are left out. A notice
    postponed for longer than `pause_max` was postponed by a wrong clock, and is due.
    """
    busy_keys = [f"{kind}:{recipient_id}" for kind, recipient_id in busy]
    rows = await conn.fetch(_DUE, urgent, now, list(kinds), busy_keys, due_max, now + pause_max)
    return [
        Due(notice, Destination(RecipientKind(kind), to), attempts) for notice, kind, to, attempts, _ in rows
    ]


async def claim(tx: Tx, due: Sequence[Due], *, lease: timedelta) -> list[ClaimedDelivery]:
    """Claim these notices until the lease ends; return the claimed ones, oldest first, with their referrals' present state.

    A notice that another worker has claimed since it was read is left out.
    """
    return await fetch_claimed(tx.conn, _CLAIM, *_fence(due), tx.now + lease)


async def mark_unroutable(tx: Tx, due: Sequence[Due]) -> set[UUID]:
    """Close notices without a route; return the ids of the ones that no other worker has claimed since."""
    return {row["notice_id"] for row in await tx.conn.fetch(_UNROUTABLE, *_fence(due))}


async def supersede(tx: Tx, claimed: Sequence[ClaimedDelivery]) -> None:
    """Close claimed notices that are not worth sending any more."""
    if claimed:
        await tx.conn.execute(_SUPERSEDED, [each.notice.id for each in claimed])


async def mark_delivered(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Mark notices delivered; return the ids of those that reached their recipient by this, and by no channel before.

    It applies even after the lease ended: the message did arrive.
    """
    return {row["id"] for row in await tx.conn.fetch(_DELIVERED, ids, tx.now)}


async def give_up(tx: Tx, failed: Sequence[tuple[ClaimedDelivery, GivenUp]]) -> set[UUID]:
    """Mark notices failed; return the ids of those whose lease was not lost."""
    ids, attempts = _claim_fence([notice for notice, _ in failed])
    rows = await tx.conn.fetch(_FAILED, ids, attempts, [decision.why for _, decision in failed])
    return {row["notice_id"] for row in rows}


async def postpone(tx: Tx, postponed: Sequence[tuple[ClaimedDelivery, RetryLater]]) -> None:
    """Schedule the next attempt of these notices; one whose lease was lost is left alone."""
    ids, attempts = _claim_fence([notice for notice, _ in postponed])
    at, trouble = [retry.at for _, retry in postponed], [retry.trouble for _, retry in postponed]
    await tx.conn.execute(_POSTPONE, ids, attempts, at, trouble)


async def release(tx: Tx, untried: Sequence[ClaimedDelivery], *, until: datetime) -> None:
    """Release claimed notices that were not tried, due again at `until`; the claim does not count as an attempt."""
    await tx.conn.execute(_RELEASE, *_claim_fence(untried), until)


async def pause_destinations(tx: Tx, paused: Sequence[tuple[Destination, datetime]], *, urgent: bool) -> None:
    """Send these destinations nothing in this lane before the time given for each."""
    kinds, ids = [to.kind for to, _ in paused], [to.id for to, _ in paused]
    await tx.conn.execute(_PAUSE_DESTINATIONS, kinds, ids, [until for _, until in paused], urgent)


def _fence(due: Sequence[Due]) -> tuple[list[UUID], list[int]]:
    return [each.id for each in due], [each.attempts for each in due]


def _claim_fence(claimed: Sequence[ClaimedDelivery]) -> tuple[list[UUID], list[int]]:
    return [stored.notice.id for stored in claimed], [stored.attempts for stored in claimed]
