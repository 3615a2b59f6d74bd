"""The on-call ladder: who is paged about a crisis, and who next, until somebody acknowledges it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

ANY_REGION: Final = "*"
ELSEWHERE: Final = "elsewhere"
"""The region of what belongs to no region of the network; the policies of intake and referrals have the same name for it."""
UNACKNOWLEDGED: Final = "crisis-unacknowledged"
"""The timer that pages the next rung; its key is the cause of the escalation."""
PAGE_PAUSE_MAX: Final = timedelta(hours=1)
"""The longest pause between two pages of one crisis. A longer one comes from a clock that was ahead."""

Ladders: TypeAlias = Mapping[str, Sequence[str]]
"""Coordinators by region, in the order of paging; `*` for every region without a ladder."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """A crisis: the coordinator who is paged now, and the time at which the next is paged unless it is acknowledged."""

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
        """The cause of the current page: the event's id, and from the second page on the step: each page is a new notice."""
        return self.cause if self.step == 0 else f"{self.cause}/{self.step}"


def start_escalation(  # the facts of one event, by name
    *, cause: str, submission_id: UUID, region: str, ladders: Ladders, now: datetime, acknowledge_by: datetime
) -> Escalation:
    """Return an escalation at the first rung, which is paged even when `acknowledge_by` has passed already.

    The next is paged within `PAGE_PAUSE_MAX`, whatever the clock of the service that announced the crisis showed.
    """
    return Escalation(
        cause=cause,
        submission_id=submission_id,
        region=region,
        coordinator=find_ladder(region, ladders)[0],
        step=0,
        raised_at=now,
        acknowledge_by=min(max(acknowledge_by, now), now + PAGE_PAUSE_MAX),
    )


def advance_escalation(
    escalation: Escalation, *, ladders: Ladders, now: datetime, time_to_acknowledge: timedelta
) -> Escalation:
    """Return the escalation at the next rung, whose coordinator has `time_to_acknowledge`.

    After the last rung the ladder starts again: only an acknowledgement ends a crisis.
    """
    ladder, step = find_ladder(escalation.region, ladders), escalation.step + 1
    return replace(
        escalation,
        step=step,
        coordinator=ladder[step % len(ladder)],
        acknowledge_by=now + time_to_acknowledge,
    )


def find_ladder(region: str, ladders: Ladders) -> Sequence[str]:
    """Return the ladder of a region, or the one for all other regions."""
    return ladders.get(region) or ladders[ANY_REGION]
