"""Events of matching: proposals, answers to them, and referrals that wait."""

from pydantic import AwareDatetime, Field

from alongside_contracts import streams
from alongside_contracts.codes.fields import MatchReasonCode, ReasonCode
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, ProposalId, ReferralId
from alongside_contracts.vocabulary import OfferKind


class MatchProposed(Event):
    """Matching found an offer for a referral and holds a place until `expires_at`."""

    type = "org.alongside.match.proposed.v1"
    stream = streams.JOURNEY
    announced_by = streams.MATCHING

    referral_id: ReferralId
    proposal_id: ProposalId
    offer_id: OfferId
    offer_kind: OfferKind
    attempt: int = Field(ge=1)
    """1 for the first offer asked for this referral, 2 for the next, …"""
    reasons: tuple[MatchReasonCode, ...]
    expires_at: AwareDatetime

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class MatchAccepted(Event):
    """The target said yes; the held place is taken."""

    type = "org.alongside.match.accepted.v1"
    stream = streams.JOURNEY
    announced_by = streams.MATCHING

    referral_id: ReferralId
    proposal_id: ProposalId
    offer_id: OfferId
    offer_kind: OfferKind

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class MatchDeclined(Event):
    """The target said no; the held place is free and the offer will not be asked again."""

    type = "org.alongside.match.declined.v1"
    stream = streams.JOURNEY
    announced_by = streams.MATCHING

    referral_id: ReferralId
    proposal_id: ProposalId
    offer_id: OfferId
    reason: ReasonCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class MatchLapsed(Event):
    """The target did not answer in time; the held place is free and the next offer is asked."""

    type = "org.alongside.match.lapsed.v1"
    stream = streams.JOURNEY
    announced_by = streams.MATCHING

    referral_id: ReferralId
    proposal_id: ProposalId
    offer_id: OfferId

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class MatchWithdrawn(Event):
    """The network took an open proposal back, because the request changed; its place is free and the target need not answer."""

    type = "org.alongside.match.withdrawn.v1"
    stream = streams.JOURNEY
    announced_by = streams.MATCHING

    referral_id: ReferralId
    proposal_id: ProposalId
    offer_id: OfferId
    reason: ReasonCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class MatchWaitlisted(Event):
    """No eligible offer is free: the referral waits, with the number of offers each rule excluded."""

    type = "org.alongside.match.waitlisted.v1"
    stream = streams.JOURNEY
    announced_by = streams.MATCHING

    referral_id: ReferralId
    excluded: dict[str, int]
    """Number of offers each hard rule excluded, by the rule's name; rules that excluded few offers are in `excluded_few`."""
    excluded_few: tuple[str, ...] = ()
    """Rules that excluded so few offers (fewer than 5) that a count could identify a person."""
    considered: int = Field(ge=0)
    """Number of offers considered, without those too few to count, so that no small number follows from a subtraction."""
    interim_offer_id: OfferId | None = None
    """An offer open to everyone for the waiting time, such as an online group."""

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)
