"""What referrals seek, and who waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_matching.domain.facts import Request
from alongside_matching.domain.waiting import RequestState, Standing, urgency_rank

_COLUMNS: Final = (
    "referral_id, state, region, needs, languages, formats, modes, avoid_needs, age_band, urgency, urgency_rank,"
    " asked, attempts, waiting_since"
)
_ADD: Final = """
    insert into request (referral_id, state, region, needs, languages, formats, modes, avoid_needs, age_band,
                         urgency, urgency_rank, asked, waiting_since, updated_at)
    values ($1, 'searching', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
    on conflict (referral_id) do nothing
    returning referral_id
"""
_LOCK: Final = f"select {_COLUMNS} from request where referral_id = $1 for update"
_PROPOSED: Final = """
    update request
    set state = 'proposed', attempts = $2, asked = array_append(asked, $3), updated_at = $4
    where referral_id = $1
"""
_WAITING: Final = f"""
    select {_COLUMNS} from request
    where region = $1 and state = 'waiting'
      and ($2::int is null or (urgency_rank, waiting_since, referral_id) > ($2, $3, $4))
      and ($5::text[] is null or needs && $5)
    order by urgency_rank, waiting_since, referral_id
    limit $6
    for update
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the waiting order of a region; those after it have not been looked at."""

    urgency_rank: int
    waiting_since: datetime
    referral_id: UUID


async def add(conn: asyncpg.Connection, request: Request, now: datetime) -> Standing | None:
    """Keep a new request; None when its referral is known already."""
    added = await conn.fetchval(
        _ADD,
        request.referral_id,
        request.region,
        _codes(request.needs),
        list(request.languages),
        _codes(request.formats),
        _codes(request.modes),
        _codes(request.avoid_needs),
        request.age_band,
        request.urgency,
        urgency_rank(request.urgency),
        list(request.asked),
        now,
    )
    return Standing(request, RequestState.SEARCHING, 0, now) if added else None


async def region_of(conn: asyncpg.Connection, referral_id: UUID) -> str | None:
    """The region a referral belongs to, which never changes; None for a referral nobody told us of."""
    region: str | None = await conn.fetchval("select region from request where referral_id = $1", referral_id)
    return region


async def lock(conn: asyncpg.Connection, referral_id: UUID) -> Standing | None:
    """The request of a referral, locked: what is announced about one referral is announced in order."""
    row = await conn.fetchrow(_LOCK, referral_id)
    return _standing(row) if row else None


async def proposed(
    conn: asyncpg.Connection, referral_id: UUID, *, attempt: int, offer_id: UUID, now: datetime
) -> None:
    """The request is with an offer, which will not be asked again."""
    await conn.execute(_PROPOSED, referral_id, attempt, offer_id, now)


async def move(conn: asyncpg.Connection, referral_id: UUID, state: RequestState, now: datetime) -> None:
    """The request stands elsewhere now."""
    await conn.execute(
        "update request set state = $2, updated_at = $3 where referral_id = $1", referral_id, state.value, now
    )


async def waiting(
    conn: asyncpg.Connection,
    region: str,
    *,
    limit: int,
    after: Turn | None = None,
    sharing: Iterable[str] | None = None,
) -> list[Standing]:
    """Those who wait, locked, in the order they are served; only those who share a need with `sharing` if given."""
    rows = await conn.fetch(
        _WAITING,
        region,
        after.urgency_rank if after else None,
        after.waiting_since if after else None,
        after.referral_id if after else None,
        None if sharing is None else _codes(sharing),
        limit,
    )
    return [_standing(row) for row in rows]


def turn_of(standing: Standing) -> Turn:
    """Where this request stands in the waiting order."""
    request = standing.request
    return Turn(urgency_rank(request.urgency), standing.waiting_since, request.referral_id)


def _codes(codes: Iterable[str]) -> list[str]:
    return sorted(str(code) for code in codes)


def _standing(row: asyncpg.Record) -> Standing:
    request = Request(
        referral_id=row["referral_id"],
        region=row["region"],
        needs=frozenset(row["needs"]),
        languages=tuple(row["languages"]),
        formats=frozenset(row["formats"]),
        modes=frozenset(row["modes"]),
        urgency=row["urgency"],
        age_band=row["age_band"],
        avoid_needs=frozenset(row["avoid_needs"]),
        asked=frozenset(row["asked"]),
    )
    return Standing(request, RequestState(row["state"]), row["attempts"], row["waiting_since"])
