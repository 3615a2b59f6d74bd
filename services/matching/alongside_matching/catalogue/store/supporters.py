"""Records of supporters: certificates, trainings, log entries and self-checks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from alongside_contracts.ids import new_id
from alongside_matching.catalogue.rules.certificates import Certificate
from alongside_matching.catalogue.rules.codes import LogKind
from alongside_matching.engine.wellbeing import SelfCheck, Strain

_SET_AGREEMENT: Final = """
    insert into supporter (offer_id, hours_per_week_max, supervisor)
    select * from unnest($1::uuid[], $2::float[], $3::text[])
    on conflict (offer_id) do update
        set hours_per_week_max = excluded.hours_per_week_max, supervisor = excluded.supervisor
"""
_ADD_CERTIFICATES: Final = """
    insert into certification (id, offer_id, issuer, endorsement, issued_on, expires_on)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[])
"""
_ADD_TRAININGS: Final = """
    insert into training (id, offer_id, topic, hours, completed_on)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float[], $5::date[])
"""
_LOG: Final = "insert into supporter_log (id, offer_id, kind, on_day, minutes) values ($1, $2, $3, $4, $5)"
_ADD_SELF_CHECK: Final = """
    insert into self_check (id, offer_id, rested, supported, able, taken_at) values ($1, $2, $3, $4, $5, $6)
"""
_STRAINS: Final = """
    select offer.id, offer.region, offer.capacity, offer.created_at, supporter.hours_per_week_max,
        (select max(on_day) from supporter_log log where log.offer_id = offer.id and kind = 'supervision') as supervised,
        checked.total, checked.taken_at,
        array(select on_day from supporter_log log
              where log.offer_id = offer.id and kind = 'crisis' and on_day >= $2) as crises,
        (select jsonb_object_agg(on_day, spent) from (
            select on_day, sum(minutes) as spent from supporter_log log
            where log.offer_id = offer.id and kind = 'support' and on_day >= $2 group by on_day) as day) as spent
    from offer
    left join supporter on supporter.offer_id = offer.id
    left join lateral (
        select rested + supported + able as total, taken_at from self_check
        where self_check.offer_id = offer.id order by taken_at desc limit 1) as checked on true
    where offer.id = any($1) and offer.kind = 'supporter'
"""
_CERTIFICATES: Final = """
    select offer_id, issuer, endorsement, issued_on, expires_on from certification where offer_id = any($1)
    order by expires_on, id
"""
_WRITE_REVIEWS: Final = """
    update offer
    set capacity_limit = eased.places, certified_until = eased.certified_until,
        endorsements = coalesce(string_to_array(nullif(eased.endorsements, ''), ','), '{}'), updated_at = $5
    from unnest($1::uuid[], $2::int[], $3::date[], $4::text[]) as eased (id, places, certified_until, endorsements)
    where offer.id = eased.id
      and (offer.capacity_limit, offer.certified_until, array_to_string(offer.endorsements, ','))
          is distinct from (eased.places, eased.certified_until, eased.endorsements)
"""
_RECENT_DAYS: Final = 92
"""Days for which crises and time spent are read; more than the largest `crisis_days` that a policy may have."""


@dataclass(frozen=True, slots=True)
class Training:
    """A completed training."""

    topic: str
    hours: float
    completed_on: date


@dataclass(frozen=True, slots=True)
class Agreement:
    """Hours a week at most, and the supervisor (an opaque reference); None where nothing is agreed."""

    hours_per_week_max: float | None = None
    supervisor: str | None = None


@dataclass(frozen=True, slots=True)
class NewRecord:
    """The record that is sent with a supporter; it replaces the stored certificates and trainings."""

    hours_per_week_max: float | None = None
    supervisor: str | None = None
    certificates: Sequence[Certificate] = ()
    trainings: Sequence[Training] = ()


@dataclass(frozen=True, slots=True)
class SupporterReview:
    """The result of reviewing a supporter's record, written to the offer, where the rules read it."""

    offer_id: UUID
    places: int
    certified_until: date | None
    endorsements: Sequence[str]


async def replace_records(conn: asyncpg.Connection, records: Mapping[UUID, NewRecord]) -> None:
    """Replace the agreements, certificates and trainings of these supporters; log entries stay."""
    ids = list(records)
    hours = [record.hours_per_week_max for record in records.values()]
    await conn.execute(_SET_AGREEMENT, ids, hours, [record.supervisor for record in records.values()])
    await conn.execute("delete from certification where offer_id = any($1)", ids)
    await conn.execute("delete from training where offer_id = any($1)", ids)
    await add_certificates(
        conn, ((key, certificate) for key, record in records.items() for certificate in record.certificates)
    )
    await add_trainings(
        conn, ((key, training) for key, record in records.items() for training in record.trainings)
    )


async def set_agreement(
    conn: asyncpg.Connection, offer_id: UUID, *, hours_per_week_max: float | None, supervisor: str | None
) -> None:
    """Set the hours agreed with a supporter and the supervisor."""
    await conn.execute(_SET_AGREEMENT, [offer_id], [hours_per_week_max], [supervisor])


async def add_certificates(
    conn: asyncpg.Connection, certificates: Iterable[tuple[UUID, Certificate]]
) -> None:
    """Add certificates, each with the offer id of its supporter."""
    rows = [
        (
            new_id(),
            offer_id,
            certificate.issuer,
            certificate.endorsement,
            certificate.issued_on,
            certificate.expires_on,
        )
        for offer_id, certificate in certificates
    ]
    if rows:
        await conn.execute(_ADD_CERTIFICATES, *map(list, zip(*rows, strict=True)))


async def add_trainings(conn: asyncpg.Connection, trainings: Iterable[tuple[UUID, Training]]) -> None:
    """Add trainings, each with the offer id of its supporter."""
    rows = [
        (new_id(), offer_id, training.topic, training.hours, training.completed_on)
        for offer_id, training in trainings
    ]
    if rows:
        await conn.execute(_ADD_TRAININGS, *map(list, zip(*rows, strict=True)))


async def add_log_entry(
    conn: asyncpg.Connection, offer_id: UUID, kind: LogKind, on: date, minutes: int
) -> None:
    """Add a log entry for a day."""
    await conn.execute(_LOG, new_id(), offer_id, kind, on, minutes)


async def add_self_check(
    conn: asyncpg.Connection, offer_id: UUID, now: datetime, *, rested: int, supported: int, able: int
) -> None:
    """Store a self-check, which only the well-being rule reads."""
    await conn.execute(_ADD_SELF_CHECK, new_id(), offer_id, rested, supported, able, now)


async def load_strains(
    conn: asyncpg.Connection, ids: Sequence[UUID], on: date
) -> dict[UUID, tuple[str, Strain]]:
    """Return region and strain by offer id; offers that are not supporters are left out."""
    rows = await conn.fetch(_STRAINS, list(ids), on - timedelta(days=_RECENT_DAYS))
    return {row["id"]: (row["region"], _strain(row)) for row in rows}


async def load_certificates(conn: asyncpg.Connection, ids: Sequence[UUID]) -> dict[UUID, list[Certificate]]:
    """Return the certificates of these supporters, valid or not."""
    certificates: dict[UUID, list[Certificate]] = {offer_id: [] for offer_id in ids}
    for row in await conn.fetch(_CERTIFICATES, list(ids)):
        certificate = Certificate(row["issuer"], row["endorsement"], row["issued_on"], row["expires_on"])
        certificates[row["offer_id"]].append(certificate)
    return certificates


async def load_trainings(conn: asyncpg.Connection, offer_id: UUID) -> list[Training]:
    """Return the trainings of a supporter, oldest first."""
    query = "select topic, hours, completed_on from training where offer_id = $1 order by completed_on, id"
    return [Training(**row) for row in await conn.fetch(query, offer_id)]


async def load_agreement(conn: asyncpg.Connection, offer_id: UUID) -> Agreement:
    """Return the agreement with a supporter."""
    query = "select hours_per_week_max, supervisor from supporter where offer_id = $1"
    row = await conn.fetchrow(query, offer_id)
    return Agreement(row["hours_per_week_max"], row["supervisor"]) if row else Agreement()


async def load_supervisions(conn: asyncpg.Connection, offer_id: UUID, limit: int) -> list[date]:
    """Return the days on which a supporter was supervised, newest first."""
    query = """
        select on_day from supporter_log where offer_id = $1 and kind = 'supervision'
        order by on_day desc, id desc limit $2
    """
    return [row["on_day"] for row in await conn.fetch(query, offer_id, limit)]


async def lock_supervisor(conn: asyncpg.Connection, supervisor: str) -> None:
    """Wait for and lock a supervisor until the commit, so that nobody else counts their supporters.

    The lock is advisory, because a supervisor is an opaque reference and has no row.
    """
    await conn.execute("select pg_advisory_xact_lock(hashtextextended('supervisor:' || $1, 0))", supervisor)


async def count_supervised(conn: asyncpg.Connection, supervisor: str, except_offer_id: UUID | None) -> int:
    """Count the supporters of a supervisor, except `except_offer_id`."""
    query = "select count(*) from supporter where supervisor = $1 and offer_id is distinct from $2"
    count: int = await conn.fetchval(query, supervisor, except_offer_id)
    return count


async def write_reviews(conn: asyncpg.Connection, reviewed: Sequence[SupporterReview], now: datetime) -> None:
    """Write reviews to offers; an offer whose values are unchanged is not written."""
    await conn.execute(
        _WRITE_REVIEWS,
        [result.offer_id for result in reviewed],
        [result.places for result in reviewed],
        [result.certified_until for result in reviewed],
        [",".join(result.endorsements) for result in reviewed],
        now,
    )


def _strain(row: asyncpg.Record) -> Strain:
    spent: Mapping[str, int] = orjson.loads(row["spent"]) if row["spent"] else {}
    return Strain(
        agreed=row["capacity"],
        supervised_on=row["supervised"] or row["created_at"].date(),
        self_check=None if row["total"] is None else SelfCheck(row["taken_at"].date(), row["total"]),
        crises_on=tuple(row["crises"]),
        support_minutes={date.fromisoformat(day): int(minutes) for day, minutes in spent.items()},
        hours_per_week_max=row["hours_per_week_max"],
    )
