"""Schedules waitlist sweeps of a region: soon after a referral joins the list, and while any referral waits.

A transaction that adds to the waitlist and one that frees a place do not see each other when they run at the same
time. Each handles what it sees, and the sweep runs again after both have committed. A sweep is a durable timer, one per
region and time slot: a later arrival does not delay it, and it survives restarts.
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
    """Schedule the next page of the waitlist sweep, after `after`."""
    _set_sweep_timer(tx, region, tx.now, after)


def sweep_soon(tx: Tx, region: str, policy: Policy) -> None:
    """Schedule a sweep once the transactions that run now have ended.

    Call it for a new waiting referral, or for offers that may suit many referrals. All calls within one time slot share
    one sweep.
    """
    _set_sweep_timer(tx, region, _end_of_slot(tx.now, policy.look_soon_seconds))


def sweep_later(tx: Tx, region: str, policy: Policy) -> None:
    """Schedule the next sweep because referrals still wait."""
    _set_sweep_timer(tx, region, _end_of_slot(tx.now, policy.look_again_seconds))


def region_of(facts: Mapping[str, str]) -> str:
    """Return the region of a sweep timer."""
    return facts["region"]


def position_of(facts: Mapping[str, str]) -> WaitlistPosition | None:
    """Return the position after which a sweep continues; None when it starts at the beginning."""
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


def _end_of_slot(now: datetime, seconds: float) -> datetime:
    """Return the end of the slot of `seconds` that contains `now`; all callers within a slot get the same time."""
    return datetime.fromtimestamp((floor(now.timestamp() / seconds) + 1) * seconds, UTC)
