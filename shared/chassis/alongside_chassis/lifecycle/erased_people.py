"""The people who were erased, as each service that hears of it stores them: what begins anything for one of them is stale.

Erasures and the events of a referral are on different streams, so either may be heard first. A statement that begins
something for a person leaves out the people here, `for key share`: it then waits for an erasure that is being written, and the erasure
waits for it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from alongside_chassis.announce import Tx
from alongside_chassis.consume import dead_letters
from alongside_chassis.consume.handlers import Handlers, Timer
from alongside_contracts.streams import PEOPLE

ERASURE_EXPIRY: Final = "erasure-expiry"
"""The timer that deletes an erased person's id; its key is the id."""
KEPT_FOR: Final = timedelta(milliseconds=PEOPLE.retention_ms)
_ADD: Final = """
    insert into erased_person (person_id, erased_at) select * from unnest($1::uuid[], $2::timestamptz[])
    on conflict (person_id) do nothing
"""
_DELETE_ANSWERS: Final = """
    delete from idempotency_key where exists (
        select from unnest($1::uuid[]) as erased where position(convert_to(erased::text, 'utf8') in body) > 0)
"""


async def add_erased(tx: Tx, erased_at: Mapping[UUID, datetime]) -> None:
    """Store who was erased, and delete what this service keeps of them beside its own data.

    1 wait for transactions that begin something, and hold back others until the commit; 2 store; 3 empty dead letters and
    delete answers to commands that name them; 4 set the timers of their end.
    """
    people = list(erased_at)
    await tx.conn.execute("lock table erased_person in exclusive mode")  # 1
    await tx.conn.execute(_ADD, people, list(erased_at.values()))  # 2
    await dead_letters.erase_of_people(tx.conn, people, at=tx.now)  # 3
    await tx.conn.execute(_DELETE_ANSWERS, people)
    for person_id, at in erased_at.items():
        tx.set_timer(ERASURE_EXPIRY, str(person_id), at + KEPT_FOR)  # 4


async def purge_erased(conn: asyncpg.Connection, person_id: UUID) -> None:
    """Delete an erased person's id: no stream and no backup can bring anything from before the erasure back."""
    await conn.execute("delete from erased_person where person_id = $1", person_id)


def expire_erasures(handlers: Handlers) -> None:
    """Register the handler of the timer that deletes the id of an erased person."""

    @handlers.on_timer(ERASURE_EXPIRY)
    async def expire(timer: Timer, tx: Tx) -> None:
        await purge_erased(tx.conn, UUID(timer.key))
