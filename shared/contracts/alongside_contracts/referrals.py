"""Events of the referrals service: every transition, and every open referral whose due time passed."""

from typing import Final

from pydantic import AwareDatetime, Field

from alongside_contracts import streams
from alongside_contracts.codes.fields import ActorCode, BusinessStatusCode, OutcomeCode, ReasonCode
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, PartnerId, PersonId, Reference, ReferralId, RegionId
from alongside_contracts.intake import SupportRequest
from alongside_contracts.vocabulary import Fit, OfferKind, Status

MEETINGS_MAX: Final = 1_000
"""The most meetings a party can report."""


class ReferralStatusChanged(Event):
    """A referral made a transition, which may repeat its status and business status, as a second interim note does.

    The event carries the whole current state, so a reader needs no other event.
    """

    type = "org.alongside.referral.status-changed.v1"
    stream = streams.JOURNEY
    announced_by = streams.REFERRALS

    referral_id: ReferralId
    sequence: int = Field(ge=1)
    """1, 2, 3 … per referral, without gaps."""
    person_id: PersonId
    partner: PartnerId | None = None
    previous: Status | None = None
    status: Status
    business_status: BusinessStatusCode | None = None
    reason: ReasonCode | None = None
    outcome: OutcomeCode | None = None
    actor: ActorCode
    offer_id: OfferId | None = None
    offer_kind: OfferKind | None = None
    next_actor: ActorCode | None = None
    """The party that must act next; None only when the status is terminal."""
    due_at: AwareDatetime | None = None
    region: RegionId | None = None
    """The region whose on-call ladder applies, when a coordinator or a supervisor must act. Absent before December 2026."""

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class ReferralOverdue(Event):
    """The next actor of an open referral let the due time pass."""

    type = "org.alongside.referral.overdue.v1"
    stream = streams.JOURNEY
    announced_by = streams.REFERRALS

    referral_id: ReferralId
    person_id: PersonId
    partner: PartnerId | None = None
    offer_id: OfferId | None = None
    offer_kind: OfferKind | None = None
    late_actor: ActorCode
    """The party that was late."""
    next_actor: ActorCode
    """The party that must act now."""
    due_at: AwareDatetime
    region: RegionId | None = None
    """The region whose on-call ladder applies. Absent in records from before November 2026."""

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class ReferralSucceeded(Event):
    """An ended referral returns its person to matching, as a new referral that `replaces` it."""

    type = "org.alongside.referral.succeeded.v1"
    stream = streams.JOURNEY
    announced_by = streams.REFERRALS

    referral_id: ReferralId
    """The new referral."""
    replaces: ReferralId
    person_id: PersonId
    partner: PartnerId | None = None
    reference: Reference
    request: SupportRequest
    excluded_offers: tuple[OfferId, ...]
    """Offers that must not be asked again."""

    @property
    def key(self) -> str:
        """The new referral's id."""
        return str(self.referral_id)


class FeedbackGiven(Event):
    """The person or the target reported whether person and offer fit each other.

    With `rematch` the person asked for another offer: the referral ends, and a successor without this offer follows.
    """

    type = "org.alongside.feedback.given.v1"
    stream = streams.JOURNEY
    announced_by = streams.REFERRALS

    referral_id: ReferralId
    person_id: PersonId
    offer_id: OfferId
    offer_kind: OfferKind
    actor: ActorCode
    """The party that reported it."""
    fit: Fit
    rematch: bool
    meetings: int | None = Field(default=None, ge=1, le=MEETINGS_MAX)
    """Number of their meetings so far, if reported."""

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class LoopClosed(Event):
    """Terminal status, an outcome on record, the referrer notified and that notice delivered: the loop is closed."""

    type = "org.alongside.referral.loop-closed.v1"
    stream = streams.JOURNEY
    announced_by = streams.REFERRALS

    referral_id: ReferralId
    status: Status
    outcome: OutcomeCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)
