"""SQL that rebuilds the in-app inbox; rows that are right are not written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_notifications.domain.notice import Notice

_REPLACED: Final = """
    delete from notice using unnest($1::uuid[], $2::text[], $3::text[]) as announced (id, cause, role)
    where notice.cause = announced.cause and notice.role = announced.role and notice.channel = 'in-app'
        and notice.id <> announced.id
"""
# The recipient of a coordinator's notice depends on who was on call at the time: an existing one is not corrected.
_UPSERT: Final = """
    insert into notice (id, referral_id, cause, template, about_status, role, recipient_kind, recipient_id, channel, urgent,
                        state, created_at, delivered_at)
    select id, referral_id, cause, template, about_status, role, recipient_kind, recipient_id, 'in-app', false,
           'delivered', at, at
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::timestamptz[])
        as announced (id, referral_id, cause, template, about_status, role, recipient_kind, recipient_id, at)
    where recipient_kind <> 'person' or recipient_id not in (select person_id::text from erased_person)
    on conflict (id) do update set
        referral_id = excluded.referral_id, cause = excluded.cause, template = excluded.template,
        about_status = excluded.about_status, role = excluded.role, recipient_kind = excluded.recipient_kind,
        recipient_id = excluded.recipient_id, channel = excluded.channel, state = excluded.state,
        created_at = excluded.created_at, delivered_at = excluded.delivered_at
    where excluded.role <> 'coordinator' and
        (notice.referral_id, notice.cause, notice.template, notice.about_status, notice.role, notice.recipient_kind,
         notice.recipient_id, notice.channel, notice.state, notice.created_at, notice.delivered_at)
        is distinct from
        (excluded.referral_id, excluded.cause, excluded.template, excluded.about_status, excluded.role,
         excluded.recipient_kind, excluded.recipient_id, excluded.channel, excluded.state, excluded.created_at,
         excluded.delivered_at)
"""


@dataclass(frozen=True, slots=True)
class AnnouncedNotice:
    """An in-app notice that the rules produce, with the id and time that were announced."""

    id: UUID
    notice: Notice
    at: datetime


async def write_inbox(conn: asyncpg.Connection, announced: Sequence[AnnouncedNotice]) -> int:
    """Store these notices, delete others of the same cause and role, and return how many rows changed."""
    if not announced:
        return 0
    ids, causes = [each.id for each in announced], [each.notice.news.cause for each in announced]
    roles = [each.notice.recipient.role for each in announced]
    deleted: str = await conn.execute(_REPLACED, ids, causes, roles)
    upserted: str = await conn.execute(
        _UPSERT,
        ids,
        [each.notice.news.subject.referral_id for each in announced],
        causes,
        [each.notice.news.template for each in announced],
        [each.notice.news.status for each in announced],
        roles,
        [each.notice.recipient.kind for each in announced],
        [each.notice.recipient.id for each in announced],
        [each.at for each in announced],
    )
    return sum(int(status.rpartition(" ")[2]) for status in (deleted, upserted))
