"""The event handlers of the milestones service."""

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers
from alongside_contracts.milestones import MilestoneReached
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_milestones import store
from alongside_milestones.domain.milestone import has_begun


def handlers() -> Handlers:
    """Register the handlers of every event the service hears."""
    registry = Handlers()

    @registry.on(ReferralStatusChanged)
    async def record_the_beginning(event: ReferralStatusChanged, tx: Tx) -> None:
        if not has_begun(event.status):
            return
        if await store.add(tx, event.referral_id):
            tx.announce(MilestoneReached(referral_id=event.referral_id, reached_at=tx.now))

    return registry
