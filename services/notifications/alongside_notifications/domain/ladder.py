"""Who is paged about a crisis, and who next: an on-call ladder that never ends by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

ANY_REGION: Final = "*"
UNACKNOWLEDGED: Final = "crisis-unacknowledged"
"""The timer that climbs the ladder; its key is the cause of the escalation."""

Ladders: TypeAlias = Mapping[str, Sequence[str]]
"""Coordinators by region, first to be paged first; `*` for every region that has no ladder of its own."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """A crisis: who is paged at present, and until when they have time to say "I have this"."""

    cause: str
    submission_id: UUID
    region: str
    coordinator: str
    step: int
    raised_at: datetime
    acknowledge_by: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None

    @property
    def page_cause(self) -> str:
        """What the present page is caused by: the event, then each step after it, so that every page is a notice."""
        return self.cause if self.step == 0 else f"{self.cause}/{self.step}"


def start_escalation(  # the facts of one event, by name
    *, cause: str, submission_id: UUID, region: str, ladders: Ladders, now: datetime, acknowledge_by: datetime
) -> Escalation:
    """Begin at the first rung. A time to acknowledge that has passed already does not shorten the ladder."""
    return Escalation(
        cause=cause,
        submission_id=submission_id,
        region=region,
        coordinator=find_ladder(region, ladders)[0],
        step=0,
        raised_at=now,
        acknowledge_by=max(acknowledge_by, now),
    )


def advance_escalation(
    escalation: Escalation, *, ladders: Ladders, now: datetime, pause: timedelta
) -> Escalation:
    """Page the next on the ladder, who has `pause` to acknowledge.

    After the last rung the ladder begins anew: a crisis ends when a human says so, and in no other way.
    """
    ladder, step = find_ladder(escalation.region, ladders), escalation.step + 1
    return replace(escalation, step=step, coordinator=ladder[step % len(ladder)], acknowledge_by=now + pause)


def find_ladder(region: str, ladders: Ladders) -> Sequence[str]:
    """The ladder of a region."""
    return ladders.get(region) or ladders[ANY_REGION]
