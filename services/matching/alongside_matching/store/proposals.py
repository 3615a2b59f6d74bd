"""Who was asked for whom, and what they answered."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_matching.domain.choose import Choice
from alongside_matching.domain.proposals import Proposal, ProposalState

_COLUMNS: Final = "id, referral_id, offer_id, offer_kind, region, attempt, state, expires_at"
_VIEW: Final = f"{_COLUMNS}, reasons, score, factors, considered, answered_at, declined_because, created_at"
_ADD: Final = """
    insert into proposal (id, referral_id, offer_id, offer_kind, region, attempt, state, reasons, score, factors,
                          considered, expires_at, created_at)
    values ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $12)
"""
_ANSWER: Final = "update proposal set state = $2, answered_at = $3, declined_because = $4 where id = $1"
_LIVE: Final = f"""
    select {_COLUMNS} from proposal where referral_id = $1 and state in ('open', 'accepted') for update
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


async def add(conn: asyncpg.Connection, proposal: Proposal, choice: Choice, now: datetime) -> None:
    """Keep a new open proposal and what it was chosen for."""
    await conn.execute(
        _ADD,
        proposal.id,
        proposal.referral_id,
        proposal.offer_id,
        proposal.offer_kind,
        proposal.region,
        proposal.attempt,
        list(choice.reasons),
        choice.score,
        orjson.dumps(dict(choice.factors)).decode(),
        choice.considered,
        proposal.expires_at,
        now,
    )


async def proposal(conn: asyncpg.Connection, proposal_id: UUID) -> Proposal | None:
    """One proposal as it stands. Decide on it only after its region and its request are locked."""
    row = await conn.fetchrow(f"select {_COLUMNS} from proposal where id = $1", proposal_id)
    return _proposal(row) if row else None


async def live_of(conn: asyncpg.Connection, referral_id: UUID) -> Proposal | None:
    """The one proposal of a referral that is open or accepted, locked."""
    row = await conn.fetchrow(_LIVE, referral_id)
    return _proposal(row) if row else None


async def answer(
    conn: asyncpg.Connection,
    proposal_id: UUID,
    state: ProposalState,
    now: datetime,
    *,
    declined_because: str | None = None,
) -> None:
    """The proposal is no longer open."""
    await conn.execute(_ANSWER, proposal_id, state.value, now, declined_because)


async def view(conn: asyncpg.Connection, proposal_id: UUID) -> asyncpg.Record | None:
    """One proposal with its reasons, for reading only."""
    return await conn.fetchrow(f"select {_VIEW} from proposal where id = $1", proposal_id)


async def page(
    conn: asyncpg.Connection,
    *,
    after: UUID | None,
    state: str | None,
    offer_id: UUID | None,
    referral_id: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Proposals in the order they were made, for reading only."""
    return await conn.fetch(_PAGE, after, state, offer_id, referral_id, limit)


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
