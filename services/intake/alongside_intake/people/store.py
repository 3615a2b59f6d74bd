"""SQL statements about people, partners and their sealed contact routes, one function per question."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_contracts.ids import PersonId, new_id
from alongside_contracts.partner import PARTNER_CHANNELS
from alongside_intake.domain.facts import State
from alongside_intake.people.vault import Owner
from alongside_intake.submissions.record import ExternalRef


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that refers."""

    id: str
    name: str
    setting: str
    region: str
    registered_at: datetime
    has_contact_route: bool
    channels: Sequence[str]
    """How it hears of its referrals."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person, and the references under which they and their submissions are stored."""

    id: UUID
    ref: ExternalRef
    submission_refs: tuple[ExternalRef, ...]
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What an erasure deleted, and when the person was first erased; `is_new` when that is now."""

    is_new: bool
    erased_at: datetime
    contact_route_erased: bool
    submissions: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class StoredRoute:
    """A sealed contact route; with `unusable_since`, nothing can be sent to it."""

    owner: Owner
    wrapped_key: bytes
    sealed: bytes
    stored_at: datetime
    unusable_since: datetime | None


async def is_registered(conn: asyncpg.Connection, partner: str) -> bool:
    """Return whether this partner is registered."""
    return bool(await registered_partners(conn, {partner}))


async def registered_partners(conn: asyncpg.Connection, partners: Collection[str]) -> dict[str, datetime]:
    """Return which of these partners are registered, and since when."""
    rows = await conn.fetch(
        "select id, registered_at from partner where id = any($1::text[])", list(partners)
    )
    return {row["id"]: row["registered_at"] for row in rows}


async def register(  # the facts of a registration, by name
    tx: Tx, partner: str, *, name: str, setting: str, region: str, channels: Sequence[str] | None = None
) -> bool:
    """Register a partner, or update its registration; return whether it is new. None keeps the channels it chose before."""
    is_new: bool = await tx.conn.fetchval(
        """
        insert into partner (id, name, setting, region, registered_at, changed_at, summarised_to, channels)
        values ($1, $2, $3, $4, $5, $5, $5, $6)
        on conflict (id) do update
            set name = excluded.name, setting = excluded.setting, region = excluded.region,
                changed_at = excluded.changed_at, channels = coalesce(excluded.channels, partner.channels)
        returning xmax = 0
        """,
        partner,
        name,
        setting,
        region,
        tx.now,
        channels,
    )
    return is_new


async def find_partner(conn: asyncpg.Connection, partner_id: str) -> Partner | None:
    """Return one partner, or None."""
    rows = await conn.fetch(f"{_PARTNERS} where p.id = $1", partner_id)
    return _partner(rows[0]) if rows else None


async def list_partners(conn: asyncpg.Connection, *, after: str, limit: int) -> list[Partner]:
    """List partners by id; `after` is the last id of the previous page."""
    rows = await conn.fetch(f"{_PARTNERS} where p.id > $1 order by p.id limit $2", after, limit)
    return [_partner(row) for row in rows]


async def find_or_create_person(tx: Tx, namespace: str, reference: str) -> PersonId:
    """Return the person with this reference, created if missing, and lock the row."""
    return PersonId(
        await tx.conn.fetchval(
            """
            insert into person (id, namespace, reference, created_at) values ($1, $2, $3, $4)
            on conflict (namespace, reference) do update set reference = excluded.reference returning id
            """,
            new_id(),
            namespace,
            reference,
            tx.now,
        )
    )


async def wrapped_key(conn: asyncpg.Connection, owner: Owner) -> bytes | None:
    """Return the owner's wrapped data key; None when there never was one, or it was erased."""
    key: bytes | None = await conn.fetchval(
        "select wrapped_key from vault_key where kind = $1 and owner = $2", owner.kind, owner.id
    )
    return key


async def store_key(tx: Tx, owner: Owner, wrapped: bytes) -> None:
    """Store a new wrapped data key."""
    await tx.conn.execute(
        "insert into vault_key (kind, owner, wrapped_key, created_at) values ($1, $2, $3, $4)",
        owner.kind,
        owner.id,
        wrapped,
        tx.now,
    )


async def store_route(tx: Tx, owner: Owner, sealed: bytes) -> None:
    """Store a sealed contact route, in place of an earlier one."""
    await tx.conn.execute(
        """
        insert into contact_route (kind, owner, sealed, changed_at) values ($1, $2, $3, $4)
        on conflict (kind, owner) do update
            set sealed = excluded.sealed, changed_at = excluded.changed_at, unusable_since = null
        """,
        owner.kind,
        owner.id,
        sealed,
        tx.now,
    )


async def sealed_routes(
    conn: asyncpg.Connection, owners: Collection[Owner]
) -> dict[Owner, tuple[bytes, bytes]]:
    """Return the wrapped data key and the sealed contact route of each of these owners that has one."""
    rows = await conn.fetch(
        """
        select kind, owner, k.wrapped_key, r.sealed
        from unnest($1::text[], $2::text[]) as asked (kind, owner)
            join contact_route r using (kind, owner) join vault_key k using (kind, owner)
        """,
        [owner.kind for owner in owners],
        [owner.id for owner in owners],
    )
    return {Owner(row["kind"], row["owner"]): (row["wrapped_key"], row["sealed"]) for row in rows}


async def lock_routes_after(tx: Tx, after: tuple[str, str], *, limit: int) -> list[StoredRoute]:
    """Return the contact routes after an owner (kind, id), in that order, locked until the commit."""
    rows = await tx.conn.fetch(
        """
        select kind, owner, k.wrapped_key, r.sealed, r.changed_at, r.unusable_since
        from contact_route r join vault_key k using (kind, owner)
        where (kind, owner) > ($1, $2) order by kind, owner limit $3 for update of r
        """,
        *after,
        limit,
    )
    return [StoredRoute(Owner(row["kind"], row["owner"]), *tuple(row)[2:]) for row in rows]


async def mark_routes(tx: Tx, unusable: Mapping[Owner, bool]) -> None:
    """Mark the routes that cannot be used, with the time at which that was first found, and unmark the others."""
    await tx.conn.execute(
        """
        update contact_route r set unusable_since = case when found.unusable then $4::timestamptz end
        from unnest($1::text[], $2::text[], $3::bool[]) as found (kind, owner, unusable)
        where (r.kind, r.owner) = (found.kind, found.owner) and (r.unusable_since is not null) <> found.unusable
        """,
        [owner.kind for owner in unusable],
        [owner.id for owner in unusable],
        list(unusable.values()),
        tx.now,
    )


async def lock_open_escalations(tx: Tx, person_id: UUID) -> list[UUID]:
    """Lock the person, and return the ids of their escalated submissions that nobody cleared."""
    await tx.conn.execute("select 1 from person where id = $1 for update", person_id)
    rows = await tx.conn.fetch(
        "select id from submission where person_id = $1 and state = $2 and superseded_by is null",
        person_id,
        State.ESCALATED.value,
    )
    return [row["id"] for row in rows]


async def lock_erasures(tx: Tx) -> None:
    """Wait until no transaction decides by which erasures there are, and hold back those that would, until the commit.

    Taken before any other lock, so that it seldom meets a transaction that asks `erasures_of` with a person locked already;
    PostgreSQL ends such a deadlock, and the loser is tried again.
    """
    await tx.conn.execute("lock table erased_reference in exclusive mode")


async def erasures_of(tx: Tx, digests: Collection[bytes]) -> dict[bytes, datetime]:
    """Return when the people of these references were erased, and hold back erasures until the transaction ends."""
    rows = await tx.conn.fetch(
        "select digest, erased_at from erased_reference where digest = any($1::bytea[]) for key share",
        list(digests),
    )
    return {row["digest"]: row["erased_at"] for row in rows}


async def add_erasure(tx: Tx, digests: Collection[bytes], erased_at: datetime) -> None:
    """Store by what the records of an erased person are recognised; of two erasures the later one counts."""
    await tx.conn.execute(
        """
        insert into erased_reference (digest, erased_at) select distinct digest, $2::timestamptz
        from unnest($1::bytea[]) as digest
        on conflict (digest) do update set erased_at = greatest(erased_reference.erased_at, excluded.erased_at)
        """,
        list(digests),
        erased_at,
    )


async def purge_erasures(tx: Tx, before: datetime) -> None:
    """Delete what the records of people are recognised by who were erased until then."""
    await tx.conn.execute("delete from erased_reference where erased_at <= $1", before)


async def is_not_erased(conn: asyncpg.Connection, person_id: UUID) -> bool:
    """Return whether there is such a person, not erased."""
    found: bool = await conn.fetchval(
        "select exists (select from person where id = $1 and erased_at is null)", person_id
    )
    return found


async def lock_person(tx: Tx, person_id: UUID) -> KnownPerson | None:
    """Lock a person, and return them with their references; None when there is no such person."""
    person = await tx.conn.fetchrow(
        "select namespace, reference, erased_at from person where id = $1 for update", person_id
    )
    if person is None:
        return None
    rows = await tx.conn.fetch(
        "select distinct source, reference from submission where person_id = $1", person_id
    )
    refs = tuple((row["source"], row["reference"]) for row in rows)
    return KnownPerson(person_id, (person["namespace"], person["reference"]), refs, person["erased_at"])


async def erase(tx: Tx, person: KnownPerson, at: datetime) -> ErasureResult:
    """Erase a locked person.

    1 the row keeps its opaque id and loses the submitter's reference; 2 the data key is deleted, and with it the contact
    route and the words about risks, also those heard before it was known whose they were; 3 submissions keep their decision
    and lose their content; 4 open referrals are deleted, so that no later submission is linked to them; 5 stored answers to
    repeated requests are deleted: they show the submitter's reference.
    """
    erased_at = person.erased_at or at
    await tx.conn.execute(  # 1
        "update person set reference = 'erased ' || id, erased_at = $2 where id = $1", person.id, erased_at
    )
    route_deletion = await tx.conn.execute(  # 2
        "delete from contact_route where kind = 'person' and owner = $1", str(person.id)
    )
    await tx.conn.execute(_DELETE_KEYS, person.id)
    emptied = await tx.conn.fetch(  # 3
        """
        update submission set facts = null, reference = 'erased ' || id, risks = '{}', suggestions = '{}',
            cleared_because = null, cause = null, next_actor = null, due_at = null
        where person_id = $1 and facts is not null returning id
        """,
        person.id,
    )
    await tx.conn.execute("delete from open_referral where person_id = $1", person.id)  # 4
    await tx.conn.execute(  # 5
        "delete from idempotency_key where position(convert_to($1, 'utf8') in body) > 0", str(person.id)
    )
    return ErasureResult(
        is_new=person.erased_at is None,
        erased_at=erased_at,
        contact_route_erased=route_deletion == "DELETE 1",
        submissions=tuple(row["id"] for row in emptied),
    )


_DELETE_KEYS: Final = """
    delete from vault_key where kind = 'person' and (owner = $1::uuid::text or owner in (
        select w.owner from risk_words w join submission s on s.id = w.submission_id where s.person_id = $1::uuid))
"""
_PARTNERS: Final = """
    select p.id, p.name, p.setting, p.region, p.registered_at, r.owner is not null as has_contact_route, p.channels
    from partner p left join contact_route r on r.kind = 'partner' and r.owner = p.id
"""


def _partner(row: asyncpg.Record) -> Partner:
    """Return a partner; one that said nothing of channels has every one."""
    return Partner(**(dict(row) | {"channels": tuple(row["channels"] or sorted(PARTNER_CHANNELS))}))
