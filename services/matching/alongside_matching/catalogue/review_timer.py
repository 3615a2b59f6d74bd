"""Durable timer, one per offer, for the day on which an unchanged offer is reviewed again."""

from datetime import date
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_matching.engine.policy import Policy

OFFER_REVIEW: Final = "offer-review"


def set_review_timer(tx: Tx, offer_id: UUID, policy: Policy, *days: date | None) -> None:
    """Set the timer for the first of these days in the future; without one, cancel an earlier timer.

    A day in the past would fire at once, and again at once after that.
    """
    today = policy.day(tx.now)
    first = min((day for day in days if day is not None and day > today), default=None)
    if first is None:
        tx.cancel_timer(OFFER_REVIEW, str(offer_id))
    else:
        tx.set_timer(OFFER_REVIEW, str(offer_id), policy.start_of_day(first))
