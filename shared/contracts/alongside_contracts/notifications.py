"""Events of notifications: that a recipient was notified, or could not be."""

from typing import Final

from pydantic import AwareDatetime, Field

from alongside_contracts import streams
from alongside_contracts.codes.fields import ChannelCode, NoticeFailureCode, RecipientRoleCode
from alongside_contracts.event import Event
from alongside_contracts.ids import NoticeId, ReferralId
from alongside_contracts.vocabulary import Status

CHANNELS_MAX: Final = 10
"""The most channels of one notice."""


class NoticeDelivered(Event):
    """One notice reached its recipient, by the channel that was first. Later channels of the same notice are not announced."""

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
    """The channel that reached the recipient first."""
    channels: tuple[ChannelCode, ...] | None = Field(default=None, max_length=CHANNELS_MAX)
    """Every channel of the notice. Absent before December 2026, when each channel was announced separately."""
    rules: int | None = Field(default=None, ge=1)
    """The version of the rules that decided who is notified. Absent before December 2026: version 1."""
    delivered_at: AwareDatetime

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class NoticeFailed(Event):
    """A notice could not be delivered by one of its channels, and will not be tried again by it."""

    type = "org.alongside.notice.failed.v1"
    stream = streams.JOURNEY
    announced_by = streams.NOTIFICATIONS

    referral_id: ReferralId
    notice_id: NoticeId
    cause: str
    role: RecipientRoleCode
    channel: ChannelCode
    """The channel that is lost for this notice."""
    channels: tuple[ChannelCode, ...] | None = Field(default=None, max_length=CHANNELS_MAX)
    """Every channel of the notice, the lost one included. Absent before December 2026."""
    why: NoticeFailureCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)
