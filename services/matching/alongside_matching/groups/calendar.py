"""The next meetings of groups, for interim offers."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.groups import store as groups
from alongside_matching.groups.schedule import upcoming

MEETINGS_MAX: Final = 6
"""Meetings of a group that are checked for a suitable one."""


async def next_meetings(tx: Tx, offer_ids: Collection[UUID]) -> dict[UUID, list[datetime]]:
    """Return the start times of the next meetings of groups with a schedule, without cancelled ones."""
    groups_by_id = await groups.load_groups(tx.conn, list(offer_ids)) if offer_ids else {}
    since = tx.now.date() - timedelta(days=1)  # a local day may be the one before
    cancelled = await groups.load_cancelled(tx.conn, list(groups_by_id), since) if groups_by_id else set()
    return {
        offer_id: [
            meeting.starts_at
            for meeting in upcoming(group.schedule, tx.now, MEETINGS_MAX)
            if (offer_id, meeting.day) not in cancelled
        ]
        for offer_id, group in groups_by_id.items()
    }
