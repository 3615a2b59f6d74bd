"""Requests and the waitlist.

A transaction that decides on one referral waits for its row first, with nothing locked. A transaction that decides on
many skips rows that others have locked; each function says which of the two it does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from alongside_contracts.codes import installed
from alongside_matching.allocation.rules.waiting import RequestState, TrackedRequest, urgency_rank
from alongside_matching.allocation.store import documents
from alongside_matching.engine.facts import Request

_COLUMNS: Final = "referral_id, state, region, sought, asked, attempts, waiting_since"
# An erasure that is being written is waited for: see `erased_people` of the chassis.
_ADD: Final = """
    insert into request (
        referral_id, person_id, state, region, needs, sought, urgency_rank, asked, waiting_since, updated_at)
    select referral_id, person_id, 'searching', region, needs, sought, urgency_rank, asked, coalesce(waiting_since, $2),
        $2
    from jsonb_to_recordset($1::jsonb) as new (
        referral_id uuid, person_id uuid, region text, needs text[], sought jsonb, urgency_rank int, asked uuid[],
        waiting_since timestamptz)
    where not exists (select from erased_person e where e.person_id = new.person_id for key share)
    on conflict (referral_id) do nothing
    returning referral_id
"""
_LOCK_OF_PROPOSAL: Final = f"""
    select {_COLUMNS} from request
    where referral_id = (select referral_id from proposal where id = $1)
    for no key update
"""
_LOCK_OPEN: Final = """
    select referral_id, state from request
    where referral_id = any($1::uuid[]) and state <> 'closed'
    order by referral_id
    for no key update
"""
_LOCK_KNOWN: Final = f"""
    select {_COLUMNS}, amendment, consent_change from request
    where referral_id = any($1::uuid[]) and state <> 'closed'
    order by referral_id
    for no key update
"""
_AMEND: Final = """
    update request
    set region = new.region, needs = new.needs, sought = new.sought, urgency_rank = new.urgency_rank, asked = new.asked,
        amendment = new.amendment, updated_at = $2
    from jsonb_to_recordset($1::jsonb) as new (
        referral_id uuid, region text, needs text[], sought jsonb, urgency_rank int, asked uuid[], amendment int)
    where request.referral_id = new.referral_id
"""
_SET_CONSENT_CHANGES: Final = """
    update request set consent_change = new.number
    from unnest($1::uuid[], $2::int[]) as new (id, number) where referral_id = new.id
"""
_MARK_PROPOSED: Final = """
    update request
    set state = 'proposed', attempts = attempts + 1, asked = array_append(asked, offer_id), updated_at = $3
    from unnest($1::uuid[], $2::uuid[]) as proposed (referral, offer_id)
    where referral_id = referral
"""
_ADD_CLOSED: Final = """
    insert into request (referral_id, state, region, needs, sought, urgency_rank, waiting_since, updated_at)
    select ended, 'closed', '', '{}', '{}', 0, $2, $2 from unnest($1::uuid[]) as ended
    where not exists (select from request where referral_id = ended)
    order by ended
    on conflict (referral_id) do nothing
"""
_SET_STATE: Final = "update request set state = $2, updated_at = $3 where referral_id = any($1::uuid[])"
_LOCK_WAITING: Final = f"""
    select {_COLUMNS} from request
    where region = $1 and state = 'waiting'
      and ($2::int is null or (urgency_rank, waiting_since, referral_id) > ($2, $3, $4))
      and ($5::text[] is null or needs && $5)
    order by urgency_rank, waiting_since, referral_id
    limit $6
    for no key update skip locked
"""


@dataclass(frozen=True, slots=True)
class WaitlistPosition:
    """A position in the waiting order of a region, after which a sweep continues."""

    urgency_rank: int
    waiting_since: datetime
    referral_id: UUID


@dataclass(frozen=True, slots=True)
class KnownRequest:
    """A request with intake's numbers of its latest amendment and change of consent; 0 for none."""

    tracked: TrackedRequest
    amendment: int
    consent_change: int


class ProposedPair(NamedTuple):
    """A referral and the offer it was proposed to."""

    referral_id: UUID
    offer_id: UUID


async def add(
    conn: asyncpg.Connection, requests: Iterable[Request], people: Mapping[UUID, UUID], now: datetime
) -> dict[UUID, TrackedRequest]:
    """Store and lock new requests, each with its person; requests of known referrals are left unchanged.

    One whose person was erased is not stored. A request waits from `now`, unless it carries the start of an earlier wait.
    """
    by_referral = {request.referral_id: _waiting_from(request, now) for request in requests}
    rows = [_row(request) | {"person_id": str(people[referral])} for referral, request in by_referral.items()]
    document = orjson.dumps(rows).decode()
    added = {row[0] for row in await conn.fetch(_ADD, document, now)}
    return {
        referral: TrackedRequest(request, RequestState.SEARCHING, 0, request.waiting_since or now)
        for referral, request in by_referral.items()
        if referral in added
    }


async def waiting_since_of(conn: asyncpg.Connection, referral_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Return the start of waiting of these referrals, for those that are known."""
    rows = await conn.fetch(
        "select referral_id, waiting_since from request where referral_id = any($1::uuid[])",
        list(referral_ids),
    )
    return {row["referral_id"]: row["waiting_since"] for row in rows}


async def lock_request_of_proposal(conn: asyncpg.Connection, proposal_id: UUID) -> TrackedRequest | None:
    """Wait for and lock the request of a proposal, so that events of one referral are announced in order."""
    row = await conn.fetchrow(_LOCK_OF_PROPOSAL, proposal_id)
    return _tracked_request(row) if row else None


async def lock_one(conn: asyncpg.Connection, referral_id: UUID) -> RequestState | None:
    """Wait for a referral's request and lock it; return its state, or None for an unknown referral."""
    query = "select state from request where referral_id = $1 for no key update"
    state = await conn.fetchval(query, referral_id)
    return RequestState(state) if state else None


async def lock_open(
    conn: asyncpg.Connection, referral_ids: Collection[UUID], *, wait_for_locks: bool
) -> dict[UUID, RequestState]:
    """Lock the requests among these that are not closed. Waits for locks only with `wait_for_locks`."""
    statement = _LOCK_OPEN if wait_for_locks else f"{_LOCK_OPEN} skip locked"
    rows = await conn.fetch(statement, list(referral_ids))
    return {row["referral_id"]: RequestState(row["state"]) for row in rows}


async def lock_known(
    conn: asyncpg.Connection, referral_ids: Collection[UUID], *, wait_for_locks: bool
) -> dict[UUID, KnownRequest]:
    """Lock and return the requests among these that are not closed. Waits for locks only with `wait_for_locks`."""
    statement = _LOCK_KNOWN if wait_for_locks else f"{_LOCK_KNOWN} skip locked"
    rows = await conn.fetch(statement, list(referral_ids))
    return {
        row["referral_id"]: KnownRequest(_tracked_request(row), row["amendment"], row["consent_change"])
        for row in rows
    }


async def states_of(conn: asyncpg.Connection, referral_ids: Collection[UUID]) -> dict[UUID, RequestState]:
    """Return the states of these requests, including locked and closed ones, for those that are known."""
    if not referral_ids:
        return {}
    rows = await conn.fetch(
        "select referral_id, state from request where referral_id = any($1::uuid[])", list(referral_ids)
    )
    return {row["referral_id"]: RequestState(row["state"]) for row in rows}


async def amend(conn: asyncpg.Connection, amended: Iterable[tuple[Request, int]], now: datetime) -> None:
    """Replace locked requests by their amended form, each with intake's number; state and waiting time stay."""
    rows = [_row(request) | {"amendment": number} for request, number in amended]
    if rows:
        await conn.execute(_AMEND, orjson.dumps(rows).decode(), now)


async def set_consent_changes(conn: asyncpg.Connection, numbers: Mapping[UUID, int]) -> None:
    """Store intake's number of the latest change of consent of locked requests."""
    if numbers:
        await conn.execute(_SET_CONSENT_CHANGES, list(numbers), list(numbers.values()))


async def open_of_people(conn: asyncpg.Connection, people: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the requests of these people that are not closed, each with its person, including locked ones."""
    rows = await conn.fetch(
        "select referral_id, person_id from request where person_id = any($1::uuid[]) and state <> 'closed'",
        list(people),
    )
    return {row["referral_id"]: row["person_id"] for row in rows}


async def find_open(conn: asyncpg.Connection, referral_ids: Iterable[UUID]) -> list[UUID]:
    """Return which of these requests are not closed, including locked ones."""
    rows = await conn.fetch(
        "select referral_id from request where referral_id = any($1::uuid[]) and state <> 'closed'",
        list(referral_ids),
    )
    return [row["referral_id"] for row in rows]


async def insert_closed_tombstones(
    conn: asyncpg.Connection, referral_ids: Collection[UUID], now: datetime
) -> None:
    """Insert closed tombstones for unknown referral ids, so that a later admission is not matched."""
    if not referral_ids:
        return
    await conn.execute(_ADD_CLOSED, list(referral_ids), now)


async def mark_proposed(conn: asyncpg.Connection, pairs: Sequence[ProposedPair], now: datetime) -> None:
    """Set these requests to proposed, and add each offer to its request's offers that are not asked again."""
    await conn.execute(
        _MARK_PROPOSED, [pair.referral_id for pair in pairs], [pair.offer_id for pair in pairs], now
    )


async def set_state(
    conn: asyncpg.Connection, referral_ids: Iterable[UUID], state: RequestState, now: datetime
) -> None:
    """Set the state of these requests."""
    await conn.execute(_SET_STATE, list(referral_ids), state.value, now)


async def lock_waiting(
    conn: asyncpg.Connection,
    region: str,
    *,
    limit: int,
    after: WaitlistPosition | None = None,
    any_of_needs: Iterable[str] | None = None,
) -> list[TrackedRequest]:
    """Lock and return waiting requests in waitlist order, skipping those that others have locked.

    With `any_of_needs`, return only requests that have at least one of these needs.
    """
    rows = await conn.fetch(
        _LOCK_WAITING,
        region,
        after.urgency_rank if after else None,
        after.waiting_since if after else None,
        after.referral_id if after else None,
        None if any_of_needs is None else sorted(any_of_needs),
        limit,
    )
    return [_tracked_request(row) for row in rows]


async def has_waiting(conn: asyncpg.Connection, region: str) -> bool:
    """Return whether any request of a region waits, including locked ones."""
    waits: bool = await conn.fetchval(
        "select exists (select from request where region = $1 and state = 'waiting')", region
    )
    return waits


def position_of(tracked: TrackedRequest) -> WaitlistPosition:
    """Return the waitlist position of a request."""
    request = tracked.request
    return WaitlistPosition(urgency_rank(request.urgency), tracked.waiting_since, request.referral_id)


def _waiting_from(request: Request, now: datetime) -> Request:
    return request if request.waiting_since else replace(request, waiting_since=now)


def _row(request: Request) -> dict[str, object]:
    return {
        "referral_id": str(request.referral_id),
        "region": request.region,
        "needs": sorted(installed()["needs"].related(request.needs)),
        "sought": documents.request_to_document(request),
        "urgency_rank": urgency_rank(request.urgency),
        "asked": sorted(map(str, request.asked)),
        "waiting_since": request.waiting_since,
    }


def _tracked_request(row: asyncpg.Record) -> TrackedRequest:
    request = documents.request_from_document(
        orjson.loads(row["sought"]),
        referral_id=row["referral_id"],
        region=row["region"],
        asked=frozenset(row["asked"]),
        waiting_since=row["waiting_since"],
    )
    return TrackedRequest(request, RequestState(row["state"]), row["attempts"], row["waiting_since"])
