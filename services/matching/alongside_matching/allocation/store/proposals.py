"""Proposals and their answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_matching.allocation.rules.proposals import Proposal, ProposalState
from alongside_matching.engine.decisions.decision import Decision

_COLUMNS: Final = "id, referral_id, offer_id, offer_kind, region, attempt, state, expires_at"
_VIEW: Final = f"{_COLUMNS}, reasons, score, factors, considered, answered_at, declined_because, created_at"
_ADD: Final = """
    insert into proposal (id, referral_id, offer_id, offer_kind, region, attempt, state, reasons, score, factors,
                          considered, expires_at, created_at)
    select id, referral_id, offer_id, offer_kind, region, attempt, 'open', reasons, score, factors, considered,
           expires_at, $2
    from jsonb_to_recordset($1::jsonb) as new (
        id uuid, referral_id uuid, offer_id uuid, offer_kind text, region text, attempt int, reasons text[],
        score float, factors jsonb, considered int, expires_at timestamptz)
"""
_SET_ANSWER: Final = """
    update proposal set state = $2, answered_at = $3, declined_because = $4 where id = any($1::uuid[])
"""
_LIVE: Final = f"""
    select {_COLUMNS} from proposal where referral_id = any($1::uuid[]) and state in ('open', 'accepted')
"""
_PAGE: Final = f"""
    select {_VIEW} from proposal
    where ($1::uuid is null or id > $1)
      and ($2::text is null or state = $2)
      and ($3::uuid is null or offer_id = $3)
      and ($4::uuid is null or referral_id = $4)
    order by id
    limit $5
"""


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """A proposal, the reasons for its choice, and its answer. Each of `factors` is 0 to 1."""

    proposal: Proposal
    reasons: tuple[str, ...]
    score: float
    factors: Mapping[str, float]
    considered: int
    answered_at: datetime | None
    declined_because: str | None
    created_at: datetime


async def add(conn: asyncpg.Connection, new: Sequence[tuple[Proposal, Decision]], now: datetime) -> None:
    """Store new open proposals with the reasons for their choice."""
    document = [_row(proposal, decision) for proposal, decision in new]
    await conn.execute(_ADD, orjson.dumps(document).decode(), now)


async def load(conn: asyncpg.Connection, proposal_id: UUID) -> Proposal | None:
    """Return one proposal in its current state. Decide on it only while its request is locked."""
    row = await conn.fetchrow(f"select {_COLUMNS} from proposal where id = $1", proposal_id)
    return _proposal(row) if row else None


async def load_live(conn: asyncpg.Connection, referral_ids: Iterable[UUID]) -> dict[UUID, Proposal]:
    """Return the one open or accepted proposal of each of these referrals, which must be locked."""
    rows = await conn.fetch(_LIVE, list(referral_ids))
    return {row["referral_id"]: _proposal(row) for row in rows}


async def set_answer(
    conn: asyncpg.Connection,
    proposal_ids: Iterable[UUID],
    state: ProposalState,
    now: datetime,
    *,
    declined_because: str | None = None,
) -> None:
    """Set the final state of these proposals."""
    await conn.execute(_SET_ANSWER, list(proposal_ids), state.value, now, declined_because)


async def view(conn: asyncpg.Connection, proposal_id: UUID) -> StoredProposal | None:
    """Return one proposal with its reasons, without locking it."""
    row = await conn.fetchrow(f"select {_VIEW} from proposal where id = $1", proposal_id)
    return _stored(row) if row else None


async def page(
    conn: asyncpg.Connection,
    *,
    after: UUID | None,
    state: ProposalState | None,
    offer_id: UUID | None,
    referral_id: UUID | None,
    limit: int,
) -> list[StoredProposal]:
    """Return a page of proposals in the order they were made, without locking them."""
    rows = await conn.fetch(_PAGE, after, state, offer_id, referral_id, limit)
    return [_stored(row) for row in rows]


def _row(proposal: Proposal, decision: Decision) -> dict[str, object]:
    candidate = decision.candidate
    return {
        "id": str(proposal.id),
        "referral_id": str(proposal.referral_id),
        "offer_id": str(proposal.offer_id),
        "offer_kind": proposal.offer_kind,
        "region": proposal.region,
        "attempt": proposal.attempt,
        "expires_at": proposal.expires_at,
        "reasons": decision.reasons,
        "score": candidate.score if candidate else 0.0,
        "factors": decision.factors,
        "considered": decision.considered,
    }


def _proposal(row: asyncpg.Record) -> Proposal:
    return Proposal(
        id=row["id"],
        referral_id=row["referral_id"],
        offer_id=row["offer_id"],
        offer_kind=row["offer_kind"],
        region=row["region"],
        attempt=row["attempt"],
        state=ProposalState(row["state"]),
        expires_at=row["expires_at"],
    )


def _stored(row: asyncpg.Record) -> StoredProposal:
    return StoredProposal(
        proposal=_proposal(row),
        reasons=tuple(row["reasons"]),
        score=row["score"],
        factors=orjson.loads(row["factors"]),
        considered=row["considered"],
        answered_at=row["answered_at"],
        declined_because=row["declined_because"],
        created_at=row["created_at"],
    )
