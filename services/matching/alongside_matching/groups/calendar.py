"""When groups meet next, for those who may go there meanwhile."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.groups import store as groups
from alongside_matching.groups.schedule import Schedule, upcoming

MEETINGS_MAX: Final = 6
"""How many meetings of a group are looked at for one that suits."""


async def next_meetings(tx: Tx, offer_ids: Collection[UUID]) -> dict[UUID, list[datetime]]:
    """When the groups that keep a calendar meet next; cancelled meetings are none."""
    kept = await groups.load_groups(tx.conn, list(offer_ids)) if offer_ids else {}
    cancelled = await groups.load_cancelled(tx.conn, list(kept), tx.now) if kept else set()
    return {
        offer_id: [start for start in _next(group.schedule, tx.now) if (offer_id, start) not in cancelled]
        for offer_id, group in kept.items()
    }


def _next(schedule: Schedule, now: datetime) -> list[datetime]:
    return [meeting.starts_at for meeting in upcoming(schedule, now, MEETINGS_MAX)]
