"""Every SQL statement of the referrals service, one function per question; rows become domain types here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_referrals.domain.codes import (
    Actor,
    Business,
    OfferKind,
    Outcome,
    Reason,
    Status,
    Wait,
    What,
)
from alongside_referrals.domain.decisions import Entry
from alongside_referrals.domain.referral import Referral, Waiting

_COLUMNS: Final = """
    r.id, r.person_id, r.partner, r.reference, r.region, r.replaces, r.status, r.business_status, r.reason, r.outcome,
    r.sequence, r.entries, r.offer_id, r.offer_kind, r.proposal_id, r.answer_by, r.attempt, r.excluded_offers,
    r.contact_attempts, r.contact_at, r.noted_at, r.waits_for, r.rung, r.next_actor, r.due_at, r.closing_event,
    r.referrer_notified_at, r.notice_delivered_at, r.loop_closed_at
"""
_LOCK: Final = (
    f"select {_COLUMNS} from referral r where r.id = any($1::uuid[]) order by r.id for no key update"
)
_ADD: Final = """
    insert into referral (
        id, status, business_status, reason, outcome, sequence, entries, offer_id, offer_kind, proposal_id, answer_by,
        attempt, excluded_offers, contact_attempts, contact_at, noted_at, waits_for, rung, next_actor, due_at,
        closing_event, referrer_notified_at, notice_delivered_at, loop_closed_at,
        person_id, partner, reference, region, replaces, request, requested_at, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27, $28, $29, $30, $31, $31)
    on conflict (id) do nothing returning id
"""
_SAVE: Final = """
    update referral set
        status = $2, business_status = $3, reason = $4, outcome = $5, sequence = $6, entries = $7, offer_id = $8,
        offer_kind = $9, proposal_id = $10, answer_by = $11, attempt = $12, excluded_offers = $13,
        contact_attempts = $14, contact_at = $15, noted_at = $16, waits_for = $17, rung = $18, next_actor = $19,
        due_at = $20, closing_event = $21, referrer_notified_at = $22, notice_delivered_at = $23, loop_closed_at = $24,
        changed_at = $25
    where id = $1
"""
_NOTE_DOWN: Final = """
    insert into timeline (referral_id, entry, sequence, at, what, actor, previous, status, business_status, reason,
                          outcome, offer_id, next_actor, due_at, cause, note)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
_REQUEST: Final = "select request from referral where id = $1"
_WITH_SUCCESSOR: Final = f"""
    select {_COLUMNS}, r.requested_at, r.changed_at, s.id as replaced_by
    from referral r left join referral s on s.replaces = r.id
"""
_PRESENT: Final = f"{_WITH_SUCCESSOR} where r.id = $1"
_PAGE: Final = f"""
    {_WITH_SUCCESSOR}
    where ($1::text is null or r.status = $1) and ($2::text is null or r.next_actor = $2)
      and ($3::text is null or r.partner = $3) and ($4::text is null or r.reference = $4)
      and ($5::timestamptz is null or (r.next_actor is not null and (r.rung > 0 or r.due_at < $5)))
      and ($6::uuid is null or r.id < $6)
    order by r.id desc limit $7
"""
_TIMELINE: Final = """
    select entry, sequence, at, what, actor, previous, status, business_status, reason, outcome, offer_id, next_actor,
           due_at, cause, note is not null as has_note
    from timeline where referral_id = $1 and entry > $2 order by entry limit $3
"""


@dataclass(frozen=True, slots=True)
class Line:
    """What a change leaves in the store: the referral after it, the timeline entry, and the event that caused it."""

    referral: Referral
    entry: Entry
    cause: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """A referral as it is now, with what only the store knows."""

    referral: Referral
    replaced_by: UUID | None
    requested_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """Which referrals a list shows; None means any. `overdue_at` keeps those somebody had let wait by then."""

    status: Status | None = None
    next_actor: Actor | None = None
    partner: str | None = None
    reference: str | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastEntry:
    """A line of the timeline as it is told: without its note, which stays in the store."""

    entry: int
    sequence: int
    at: datetime
    what: What
    actor: Actor
    previous: Status
    status: Status
    business_status: Business | None
    reason: Reason | None
    outcome: Outcome | None
    offer_id: UUID | None
    next_actor: Actor | None
    due_at: datetime | None
    cause: str | None
    has_note: bool


async def lock(conn: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, Referral]:
    """The referrals with these ids, locked in id order until the transaction ends."""
    return {row["id"]: _referral(row) for row in await conn.fetch(_LOCK, ids)}


async def add(conn: asyncpg.Connection, opened: Sequence[tuple[Referral, str]], now: datetime) -> set[UUID]:
    """Insert new referrals, each with its request as JSON; returns the ids that were not there before."""
    rows = [(*_changing(referral), *_lasting(referral), request, now) for referral, request in opened]
    return {row["id"] for row in await conn.fetchmany(_ADD, rows)}


async def save(conn: asyncpg.Connection, lines: Sequence[Line], now: datetime) -> None:
    """Update locked referrals to what the last line says of each, and lengthen their timelines."""
    last = {line.referral.id: line.referral for line in lines}
    await conn.executemany(_SAVE, [(*_changing(referral), now) for referral in last.values()])
    await note_down(conn, lines)


async def note_down(conn: asyncpg.Connection, lines: Sequence[Line]) -> None:
    """Append to timelines."""
    await conn.executemany(_NOTE_DOWN, [_line(line) for line in lines])


async def request_of(conn: asyncpg.Connection, referral_id: UUID) -> str:
    """The support request of a referral, as JSON."""
    request: str = await conn.fetchval(_REQUEST, referral_id)
    return request


async def present(conn: asyncpg.Connection, referral_id: UUID) -> Present | None:
    """A referral as it is now."""
    row = await conn.fetchrow(_PRESENT, referral_id)
    return _present(row) if row else None


async def page(conn: asyncpg.Connection, wanted: Filter, *, before: UUID | None, limit: int) -> list[Present]:
    """The wanted referrals admitted before `before`, newest first."""
    rows = await conn.fetch(
        _PAGE,
        wanted.status,
        wanted.next_actor,
        wanted.partner,
        wanted.reference,
        wanted.overdue_at,
        before,
        limit,
    )
    return [_present(row) for row in rows]


async def timeline(conn: asyncpg.Connection, referral_id: UUID, *, after: int, limit: int) -> list[PastEntry]:
    """What happened to a referral after entry `after`, oldest first."""
    return [PastEntry(**row) for row in await conn.fetch(_TIMELINE, referral_id, after, limit)]


def _changing(referral: Referral) -> tuple[Any, ...]:
    """$1 to $24 of _ADD and _SAVE."""
    waiting = referral.waiting
    return (
        referral.id,
        referral.status,
        referral.business,
        referral.reason,
        referral.outcome,
        referral.sequence,
        referral.entries,
        referral.offer_id,
        referral.offer_kind,
        referral.proposal_id,
        referral.answer_by,
        referral.attempt,
        referral.excluded_offers,
        referral.contact_attempts,
        referral.contact_at,
        referral.noted_at,
        waiting.wait if waiting else None,
        waiting.rung if waiting else 0,
        waiting.actor if waiting else None,
        waiting.due_at if waiting else None,
        referral.closing_event,
        referral.referrer_notified_at,
        referral.notice_delivered_at,
        referral.loop_closed_at,
    )


def _lasting(referral: Referral) -> tuple[Any, ...]:
    """$25 to $29 of _ADD."""
    return referral.person_id, referral.partner, referral.reference, referral.region, referral.replaces


def _line(line: Line) -> tuple[Any, ...]:
    referral, entry, waiting = line.referral, line.entry, line.referral.waiting
    return (
        referral.id,
        referral.entries,
        referral.sequence,
        entry.at,
        entry.what,
        entry.actor,
        entry.previous,
        referral.status,
        referral.business,
        referral.reason,
        referral.outcome,
        referral.offer_id,
        waiting.actor if waiting else None,
        waiting.due_at if waiting else None,
        line.cause,
        entry.note,
    )


def _present(row: asyncpg.Record) -> Present:
    return Present(_referral(row), row["replaced_by"], row["requested_at"], row["changed_at"])


def _referral(row: asyncpg.Record) -> Referral:
    return Referral(
        id=row["id"],
        person_id=row["person_id"],
        partner=row["partner"],
        reference=row["reference"],
        region=row["region"],
        replaces=row["replaces"],
        status=Status(row["status"]),
        business=Business(row["business_status"]) if row["business_status"] else None,
        reason=Reason(row["reason"]) if row["reason"] else None,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        waiting=_waiting(row),
        sequence=row["sequence"],
        entries=row["entries"],
        offer_id=row["offer_id"],
        offer_kind=OfferKind(row["offer_kind"]) if row["offer_kind"] else None,
        proposal_id=row["proposal_id"],
        answer_by=row["answer_by"],
        attempt=row["attempt"],
        excluded_offers=tuple(row["excluded_offers"]),
        contact_attempts=row["contact_attempts"],
        contact_at=row["contact_at"],
        noted_at=row["noted_at"],
        closing_event=row["closing_event"],
        referrer_notified_at=row["referrer_notified_at"],
        notice_delivered_at=row["notice_delivered_at"],
        loop_closed_at=row["loop_closed_at"],
    )


def _waiting(row: asyncpg.Record) -> Waiting | None:
    if row["next_actor"] is None:
        return None
    return Waiting(Wait(row["waits_for"]), Actor(row["next_actor"]), row["due_at"], row["rung"])
