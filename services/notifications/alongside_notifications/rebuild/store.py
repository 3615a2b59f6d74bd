"""SQL that rebuilds the inbox; rows that are right are not written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_notifications.domain.notice import EVERY_CHANNEL, Notice

_REPLACED: Final = """
    delete from notice using unnest($1::uuid[], $2::text[], $3::text[]) as announced (id, cause, role)
    where notice.cause = announced.cause and notice.role = announced.role and notice.channel = 'in-app'
        and notice.id <> announced.id
"""
# The recipient of a coordinator's notice depends on who was on call at the time: an existing one is not corrected. The time at
# which a notice was made is known for one that reached the inbox by being made; another keeps its own.
_COLUMNS: Final = """
    referral_id, cause, template, about_status, role, recipient_kind, recipient_id, channels, rules, reached_at
"""
_UPSERT: Final = f"""
    insert into notice (id, {_COLUMNS}, sequence, channel, urgent, state, created_at, delivered_at)
    select id, {_COLUMNS}, sequence, 'in-app', false, 'delivered', reached_at, reached_at
    from (
        select id, referral_id, cause, template, about_status, role, recipient_kind, recipient_id,
            channels::text[] as channels, rules, reached_at, sequence
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::text[], $10::smallint[], $11::timestamptz[], $12::integer[])
            as announced (id, referral_id, cause, template, about_status, role, recipient_kind, recipient_id, channels,
                          rules, reached_at, sequence)
    ) as announced
    where recipient_kind <> 'person' or recipient_id not in (select person_id::text from erased_person)
    on conflict (id) do update set
        referral_id = excluded.referral_id, cause = excluded.cause, template = excluded.template,
        about_status = excluded.about_status, role = excluded.role, recipient_kind = excluded.recipient_kind,
        recipient_id = excluded.recipient_id, channels = excluded.channels, rules = excluded.rules,
        reached_at = excluded.reached_at,
        created_at = case when 'in-app' = any(excluded.channels) then excluded.created_at else notice.created_at end
    where excluded.role <> 'coordinator' and (
        (notice.referral_id, notice.cause, notice.template, notice.about_status, notice.role, notice.recipient_kind,
         notice.recipient_id, notice.channels, notice.rules, notice.reached_at)
        is distinct from
        (excluded.referral_id, excluded.cause, excluded.template, excluded.about_status, excluded.role,
         excluded.recipient_kind, excluded.recipient_id, excluded.channels, excluded.rules, excluded.reached_at)
        or notice.created_at <> excluded.created_at and 'in-app' = any(excluded.channels))
"""


@dataclass(frozen=True, slots=True)
class AnnouncedNotice:
    """A notice that the rules of its time produce, with the id, channels and time that were announced."""

    id: UUID
    notice: Notice
    channels: Sequence[str] | None
    """None for one of the time when each channel was announced separately: it went by every channel."""
    reached_at: datetime


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
        ["{" + ",".join(each.channels or EVERY_CHANNEL) + "}" for each in announced],
        [each.notice.rules for each in announced],
        [each.reached_at for each in announced],
        [each.notice.news.sequence for each in announced],
    )
    return sum(int(status.rpartition(" ")[2]) for status in (deleted, upserted))
