"""SQL statements on notices to be sent, one function per question; each handles many notices at once.

A delivery worker claims a notice with a lease: state `sending` until `next_attempt_at`. `attempts`, raised by each
claim, is also the fence: a worker that lost its lease can no longer postpone or fail a notice that another worker has
claimed since, and a due notice is claimed or closed only if nobody has claimed it since it was read. Rows are locked in
the order of their ids, and rows that another worker has locked are skipped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_notifications.domain.audience import Destination, RecipientKind
from alongside_notifications.domain.notice import StoredNotice
from alongside_notifications.domain.retry import GivenUp, RetryLater
from alongside_notifications.domain.rounds import Due
from alongside_notifications.store import COLUMNS, fetch_notices

# Only the oldest few of each recipient kind, so that a long queue costs no more than a short one and hides no other kind. A
# destination that is being served is left out, so that its backlog does not hide others of its kind. A notice that is
# postponed further than the longest pause was postponed by a clock that ran ahead: it is due as well. A notice by a channel
# of a newer release is left to the instances that know it.
_WAITING: Final = """
        select id, recipient_kind, recipient_id, attempts, next_attempt_at
        from notice
        where state in ('pending', 'sending') and channel = 'email' and urgent = $1 and recipient_kind = asked.kind
            and recipient_kind || ':' || recipient_id <> all($4::text[])
"""
_DUE: Final = f"""
    select id, recipient_kind, recipient_id, attempts
    from unnest($3::text[]) as asked (kind) cross join lateral (
        ({_WAITING} and next_attempt_at <= $2 order by next_attempt_at limit $5)
        union all
        ({_WAITING} and next_attempt_at > $6 order by next_attempt_at limit $5)
    ) as due
    order by next_attempt_at, id
"""
_STILL_DUE: Final = """
    select notice.id
    from notice join unnest($1::uuid[], $2::integer[]) as due (id, attempts)
        on notice.id = due.id and notice.attempts = due.attempts
    where notice.state in ('pending', 'sending')
        and (notice.next_attempt_at <= $3 or notice.next_attempt_at > $4)
    order by notice.id
    for update of notice skip locked
"""
_CLAIM: Final = f"""
    with due as ({_STILL_DUE})
    update notice set state = 'sending', attempts = attempts + 1, next_attempt_at = $5
    where id in (select id from due)
    returning {COLUMNS}
"""
_UNROUTABLE: Final = f"""
    with due as ({_STILL_DUE})
    update notice set state = 'no-route', trouble = null, next_attempt_at = null
    where id in (select id from due)
    returning id
"""
_DELIVERED: Final = """
    update notice set state = 'delivered', delivered_at = $2, next_attempt_at = null, trouble = null
    where id = any($1::uuid[]) and state in ('pending', 'sending')
    returning id
"""
_FAILED: Final = """
    update notice set state = 'failed', trouble = given_up.why, next_attempt_at = null
    from unnest($1::uuid[], $2::integer[], $3::text[]) as given_up (id, attempts, why)
    where notice.id = given_up.id and notice.state = 'sending' and notice.attempts = given_up.attempts
    returning notice.id
"""
_POSTPONE: Final = """
    update notice set state = 'pending', trouble = later.trouble, next_attempt_at = later.at,
        unforeseen = notice.unforeseen + (later.trouble = 'unforeseen-error')::int
    from unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::text[]) as later (id, attempts, at, trouble)
    where notice.id = later.id and notice.state = 'sending' and notice.attempts = later.attempts
"""
_RELEASE: Final = """
    update notice set state = 'pending', attempts = notice.attempts - 1, next_attempt_at = $3
    from unnest($1::uuid[], $2::integer[]) as untried (id, attempts)
    where notice.id = untried.id and notice.state = 'sending' and notice.attempts = untried.attempts
"""
_PAUSE_DESTINATIONS: Final = """
    update notice set next_attempt_at = paused.until
    from unnest($1::text[], $2::text[], $3::timestamptz[]) as paused (kind, id, until)
    where notice.recipient_kind = paused.kind and notice.recipient_id = paused.id and notice.state = 'pending'
        and notice.next_attempt_at < paused.until and notice.urgent = $4
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
    """Return the due notices of a lane, oldest first, at most `due_max` of each kind; `busy` destinations are left out.

    A notice postponed for longer than `pause_max` was postponed by a wrong clock, and is due.
    """
    busy_keys = [f"{kind}:{recipient_id}" for kind, recipient_id in busy]
    rows = await conn.fetch(_DUE, urgent, now, list(kinds), busy_keys, due_max, now + pause_max)
    return [
        Due(notice, Destination(RecipientKind(kind), to), attempts) for notice, kind, to, attempts in rows
    ]


async def claim(tx: Tx, due: Sequence[Due], *, lease: timedelta, pause_max: timedelta) -> list[StoredNotice]:
    """Claim these notices until the lease ends; return the claimed ones, oldest first.

    A notice that another worker has claimed since it was read is left out.
    """
    claimed = await fetch_notices(tx.conn, _CLAIM, *_fence(due), tx.now, tx.now + pause_max, tx.now + lease)
    return sorted(claimed, key=lambda stored: stored.notice.id)


async def mark_unroutable(tx: Tx, due: Sequence[Due], *, pause_max: timedelta) -> set[UUID]:
    """Close notices without a route; return the ids of the ones that no other worker has claimed since."""
    rows = await tx.conn.fetch(_UNROUTABLE, *_fence(due), tx.now, tx.now + pause_max)
    return {row["id"] for row in rows}


async def mark_delivered(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Mark notices delivered; return the ids that were not marked before.

    It applies even after the lease ended: the message did arrive.
    """
    return {row["id"] for row in await tx.conn.fetch(_DELIVERED, ids, tx.now)}


async def give_up(tx: Tx, failed: Sequence[tuple[StoredNotice, GivenUp]]) -> set[UUID]:
    """Mark notices failed; return the ids of those whose lease was not lost."""
    ids, attempts = _claim_fence([notice for notice, _ in failed])
    rows = await tx.conn.fetch(_FAILED, ids, attempts, [decision.why for _, decision in failed])
    return {row["id"] for row in rows}


async def postpone(tx: Tx, postponed: Sequence[tuple[StoredNotice, RetryLater]]) -> None:
    """Schedule the next attempt of these notices; one whose lease was lost is left alone."""
    ids, attempts = _claim_fence([notice for notice, _ in postponed])
    at, trouble = [retry.at for _, retry in postponed], [retry.trouble for _, retry in postponed]
    await tx.conn.execute(_POSTPONE, ids, attempts, at, trouble)


async def release(tx: Tx, untried: Sequence[StoredNotice], *, until: datetime) -> None:
    """Release claimed notices that were not tried, due again at `until`; the claim does not count as an attempt."""
    await tx.conn.execute(_RELEASE, *_claim_fence(untried), until)


async def pause_destinations(tx: Tx, paused: Sequence[tuple[Destination, datetime]], *, urgent: bool) -> None:
    """Send these destinations nothing in this lane before the time given for each."""
    kinds, ids = [to.kind for to, _ in paused], [to.id for to, _ in paused]
    await tx.conn.execute(_PAUSE_DESTINATIONS, kinds, ids, [until for _, until in paused], urgent)


def _fence(due: Sequence[Due]) -> tuple[list[UUID], list[int]]:
    return [each.id for each in due], [each.attempts for each in due]


def _claim_fence(claimed: Sequence[StoredNotice]) -> tuple[list[UUID], list[int]]:
    return [stored.notice.id for stored in claimed], [stored.attempts for stored in claimed]
