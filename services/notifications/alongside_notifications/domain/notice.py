"""A notice: one cause, reported to one recipient by one channel. Ids and codes only; nothing identifies a person."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from alongside_contracts.vocabulary import Channel
from alongside_notifications.domain.audience import CHANNELS, Recipient, TemplateKey

State: TypeAlias = Literal["pending", "sending", "delivered", "failed", "no-route", "superseded"]
"""`superseded`: it was not sent, because what it reports has ended or its recipient was erased."""

MESSAGE_DOMAIN: Final = "alongside"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notice is about: a referral, a submission that is not yet one, or a partner's stream. Exactly one of them."""

    referral_id: UUID | None = None
    submission_id: UUID | None = None
    partner: str | None = None

    def link(self, base: str) -> str:
        """Return the link to the details, for readers with access: an id below the network's address."""
        if self.referral_id is not None:
            return f"{base.rstrip('/')}/referrals/{self.referral_id}"
        if self.partner is not None:
            return f"{base.rstrip('/')}/partners"
        return f"{base.rstrip('/')}/submissions/{self.submission_id}"


@dataclass(frozen=True, slots=True)
class News:
    """What happened, without the recipients."""

    cause: str
    template: TemplateKey
    subject: Subject
    status: str | None = None
    """The referral status it reports, if any."""
    urgent: bool = False
    since: datetime | None = None
    """Since when the partner's stream is, or was, unread."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to be stored."""

    id: UUID
    news: News
    recipient: Recipient
    channel: str

    @property
    def first_state(self) -> State:
        """The state in which it is first stored: storing an in-app notice *is* its delivery."""
        return "delivered" if self.channel == Channel.IN_APP else "pending"

    @property
    def message_id(self) -> str | None:
        """The Message-ID of its e-mail (RFC 5322): the same however often the message must be sent."""
        return f"<{self.id}@{MESSAGE_DOMAIN}>" if self.channel == Channel.EMAIL else None


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as stored."""

    notice: Notice
    state: State
    attempts: int
    unforeseen: int
    next_attempt_at: datetime | None
    trouble: str | None
    created_at: datetime
    delivered_at: datetime | None
    trace: Mapping[str, str]


def notices(news: News, recipients: Iterable[Recipient], *, new_id: Callable[[], UUID]) -> Iterator[Notice]:
    """Yield one notice per recipient and channel."""
    for recipient in recipients:
        for channel in CHANNELS:
            yield Notice(new_id(), news, recipient, channel)
