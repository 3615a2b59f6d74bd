"""When a region's waitlist is looked at again: soon after somebody went onto it, and as long as anybody waits.

Who goes onto the list and who gives a place back do not see each other when both are in hand at once. So each looks
at what it sees, and the timer looks once more when both are done. It is a durable timer, one per region and moment: a
later arrival does not put it off, and no process need be alive in between.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import floor
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.allocation.store.requests import WaitlistPosition
from alongside_matching.engine.policy import Policy

WAITLIST_SWEEP: Final = "waitlist-sweep"


def continue_sweep(tx: Tx, region: str, after: WaitlistPosition) -> None:
    """Have those who wait in a region behind a turn looked at as well."""
    _set_sweep_timer(tx, region, tx.now, after)


def sweep_soon(tx: Tx, region: str, policy: Policy) -> None:
    """Somebody went onto the waitlist, or offers came that may be for many: look when whatever is in hand elsewhere has
    ended. However much happens until then, the list is looked at once."""
    _set_sweep_timer(tx, region, _next_tick(tx.now, policy.look_soon_seconds))


def sweep_later(tx: Tx, region: str, policy: Policy) -> None:
    """Somebody still waits."""
    _set_sweep_timer(tx, region, _next_tick(tx.now, policy.look_again_seconds))


def region_of(facts: Mapping[str, str]) -> str:
    """The region a timer is for."""
    return facts["region"]


def position_of(facts: Mapping[str, str]) -> WaitlistPosition | None:
    """The turn behind which a timer goes on; None when it begins with the first."""
    if "referral_id" not in facts:
        return None
    since = datetime.fromisoformat(facts["waiting_since"])
    return WaitlistPosition(int(facts["urgency_rank"]), since, UUID(facts["referral_id"]))


def _set_sweep_timer(tx: Tx, region: str, at: datetime, after: WaitlistPosition | None = None) -> None:
    facts = {"region": region}
    if after is not None:
        facts |= {
            "urgency_rank": str(after.urgency_rank),
            "waiting_since": after.waiting_since.isoformat(),
            "referral_id": str(after.referral_id),
        }
    tx.set_timer(WAITLIST_SWEEP, f"{region} {at.isoformat()}", at, facts)


def _next_tick(now: datetime, seconds: float) -> datetime:
    """The end of the stretch of so many seconds that `now` lies in: the same for all who ask within it."""
    return datetime.fromtimestamp((floor(now.timestamp() / seconds) + 1) * seconds, UTC)
