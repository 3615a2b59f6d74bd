"""Stored decisions, with everything needed to explain and replay them, and the policies they were made under.

There is one decision for every proposal and for every referral that joins the waitlist. Every referral writes decisions
and few are read, so a decision is one compressed document with the few columns that are queried.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from alongside_contracts.ids import new_id
from alongside_matching.engine.decisions.decision import Decision
from alongside_matching.engine.decisions.document import from_document, to_document
from alongside_matching.engine.facts import Offer
from alongside_matching.engine.interim import Interim
from alongside_matching.engine.policy import Policies, numbers

Numbers: TypeAlias = Mapping[str, Any]
"""The numbers of a policy as JSON; `policy_file.parse_policy` reads them."""
DELETE_MAX: Final = 5_000
"""Decisions deleted in one transaction."""
_COMPRESSION_LEVEL: Final = 1
_WINDOW_BITS: Final = 13
"""A window of 8 KiB: most documents are smaller, and preparing zlib's usual 32 KiB takes as long as compressing one."""
_COLUMNS: Final = "id, referral_id, region, policy_version, proposal_id, meanwhile, decided_at, document"
_ADD: Final = """
    insert into decision (id, referral_id, region, policy_version, proposal_id, meanwhile, document, decided_at)
    select *, $8 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[], $7::bytea[])
"""
_ADD_POLICIES: Final = """
    insert into policy (version, numbers, first_used_at)
    select version, numbers, $3 from unnest($1::text[], $2::jsonb[]) as used (version, numbers)
    order by version
    on conflict do nothing
"""
_PAGE: Final = f"""
    select {_COLUMNS} from decision
    where ($1::uuid is null or id < $1)
      and ($2::uuid is null or referral_id = $2)
      and ($3::text is null or region = $3)
    order by id desc
    limit $4
"""
_DELETE: Final = """
    delete from decision where id in (select id from decision where decided_at < $1 order by id limit $2)
"""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision to store, with the proposal it led to, or with the interim offer for a waiting referral."""

    decision: Decision
    proposal_id: UUID | None = None
    interim: Interim | None = None


@dataclass(frozen=True, slots=True)
class PackedDecision:
    """A decision as stored, still compressed; `unpack_all` takes seconds for many of them."""

    id: UUID
    referral_id: UUID
    region: str
    decided_at: datetime
    proposal_id: UUID | None
    interim: str | None
    document: bytes


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A stored decision."""

    id: UUID
    referral_id: UUID
    region: str
    decided_at: datetime
    proposal_id: UUID | None
    interim: Mapping[str, Any] | None
    decision: Decision


async def add(
    conn: asyncpg.Connection, new: Sequence[NewDecision], policies: Policies, now: datetime
) -> None:
    """Store decisions: 1 the policies they were made under, if new; 2 the decisions."""
    regions = {new_decision.decision.snapshot.request.region for new_decision in new}
    used = {policy.version: policy for policy in map(policies.of, regions)}
    documents = [orjson.dumps(numbers(policy)).decode() for policy in used.values()]
    await conn.execute(_ADD_POLICIES, list(used), documents, now)  # 1
    requests = [new_decision.decision.snapshot.request for new_decision in new]
    written: dict[Offer, dict[str, Any]] = {}
    await conn.execute(  # 2
        _ADD,
        [new_id() for _ in new],
        [request.referral_id for request in requests],
        [request.region for request in requests],
        [new_decision.decision.policy_version for new_decision in new],
        [new_decision.proposal_id for new_decision in new],
        [_interim_json(new_decision.interim) for new_decision in new],
        [_document(new_decision.decision, written) for new_decision in new],
        now,
    )


async def page(
    conn: asyncpg.Connection,
    *,
    before: UUID | None = None,
    referral_id: UUID | None = None,
    region: str | None = None,
    limit: int,
) -> list[StoredDecision]:
    """Return a page of decisions, newest first."""
    return unpack_all(
        await page_packed(conn, before=before, referral_id=referral_id, region=region, limit=limit)
    )


async def page_packed(
    conn: asyncpg.Connection,
    *,
    before: UUID | None = None,
    referral_id: UUID | None = None,
    region: str | None = None,
    limit: int,
) -> list[PackedDecision]:
    """Return a page of decisions, newest first and still compressed: call `unpack_all` outside the event loop."""
    rows = await conn.fetch(_PAGE, before, referral_id, region, limit)
    return [_from_row(row) for row in rows]


def unpack_all(packed_decisions: Iterable[PackedDecision]) -> list[StoredDecision]:
    """Decompress decisions."""
    return [_unpack(packed) for packed in packed_decisions]


async def load(conn: asyncpg.Connection, decision_id: UUID) -> StoredDecision | None:
    """Return one decision; None when it is not stored."""
    row = await conn.fetchrow(f"select {_COLUMNS} from decision where id = $1", decision_id)
    return _unpack(_from_row(row)) if row else None


async def policy_numbers(conn: asyncpg.Connection, versions: Iterable[str]) -> dict[str, Numbers]:
    """Return the numbers of these policies, by version."""
    rows = await conn.fetch("select version, numbers from policy where version = any($1)", list(versions))
    return {row["version"]: orjson.loads(row["numbers"]) for row in rows}


async def delete_before(conn: asyncpg.Connection, before: datetime) -> int:
    """Delete decisions made before a time, at most `DELETE_MAX`, and return how many were deleted."""
    status: str = await conn.execute(_DELETE, before, DELETE_MAX)
    return int(status.rpartition(" ")[2])


def _interim_json(interim: Interim | None) -> str | None:
    if interim is None:
        return None
    offer_id = None if interim.offer_id is None else str(interim.offer_id)
    return orjson.dumps({"offer_id": offer_id, "excluded": dict(interim.excluded)}).decode()


def _document(decision: Decision, written: dict[Offer, dict[str, Any]]) -> bytes:
    document = orjson.dumps(to_document(decision, written))
    return zlib.compress(document, _COMPRESSION_LEVEL, _WINDOW_BITS)


def _from_row(row: asyncpg.Record) -> PackedDecision:
    return PackedDecision(
        id=row["id"],
        referral_id=row["referral_id"],
        region=row["region"],
        decided_at=row["decided_at"],
        proposal_id=row["proposal_id"],
        interim=row["meanwhile"],
        document=row["document"],
    )


def _unpack(packed: PackedDecision) -> StoredDecision:
    return StoredDecision(
        id=packed.id,
        referral_id=packed.referral_id,
        region=packed.region,
        decided_at=packed.decided_at,
        proposal_id=packed.proposal_id,
        interim=orjson.loads(packed.interim) if packed.interim else None,
        decision=from_document(orjson.loads(zlib.decompress(packed.document))),
    )
