"""Every SQL statement of the referrals service, one function per question; rows become domain types here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_referrals.domain.codes import (
    Actor,
    Business,
    Fit,
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
_CHANGING: Final = """
    id, status, business_status, reason, outcome, sequence, entries, offer_id, offer_kind, proposal_id, answer_by,
    attempt, excluded_offers, contact_attempts, contact_at, noted_at, waits_for, rung, next_actor, due_at,
    closing_event, referrer_notified_at, notice_delivered_at, loop_closed_at
"""
_CHANGING_ARRAYS: Final = """
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::uuid[], $9::text[],
    $10::uuid[], $11::timestamptz[], $12::int[], $13::text[], $14::int[], $15::timestamptz[], $16::timestamptz[],
    $17::text[], $18::int[], $19::text[], $20::timestamptz[], $21::text[], $22::timestamptz[], $23::timestamptz[],
    $24::timestamptz[]
"""
_ADD: Final = f"""
    insert into referral ({_CHANGING}, person_id, partner, reference, region, replaces, request, requested_at, changed_at)
    select id, status, business_status, reason, outcome, sequence, entries, offer_id, offer_kind, proposal_id, answer_by,
        attempt, excluded_offers::uuid[], contact_attempts, contact_at, noted_at, waits_for, rung, next_actor, due_at,
        closing_event, referrer_notified_at, notice_delivered_at, loop_closed_at,
        person_id, partner, reference, region, replaces, request, $31, $31
    from unnest({_CHANGING_ARRAYS}, $25::uuid[], $26::text[], $27::text[], $28::text[], $29::uuid[], $30::jsonb[])
        as new ({_CHANGING}, person_id, partner, reference, region, replaces, request)
    on conflict (id) do nothing returning id
"""
_SAVE: Final = f"""
    update referral set
        status = new.status, business_status = new.business_status, reason = new.reason, outcome = new.outcome,
        sequence = new.sequence, entries = new.entries, offer_id = new.offer_id, offer_kind = new.offer_kind,
        proposal_id = new.proposal_id, answer_by = new.answer_by, attempt = new.attempt,
        excluded_offers = new.excluded_offers::uuid[], contact_attempts = new.contact_attempts,
        contact_at = new.contact_at, noted_at = new.noted_at, waits_for = new.waits_for, rung = new.rung,
        next_actor = new.next_actor, due_at = new.due_at, closing_event = new.closing_event,
        referrer_notified_at = new.referrer_notified_at, notice_delivered_at = new.notice_delivered_at,
        loop_closed_at = new.loop_closed_at, changed_at = $25
    from unnest({_CHANGING_ARRAYS}) as new ({_CHANGING})
    where referral.id = new.id
"""
_NOTE_DOWN: Final = """
    insert into timeline (referral_id, entry, sequence, at, what, actor, previous, status, business_status, reason,
                          outcome, offer_id, next_actor, due_at, cause, note, fit, meetings)
    select * from unnest($1::uuid[], $2::int[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::uuid[], $13::text[], $14::timestamptz[], $15::text[],
        $16::text[], $17::text[], $18::int[])
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
           due_at, cause, note is not null as has_note, fit, meetings
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
    fit: Fit | None
    meetings: int | None


async def lock(conn: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, Referral]:
    """The referrals with these ids, locked in id order until the transaction ends."""
    return {row["id"]: _referral(row) for row in await conn.fetch(_LOCK, ids)}


async def add(conn: asyncpg.Connection, opened: Sequence[tuple[Referral, str]], now: datetime) -> set[UUID]:
    """Insert new referrals, each with its request as JSON; returns the ids that were not there before."""
    rows = [(*_changing(referral), *_lasting(referral), request) for referral, request in opened]
    return {row["id"] for row in await conn.fetch(_ADD, *_columns(rows), now)}


async def save(conn: asyncpg.Connection, lines: Sequence[Line], now: datetime) -> None:
    """Update locked referrals to what the last line says of each, and lengthen their timelines."""
    last = {line.referral.id: line.referral for line in lines}
    await conn.execute(_SAVE, *_columns([_changing(referral) for referral in last.values()]), now)
    await note_down(conn, lines)


async def note_down(conn: asyncpg.Connection, lines: Sequence[Line]) -> None:
    """Append to timelines."""
    if lines:
        await conn.execute(_NOTE_DOWN, *_columns([_line(line) for line in lines]))


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


def _columns(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """What `unnest` takes: one array for each column."""
    return zip(*rows, strict=True)


def _changing(referral: Referral) -> tuple[Any, ...]:
    """$1 to $24 of _ADD and _SAVE. A list of ids travels as text: `unnest` would take lists of lists apart."""
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
        f"{{{','.join(map(str, referral.excluded_offers))}}}",
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
        entry.feedback.fit if entry.feedback else None,
        entry.feedback.meetings if entry.feedback else None,
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
