"""Why an offer is not asked, and which of several reasons counts.

That a service vanished from its directory pauses it only while nothing else does: a condition of the one statement that
looks at a whole source.
"""

from enum import StrEnum


class PausedBecause(StrEnum):
    """Why an offer is not asked. What staff paused only staff, or the moment they named, lets be asked again."""

    STAFF = "staff"
    NOT_ACTIVE = "not-active"
    VANISHED = "vanished"
    NOT_MEETING = "not-meeting"


def pause_of(code: str | None) -> PausedBecause | None:
    """A kept or sent code as the reason it stands for; None for an offer that is asked."""
    return None if code is None else PausedBecause(code)


def after_review(before: PausedBecause | None, *, takes_people: bool) -> PausedBecause | None:
    """A group's pause after a look at its schedule, which pauses for `NOT_MEETING` and lifts no other pause."""
    if before not in (None, PausedBecause.NOT_MEETING):
        return before
    return None if takes_people else PausedBecause.NOT_MEETING


def after_sending(before: PausedBecause | None, new: PausedBecause | None) -> PausedBecause | None:
    """An offer's pause after its source sent it again: the source's word counts, except against staff."""
    return before if before is PausedBecause.STAFF else new
