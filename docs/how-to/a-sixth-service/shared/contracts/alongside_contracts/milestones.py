"""What milestones announces: that a referral has begun for the first time."""

from pydantic import AwareDatetime

from alongside_contracts import streams
from alongside_contracts.event import Event
from alongside_contracts.ids import ReferralId


class MilestoneReached(Event):
    """A referral has begun for the first time."""

    type = "org.alongside.milestone.reached.v1"
    stream = streams.JOURNEY
    announced_by = streams.MILESTONES

    referral_id: ReferralId
    reached_at: AwareDatetime

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)
