"""Why an offer is paused, and which of several reasons counts.

An offer that its source withdraws is marked, and paused unless it has another pause; when that one ends it stays paused, until
its source lists it again or staff resume it (`store/offer_batches.py`, `store/offers.py`).
"""

from enum import StrEnum
from typing import Final

KEPT_BY_STAFF: Final = "kept-by-staff"
"""Code of a remark on an imported offer of which something stays as staff set it."""
KEPT_REMEDY: Final = (
    "If the source is right, resume the offer, or send POST /offers/{id}/follow-source and import it again."
)


class PausedBecause(StrEnum):
    """Why an offer is not asked. A pause by staff ends only by staff or at the time they set."""

    STAFF = "staff"
    NOT_ACTIVE = "not-active"
    VANISHED = "vanished"
    NOT_MEETING = "not-meeting"


def pause_of(code: str | None) -> PausedBecause | None:
    """Return the pause reason of a stored or sent code; None for an offer that is asked."""
    return None if code is None else PausedBecause(code)


def after_review(before: PausedBecause | None, *, takes_people: bool) -> PausedBecause | None:
    """Return a group's pause after its schedule was reviewed: set or lift `NOT_MEETING`, keep any other."""
    if before not in (None, PausedBecause.NOT_MEETING):
        return before
    return None if takes_people else PausedBecause.NOT_MEETING


def too_many_missing(missing: int, listed_before: int) -> bool:
    """Return whether a list lacks more than half of the offers that it had: it is probably empty or cut, not right."""
    return 2 * missing > listed_before
