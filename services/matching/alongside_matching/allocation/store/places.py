"""Places: held, taken and given back, by conditional writes alone. PostgreSQL knows how many there are; nobody else.

A transaction waits for offers once, in the order of their ids, before it has locked any. From then on it passes over
those that another one has locked. So no two transactions wait for each other's offers in a circle.
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
"""The only statement that writes `held` and `taken`, of the offers and by the numbers that `moved` lists."""
_HOLD: Final = f"""
    with wanted as (
        select * from unnest($1::uuid[], $2::int[]) as wanted (id, places)),
    moved as (
        select offer.id as offer_id, least(places, effective_capacity - held - taken) as held, 0 as taken
        from offer join wanted using (id)
        where paused_because is null and (capacity is null or held + taken < effective_capacity)
        order by offer.id
        for no key update of offer {{passing_over}})
    {_MOVE}
"""
_LOCK: Final = "select id from offer where id = any($1::uuid[]) order by id for no key update {passing_over}"
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
    """A place to give back: one that was taken, or one that was only held."""

    offer_id: UUID
    taken: bool


async def hold(tx: Tx, wanted: Mapping[UUID, int]) -> dict[UUID, int]:
    """Hold up to so many places of each offer; answers how many were free. An offer that is missing had none.

    It may also be missing because somebody else is just moving its places (see above).
    """
    if not wanted:
        return {}
    statement = _HOLD.format(passing_over=_lock_clause(tx))
    return await _move(tx, statement, list(wanted), list(wanted.values()))


async def lock(tx: Tx, offer_ids: Iterable[UUID]) -> set[UUID]:
    """Keep others from moving the places of these offers; answers which of them we could lock."""
    wanted = list(set(offer_ids))
    if not wanted:
        return set()
    statement = _LOCK.format(passing_over=_lock_clause(tx))
    return {row["id"] for row in await tx.conn.fetch(statement, wanted)}


async def take(tx: Tx, offer_id: UUID) -> None:
    """The held place is taken."""
    await _move(tx, _TAKE, offer_id)


async def give_back(tx: Tx, places: Iterable[OccupiedPlace]) -> None:
    """Give places back, of offers that are locked."""
    given = list(places)
    await _move(tx, _GIVE_BACK, [place.offer_id for place in given], [place.taken for place in given])


async def _move(tx: Tx, statement: str, *moves: object) -> dict[UUID, int]:
    """Run a statement that ends in `_MOVE`; by how much each offer's `held` changed. Nothing else writes places."""
    return {row["id"]: row["held"] for row in await tx.conn.fetch(statement, *moves)}


def _lock_clause(tx: Tx) -> str:
    """Whether this transaction must not wait for offers any more: it waits for them once, before it has locked any."""
    return "" if tx.first(_OFFERS_WAITED_FOR) else "skip locked"
