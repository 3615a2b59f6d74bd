"""What the milestones service does with what it hears."""

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers
from alongside_contracts.milestones import MilestoneReached
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_milestones import store
from alongside_milestones.domain.milestone import has_begun


def handlers() -> Handlers:
    """Everything the service hears."""
    heard = Handlers()

    @heard.on(ReferralStatusChanged)
    async def record_the_beginning(event: ReferralStatusChanged, tx: Tx) -> None:
        if not has_begun(event.status):
            return
        if await store.add(tx, event.referral_id):
            tx.announce(MilestoneReached(referral_id=event.referral_id, reached_at=tx.now))

    return heard
