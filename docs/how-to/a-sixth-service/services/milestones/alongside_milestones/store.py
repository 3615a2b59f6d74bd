"""Every SQL statement of the service."""

from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx

_ADD: Final = """
    insert into milestone (referral_id, reached_at) values ($1, $2)
    on conflict do nothing returning referral_id
"""


async def add(tx: Tx, referral_id: UUID) -> bool:
    """Store that a referral has begun; return False when it had begun before."""
    return await tx.conn.fetchval(_ADD, referral_id, tx.now) is not None
