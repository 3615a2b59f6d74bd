"""SQL on the contacts of offers as a whole; `offers.py` has what concerns one offer."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from alongside_chassis.announce import Tx


class StoredContact(NamedTuple):
    """The contact of an offer; with `unusable_since`, no mail can be sent to it."""

    offer_id: UUID
    email: str
    unusable_since: datetime | None


async def lock_contacts_after(tx: Tx, after: UUID, *, limit: int) -> list[StoredContact]:
    """Return the contacts of offers after an id, in the order of the ids, locked until the commit."""
    rows = await tx.conn.fetch(
        """
        select offer_id, email, unusable_since from offer_contact
        where offer_id > $1 order by offer_id limit $2 for update
        """,
        after,
        limit,
    )
    return [StoredContact(**row) for row in rows]


async def mark_contacts(tx: Tx, unusable: Mapping[UUID, bool]) -> None:
    """Mark the contacts that cannot be used, with the time at which that was first found, and unmark the others."""
    await tx.conn.execute(
        """
        update offer_contact set unusable_since = case when found.unusable then $3::timestamptz end
        from unnest($1::uuid[], $2::bool[]) as found (offer_id, unusable)
        where offer_contact.offer_id = found.offer_id and (unusable_since is not null) <> found.unusable
        """,
        list(unusable),
        list(unusable.values()),
        tx.now,
    )
