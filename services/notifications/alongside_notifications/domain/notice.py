"""A notice: one cause, reported to one recipient, with a delivery for each channel. Ids and codes only; nothing identifies a person."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from alongside_contracts.vocabulary import Channel
from alongside_notifications.domain.audience import Recipient, RecipientKind
from alongside_notifications.domain.present import ReferralState, still_holds
from alongside_notifications.domain.rules import CURRENT, TemplateKey

State: TypeAlias = Literal["pending", "sending", "delivered", "failed", "no-route", "superseded"]
"""The state of a delivery. `superseded`: it was not sent, because what it reports has ended or its recipient was erased."""

MESSAGE_DOMAIN: Final = "alongside"
EVERY_CHANNEL: Final = (Channel.IN_APP.value, Channel.EMAIL.value)
"""The channels of every recipient but a partner that chose others."""


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
    sequence: int | None = None
    """The referral's latest transition when it happened, if that is known."""
    urgent: bool = False
    since: datetime | None = None
    """Since when the partner's stream is, or was, unread."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to be stored. It is in the recipient's inbox, whatever its channels."""

    id: UUID
    news: News
    recipient: Recipient
    channels: Sequence[str]
    """The channels by which it goes; the first of them that reaches the recipient is announced."""
    rules: int = CURRENT.version
    """The version of the rules that named the recipient."""

    @property
    def is_reached_when_stored(self) -> bool:
        """Whether storing it is its first delivery: so it is for a recipient with an inbox in the app."""
        return Channel.IN_APP in self.channels

    @property
    def goes_by_email(self) -> bool:
        """Whether it has a delivery by e-mail."""
        return Channel.EMAIL in self.channels

    @property
    def message_id(self) -> str:
        """The Message-ID of its e-mail (RFC 5322): the same however often the message must be sent."""
        return f"<{self.id}@{MESSAGE_DOMAIN}>"


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery by e-mail that a worker has claimed, with the referral's present state, if it is about one that was heard of."""

    notice: Notice
    attempts: int
    unforeseen: int
    message_id: str
    created_at: datetime
    trace: Mapping[str, str]
    present: ReferralState | None

    @property
    def still_holds(self) -> bool:
        """Whether it is worth sending; one about no referral, or about one never heard of, is."""
        news = self.notice.news
        return self.present is None or still_holds(
            news.template,
            self.notice.recipient,
            status=news.status,
            sequence=news.sequence,
            present=self.present,
        )


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """What became of a notice by one channel."""

    channel: str
    state: State
    attempts: int = 0
    next_attempt_at: datetime | None = None
    trouble: str | None = None
    message_id: str | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as stored, with its deliveries; `reached_at` is when the first of them reached the recipient."""

    notice: Notice
    created_at: datetime
    reached_at: datetime | None
    deliveries: Sequence[StoredDelivery]


def notices(news: News, recipients: Iterable[Recipient], *, new_id: Callable[[], UUID]) -> Iterator[Notice]:
    """Yield one notice per recipient, by every channel."""
    for recipient in recipients:
        yield Notice(new_id(), news, recipient, EVERY_CHANNEL)


def channels_to(recipient: Recipient, chosen: Collection[str] | None) -> Sequence[str]:
    """Return the channels of a notice about a referral; `chosen` are those of its partner, None if it said nothing yet.

    A partner that chose its stream is notified there by referrals: the update that Kafka acknowledged is the notice. One that
    said nothing is notified as before there was a choice; a referrals service of that time waits for its notice.
    """
    if recipient.kind is not RecipientKind.PARTNER or chosen is None:
        return EVERY_CHANNEL
    return tuple(channel for channel in (Channel.EMAIL.value,) if channel in chosen)
