"""How a person returns to matching: an ended referral is never edited, it gets a successor that `replaces` it."""

from typing import Final
from uuid import UUID

from alongside_referrals.domain.codes import Reason
from alongside_referrals.domain.referral import Referral

ENDS_THE_SEARCH: Final = frozenset(
    {Reason.DUPLICATE, Reason.SENT_IN_ERROR, Reason.ALREADY_SERVED, Reason.NO_LONGER_NEEDS}
)
"""Reasons that say nobody is left to be matched."""


def returns_automatically(reason: Reason | None) -> bool:
    """Whether a rejection for that reason sends the person back to matching unasked."""
    return reason not in ENDS_THE_SEARCH


def returns_after_withdrawal(reason: Reason | None) -> bool:
    """Whether a person whose target withdrew goes back to matching unasked: unless nobody could reach them either."""
    return returns_automatically(reason) and reason is not Reason.UNABLE_TO_CONTACT


def exclude_offer(referral: Referral, offer_id: UUID | None) -> tuple[UUID, ...]:
    """The offers not to be asked again once `offer_id` is out as well."""
    if offer_id is None or offer_id in referral.excluded_offers:
        return referral.excluded_offers
    return (*referral.excluded_offers, offer_id)


def successor_of(ended: Referral, successor_id: UUID) -> Referral:
    """A draft for the same person and request that replaces `ended` and avoids whom it already asked in vain."""
    return Referral(
        id=successor_id,
        person_id=ended.person_id,
        reference=ended.reference,
        region=ended.region,
        partner=ended.partner,
        replaces=ended.id,
        excluded_offers=ended.excluded_offers,
    )
