"""Every SQL statement of the referrals service, one function per question; rows become domain types here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from alongside_chassis.columns import Columns
from alongside_contracts.vocabulary import Fit, OfferKind, Status
from alongside_referrals.domain.codes import EntryKind, WaitKind
from alongside_referrals.domain.decisions import Entry
from alongside_referrals.domain.referral import ERASED_REFERENCE, Referral, Waiting

_MUTABLE: Final = {
    "id": "uuid",
    "status": "text",
    "business_status": "text",
    "reason": "text",
    "outcome": "text",
    "sequence": "int",
    "entries": "int",
    "offer_id": "uuid",
    "offer_kind": "text",
    "proposal_id": "uuid",
    "answer_by": "timestamptz",
    "attempt": "int",
    "excluded_offers": "text",
    "contact_attempts": "int",
    "contact_at": "timestamptz",
    "noted_at": "timestamptz",
    "region": "text",
    "amendment": "int",
    "consent_change": "int",
    "consent_covers": "boolean",
    "waits_for": "text",
    "rung": "int",
    "next_actor": "text",
    "due_at": "timestamptz",
    "closing_event": "text",
    "referrer_notified_at": "timestamptz",
    "notice_delivered_at": "timestamptz",
    "loop_closed_at": "timestamptz",
    "changed_at": "timestamptz",
}
_IMMUTABLE: Final = {
    "person_id": "uuid",
    "partner": "text",
    "reference": "text",
    "replaces": "uuid",
}
_IDS_AS_TEXT: Final = {"excluded_offers": "excluded_offers::uuid[]"}
_UPDATED: Final = Columns(_IDS_AS_TEXT, **_MUTABLE)
_NEW: Final = Columns(_IDS_AS_TEXT, **_MUTABLE, **_IMMUTABLE, request="jsonb")
_ENTRY: Final = Columns(
    referral_id="uuid",
    entry="int",
    sequence="int",
    at="timestamptz",
    what="text",
    actor="text",
    previous="text",
    status="text",
    business_status="text",
    reason="text",
    outcome="text",
    offer_id="uuid",
    next_actor="text",
    due_at="timestamptz",
    cause="text",
    note="text",
    fit="text",
    meetings="int",
)
_REFERRAL: Final = Columns(**_MUTABLE, **_IMMUTABLE).of("r")

_LOCK_REFERRALS: Final = (
    f"select {_REFERRAL} from referral r where r.id = any($1::uuid[]) order by r.id for no key update"
)
_LOCK_OPEN_OF: Final = f"""
    select {_REFERRAL} from referral r where r.person_id = any($1::uuid[]) and r.next_actor is not null
    order by r.id for no key update
"""
# An erasure that is being written is waited for: see `erased_people` of the chassis.
_INSERT: Final = f"""
    insert into referral ({_NEW.names}, requested_at) select {_NEW.values}, changed_at from {_NEW.rows}
    where not exists (select from erased_person e where e.person_id = new.person_id for key share)
    on conflict (id) do nothing returning id
"""
_UPDATE: Final = f"""
    update referral set {_UPDATED.changes} from {_UPDATED.rows} where referral.id = new.id
"""
_APPEND_TIMELINE: Final = f"insert into timeline ({_ENTRY.names}) select {_ENTRY.values} from {_ENTRY.rows}"
_NOTE_STALE: Final = """
    insert into stale_admission (referral_id, person_id)
    select stale.referral_id, stale.person_id
    from unnest($1::uuid[], $2::uuid[]) as stale (referral_id, person_id) join erased_person using (person_id)
    where not exists (select from referral r where r.id = stale.referral_id)
    on conflict (referral_id) do nothing
"""
_ERASE_REFERENCES: Final = f"""
    update referral set reference = '{ERASED_REFERENCE}' || id, request = '{{}}' where person_id = any($1::uuid[])
"""
_ERASE_NOTES: Final = """
    update timeline set note = null
    from referral r where r.id = referral_id and r.person_id = any($1::uuid[]) and note is not null
"""
_REPLACE_REQUESTS: Final = """
    update referral set request = new.request
    from unnest($1::uuid[], $2::jsonb[]) as new (id, request) where referral.id = new.id
"""
_REQUEST: Final = "select request from referral where id = $1"
_WITH_SUCCESSOR: Final = f"""
    select {_REFERRAL}, r.requested_at, s.id as replaced_by
    from referral r left join referral s on s.replaces = r.id
"""
_FIND: Final = f"{_WITH_SUCCESSOR} where r.id = $1"
_LIST: Final = f"""
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
    from timeline where referral_id = $1 and entry > $2::bigint order by entry limit $3
"""


@dataclass(frozen=True, slots=True)
class AnnouncedChange:
    """A change to be stored: the referral after it, its timeline entry, and the id of the event that caused it."""

    referral: Referral
    entry: Entry
    cause: str | None


@dataclass(frozen=True, slots=True)
class StoredReferral:
    """A referral's present state, with columns that the rules do not need."""

    referral: Referral
    replaced_by: UUID | None
    requested_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ReferralFilter:
    """Which referrals to list; None means any. `overdue_at` selects the referrals that are overdue at that time."""

    status: Status | None = None
    next_actor: str | None = None
    partner: str | None = None
    reference: str | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A timeline entry without its note, which is never shown."""

    entry: int
    sequence: int
    at: datetime
    what: EntryKind
    actor: str
    previous: Status
    status: Status
    business_status: str | None
    reason: str | None
    outcome: str | None
    offer_id: UUID | None
    next_actor: str | None
    due_at: datetime | None
    cause: str | None
    has_note: bool
    fit: Fit | None
    meetings: int | None


async def lock_referrals(conn: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, Referral]:
    """Return the referrals with these ids, locked in id order until the transaction ends."""
    return {row["id"]: _referral(row) for row in await conn.fetch(_LOCK_REFERRALS, ids)}


async def lock_open_of(conn: asyncpg.Connection, people: Collection[UUID]) -> list[Referral]:
    """Return the open referrals of these people, locked in id order until the transaction ends."""
    return [_referral(row) for row in await conn.fetch(_LOCK_OPEN_OF, list(people))]


async def erase_people(conn: asyncpg.Connection, people: Collection[UUID]) -> None:
    """Erase from all referrals of these people what may identify them: the partner's reference, the request, notes."""
    await conn.execute(_ERASE_REFERENCES, list(people))
    await conn.execute(_ERASE_NOTES, list(people))


async def note_stale_admissions(conn: asyncpg.Connection, people: Mapping[UUID, UUID]) -> None:
    """Store, by the people of these referrals, which of them never began because their person was erased."""
    if people:
        await conn.execute(_NOTE_STALE, list(people), list(people.values()))


async def find_stale_admissions(conn: asyncpg.Connection, ids: Collection[UUID]) -> set[UUID]:
    """Return which of these referrals never began because their person was erased."""
    if not ids:
        return set()
    rows = await conn.fetch(
        "select referral_id from stale_admission where referral_id = any($1::uuid[])", list(ids)
    )
    return {row["referral_id"] for row in rows}


async def insert_referrals(conn: asyncpg.Connection, opened: Sequence[tuple[Referral, str]]) -> set[UUID]:
    """Insert new referrals, each with its request as JSON; return the ids that did not exist before.

    Referrals of people who were erased are not inserted.
    """
    rows = [
        _mutable_columns(referral) | _immutable_columns(referral) | {"request": request}
        for referral, request in opened
    ]
    return {row["id"] for row in await conn.fetch(_INSERT, *_NEW.arrays(rows))}


async def update_referrals(conn: asyncpg.Connection, changes: Sequence[AnnouncedChange]) -> None:
    """Update locked referrals to their state after the last change, and append the changes to their timelines."""
    last = {change.referral.id: change.referral for change in changes}
    await conn.execute(_UPDATE, *_UPDATED.arrays(map(_mutable_columns, last.values())))
    await append_timeline(conn, changes)


async def append_timeline(conn: asyncpg.Connection, changes: Sequence[AnnouncedChange]) -> None:
    """Append the entries of changes to timelines."""
    if changes:
        await conn.execute(_APPEND_TIMELINE, *_ENTRY.arrays(map(_timeline_row, changes)))


async def replace_requests(conn: asyncpg.Connection, amended: Mapping[UUID, str]) -> None:
    """Replace the support requests of locked referrals, each given as JSON."""
    if amended:
        await conn.execute(_REPLACE_REQUESTS, list(amended), list(amended.values()))


async def request_of(conn: asyncpg.Connection, referral_id: UUID) -> str:
    """Return the support request of a referral, as JSON."""
    request: str = await conn.fetchval(_REQUEST, referral_id)
    return request


async def find_referral(conn: asyncpg.Connection, referral_id: UUID) -> StoredReferral | None:
    """Return a referral's present state, or None."""
    row = await conn.fetchrow(_FIND, referral_id)
    return _stored_referral(row) if row else None


async def list_referrals(
    conn: asyncpg.Connection, referral_filter: ReferralFilter, *, before: UUID | None, limit: int
) -> list[StoredReferral]:
    """List the referrals that pass the filter, newest first; `before` is the last id of the previous page."""
    rows = await conn.fetch(
        _LIST,
        referral_filter.status,
        referral_filter.next_actor,
        referral_filter.partner,
        referral_filter.reference,
        referral_filter.overdue_at,
        before,
        limit,
    )
    return [_stored_referral(row) for row in rows]


async def list_timeline(
    conn: asyncpg.Connection, referral_id: UUID, *, after: int, limit: int
) -> list[TimelineEntry]:
    """List the timeline entries of a referral after entry `after`, oldest first."""
    return [TimelineEntry(**row) for row in await conn.fetch(_TIMELINE, referral_id, after, limit)]


def _mutable_columns(referral: Referral) -> dict[str, Any]:
    """Return a referral as the columns that change."""
    waiting = referral.waiting
    return {
        "id": referral.id,
        "status": referral.status,
        "business_status": referral.business,
        "reason": referral.reason,
        "outcome": referral.outcome,
        "sequence": referral.sequence,
        "entries": referral.entries,
        "offer_id": referral.offer_id,
        "offer_kind": referral.offer_kind,
        "proposal_id": referral.proposal_id,
        "answer_by": referral.answer_by,
        "attempt": referral.attempt,
        "excluded_offers": f"{{{','.join(map(str, referral.excluded_offers))}}}",
        "contact_attempts": referral.contact_attempts,
        "contact_at": referral.contact_at,
        "noted_at": referral.noted_at,
        "region": referral.region,
        "amendment": referral.amendment,
        "consent_change": referral.consent_change,
        "consent_covers": referral.consent_covers,
        "waits_for": waiting.kind if waiting else None,
        "rung": waiting.rung if waiting else 0,
        "next_actor": waiting.actor if waiting else None,
        "due_at": waiting.due_at if waiting else None,
        "closing_event": referral.closing_event,
        "referrer_notified_at": referral.referrer_notified_at,
        "notice_delivered_at": referral.notice_delivered_at,
        "loop_closed_at": referral.loop_closed_at,
        "changed_at": referral.changed_at,
    }


def _immutable_columns(referral: Referral) -> dict[str, Any]:
    """Return a referral as the columns that are written once."""
    return {name: getattr(referral, name) for name in _IMMUTABLE}


def _timeline_row(change: AnnouncedChange) -> dict[str, Any]:
    referral, entry, waiting = change.referral, change.entry, change.referral.waiting
    return {
        "referral_id": referral.id,
        "entry": referral.entries,
        "sequence": referral.sequence,
        "at": entry.at,
        "what": entry.kind,
        "actor": entry.actor,
        "previous": entry.previous,
        "status": referral.status,
        "business_status": referral.business,
        "reason": referral.reason,
        "outcome": referral.outcome,
        "offer_id": referral.offer_id,
        "next_actor": waiting.actor if waiting else None,
        "due_at": waiting.due_at if waiting else None,
        "cause": change.cause,
        "note": entry.note,
        "fit": entry.feedback.fit if entry.feedback else None,
        "meetings": entry.feedback.meetings if entry.feedback else None,
    }


def _stored_referral(row: asyncpg.Record) -> StoredReferral:
    return StoredReferral(_referral(row), row["replaced_by"], row["requested_at"], row["changed_at"])


def _referral(row: asyncpg.Record) -> Referral:
    return Referral(
        id=row["id"],
        person_id=row["person_id"],
        partner=row["partner"],
        reference=row["reference"],
        region=row["region"],
        replaces=row["replaces"],
        status=Status(row["status"]),
        business=row["business_status"],
        reason=row["reason"],
        outcome=row["outcome"],
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
        amendment=row["amendment"],
        consent_change=row["consent_change"],
        consent_covers=row["consent_covers"],
        closing_event=row["closing_event"],
        referrer_notified_at=row["referrer_notified_at"],
        notice_delivered_at=row["notice_delivered_at"],
        loop_closed_at=row["loop_closed_at"],
        changed_at=row["changed_at"],
    )


def _waiting(row: asyncpg.Record) -> Waiting | None:
    if row["next_actor"] is None:
        return None
    return Waiting(WaitKind(row["waits_for"]), row["next_actor"], row["due_at"], row["rung"])
