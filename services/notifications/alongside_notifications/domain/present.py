"""Whether what a notice reports still holds: the look at the present before every send.

While a mail relay was down, the question that waited was answered, the referral on hold went on, or ended. A question that no
longer waits, and news that no longer hold, are not sent; after the end, only the notice of the end is. All of them remain in the inbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import TERMINAL, BusinessStatus, RecipientRole, Status
from alongside_notifications.domain.audience import ROLE_OF_ACTOR, Recipient
from alongside_notifications.domain.rules import LAPSED, NEXT_ACTOR, OVERDUE, WITHDRAWN, TemplateKey


@dataclass(frozen=True, slots=True)
class ReferralState:
    """The latest state of a referral that was heard."""

    referral_id: UUID
    sequence: int
    status: str
    business_status: str | None
    offer_id: UUID | None
    next_actor: str | None


_STANDING: Final = frozenset(
    {
        BusinessStatus.WAITLISTED,
        BusinessStatus.PAUSED,
        BusinessStatus.CANCELLATION_REQUESTED,
        BusinessStatus.CONSENT_REVOKED,
    }
)
"""Business statuses that describe the present: news of them hold while the referral has them."""
_NOT_ABOUT_THE_PRESENT: Final = frozenset({LAPSED, WITHDRAWN})
"""That an answer is not needed any more holds whatever happens next."""
_HOW_FAR: Final[Mapping[str, int]] = {Status.REQUESTED: 0, Status.ACCEPTED: 1, Status.IN_PROGRESS: 2}
"""News of a status hold while the referral has come as far as that. On hold is as far as accepted: it may have stopped there."""


def still_holds(
    template: TemplateKey,
    recipient: Recipient,
    *,
    status: str | None,
    sequence: int | None,
    present: ReferralState,
) -> bool:
    """Return whether a notice about a referral is still worth sending.

    1 Nobody needs to act: always. 2 An end, while it is the end. 3 Nothing else, once it has ended. 4 A question, while its
    recipient must answer it. 5 The present of that time, while it is the present. 6 How far it came, while it is as far.
    """
    if template in _NOT_ABOUT_THE_PRESENT:  # 1
        return True
    if status in TERMINAL or present.status in TERMINAL:  # 2, 3
        return status == present.status
    if template == OVERDUE:  # 4
        return sequence is None or sequence == present.sequence
    if template == NEXT_ACTOR or recipient.role == RecipientRole.COORDINATOR:
        return ROLE_OF_ACTOR.get(present.next_actor or "", RecipientRole.COORDINATOR) == recipient.role
    if template == BusinessStatus.AWAITING_RESPONSE:
        return _waits_for(recipient, present)
    if template in _STANDING:  # 5
        return present.business_status == template
    if status == Status.ON_HOLD:
        return present.status == Status.ON_HOLD
    return _how_far(present.status) >= _how_far(status)  # 6


def _waits_for(recipient: Recipient, present: ReferralState) -> bool:
    asked = present.business_status == BusinessStatus.AWAITING_RESPONSE
    return asked and (recipient.role != RecipientRole.TARGET or str(present.offer_id) == recipient.id)


def _how_far(status: str | None) -> int:
    """Return how far a referral has come; a status of a newer release is as far as any."""
    return _HOW_FAR.get(status or "", 1 if status == Status.ON_HOLD else 2)
