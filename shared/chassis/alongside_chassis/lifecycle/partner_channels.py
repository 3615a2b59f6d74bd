"""How partners want to hear of their referrals, as each service that has to know stores it from `people.v1`.

A partner of which nothing was heard said nothing yet: it was registered before there was a choice.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import asyncpg

from alongside_chassis.announce import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_contracts.partner import PartnerRegistered

_SAVE: Final = """
    insert into partner_channels (partner, channels, registered_at) values ($1, $2, $3)
    on conflict (partner) do update set channels = excluded.channels, registered_at = excluded.registered_at
    where partner_channels.registered_at <= excluded.registered_at
"""
_FIND: Final = "select partner, channels from partner_channels where partner = any($1::text[])"


def hear_partner_channels(handlers: Handlers) -> None:
    """Register the handler that stores what partners say; one that is heard late changes nothing."""

    @handlers.on_batch(PartnerRegistered)
    async def save_channels(events: Sequence[PartnerRegistered], tx: Tx) -> None:
        for event in events:
            await tx.conn.execute(_SAVE, event.partner, list(event.channels), event.registered_at)


async def channels_of_partners(
    conn: asyncpg.Connection, partners: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Return the channels of those of these partners that said anything."""
    if not partners:
        return {}
    rows = await conn.fetch(_FIND, list(partners))
    return {row["partner"]: frozenset(row["channels"]) for row in rows}
