"""How a person returns to matching: an ended referral is never edited, it gets a successor that `replaces` it."""

from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import Reason
from alongside_referrals.domain.referral import Referral

ENDS_THE_SEARCH: Final = frozenset(
    {
        Reason.DUPLICATE,
        Reason.SENT_IN_ERROR,
        Reason.ALREADY_SERVED,
        Reason.NO_LONGER_NEEDS,
        Reason.PERSON_ERASED,
    }
)
"""Reasons after which the person is not matched again."""


def returns_automatically(reason: str | None) -> bool:
    """Return whether a rejection for that reason returns the person to matching without a request for it."""
    return reason not in ENDS_THE_SEARCH


def returns_after_withdrawal(reason: str | None) -> bool:
    """Return whether a person whose target withdrew returns to matching.

    Not when the reason ends the search, nor when the target could not reach the person.
    """
    return returns_automatically(reason) and reason != Reason.UNABLE_TO_CONTACT


def exclude_offer(referral: Referral, offer_id: UUID | None) -> tuple[UUID, ...]:
    """Return the offers that are not to be asked again, with `offer_id` among them."""
    if offer_id is None or offer_id in referral.excluded_offers:
        return referral.excluded_offers
    return (*referral.excluded_offers, offer_id)


def successor_of(ended: Referral, successor_id: UUID) -> Referral:
    """Return a draft for the same person and request that replaces `ended` and excludes the offers tried before."""
    return Referral(
        id=successor_id,
        person_id=ended.person_id,
        reference=ended.reference,
        region=ended.region,
        partner=ended.partner,
        replaces=ended.id,
        excluded_offers=ended.excluded_offers,
        changed_at=ended.changed_at,
    )
