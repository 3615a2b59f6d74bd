"""Events of notifications: that a recipient was notified, or could not be."""

from pydantic import AwareDatetime

from alongside_contracts import streams
from alongside_contracts.codes.fields import ChannelCode, NoticeFailureCode, RecipientRoleCode
from alongside_contracts.event import Event
from alongside_contracts.ids import NoticeId, ReferralId
from alongside_contracts.vocabulary import Status


class NoticeDelivered(Event):
    """One notice reached its recipient by one channel."""

    type = "org.alongside.notice.delivered.v1"
    stream = streams.JOURNEY
    announced_by = streams.NOTIFICATIONS

    referral_id: ReferralId
    notice_id: NoticeId
    cause: str
    """The id of the event the notice is about."""
    about_status: Status | None = None
    """The referral status the notice reported, if any."""
    role: RecipientRoleCode
    """The recipient's role. A person who referred themself is notified once, as `referrer`."""
    channel: ChannelCode
    delivered_at: AwareDatetime

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class NoticeFailed(Event):
    """A notice could not be delivered and will not be tried again by this channel."""

    type = "org.alongside.notice.failed.v1"
    stream = streams.JOURNEY
    announced_by = streams.NOTIFICATIONS

    referral_id: ReferralId
    notice_id: NoticeId
    cause: str
    role: RecipientRoleCode
    channel: ChannelCode
    why: NoticeFailureCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)
