"""Places: held, taken and released by conditional writes only. PostgreSQL alone knows how many there are.

A transaction waits for offers once, in the order of their ids, before it has locked any. After that it skips offers
that another transaction has locked, so that transactions never wait for each other's offers in a circle.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from alongside_chassis.announce import Tx

_MOVE: Final = """
    update offer set held = offer.held + moved.held, taken = offer.taken + moved.taken
    from moved where offer.id = moved.offer_id
    returning offer.id, moved.held
"""
"""The only statement that writes `held` and `taken`; `moved` lists the offers and the numbers to add."""
_HOLD: Final = f"""
    with wanted as (
        select * from unnest($1::uuid[], $2::int[]) as wanted (id, places)),
    moved as (
        select offer.id as offer_id, least(places, effective_capacity - held - taken) as held, 0 as taken
        from offer join wanted using (id)
        where paused_because is null and (capacity is null or held + taken < effective_capacity)
        order by offer.id
        for no key update of offer {{lock_clause}})
    {_MOVE}
"""
_LOCK: Final = "select id from offer where id = any($1::uuid[]) order by id for no key update {lock_clause}"
_TAKE: Final = f"""
    with moved as (select $1::uuid as offer_id, -1 as held, 1 as taken)
    {_MOVE}
"""
_GIVE_BACK: Final = f"""
    with moved as (
        select offer_id, -count(*) filter (where not taken) as held, -count(*) filter (where taken) as taken
        from unnest($1::uuid[], $2::boolean[]) as given (offer_id, taken)
        group by offer_id)
    {_MOVE}
"""
_OFFERS_WAITED_FOR: Final = "offers waited for"


class OccupiedPlace(NamedTuple):
    """A place to release: taken, or only held."""

    offer_id: UUID
    taken: bool


async def hold(tx: Tx, wanted: Mapping[UUID, int]) -> dict[UUID, int]:
    """Hold up to the given number of places of each offer, and return how many were held.

    An offer missing from the result had no free place, is paused, or another transaction has locked it (see the module).
    """
    if not wanted:
        return {}
    statement = _HOLD.format(lock_clause=_lock_clause(tx))
    return await _move(tx, statement, list(wanted), list(wanted.values()))


async def lock(tx: Tx, offer_ids: Iterable[UUID]) -> set[UUID]:
    """Lock these offers so that others cannot move their places, and return the offers that could be locked."""
    wanted = list(set(offer_ids))
    if not wanted:
        return set()
    statement = _LOCK.format(lock_clause=_lock_clause(tx))
    return {row["id"] for row in await tx.conn.fetch(statement, wanted)}


async def take(tx: Tx, offer_id: UUID) -> None:
    """Turn a held place into a taken one."""
    await _move(tx, _TAKE, offer_id)


async def give_back(tx: Tx, places: Iterable[OccupiedPlace]) -> None:
    """Release places of offers that are locked."""
    occupied = list(places)
    await _move(tx, _GIVE_BACK, [place.offer_id for place in occupied], [place.taken for place in occupied])


async def _move(tx: Tx, statement: str, *moves: object) -> dict[UUID, int]:
    """Run a statement that ends in `_MOVE`, and return the change of `held` per offer. Nothing else writes places."""
    return {row["id"]: row["held"] for row in await tx.conn.fetch(statement, *moves)}


def _lock_clause(tx: Tx) -> str:
    """Return "" (wait) at the first call in a transaction, and `skip locked` at every later call."""
    return "" if tx.first(_OFFERS_WAITED_FOR) else "skip locked"
