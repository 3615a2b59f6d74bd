"""Which days of a partner are summarised, and what a summary says, in pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from alongside_chassis.consume import dead_letters

DAY: Final = timedelta(days=1)
DAYS_MAX: Final = 7
"""How many days are summarised one by one when none was for longer; those before them have one summary together."""
PROBLEMS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Period:
    """The time that one summary is about; its end belongs to the next one."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What the records of a partner came to in a period. `paused_since` is None while its stream was read at the end."""

    period: Period
    decided: int
    problems: tuple[dead_letters.ReasonCount, ...]
    paused_since: datetime | None

    @property
    def refused(self) -> int:
        """How many records were refused in the period."""
        return sum(problem.refused for problem in self.problems)

    @property
    def waiting(self) -> int:
        """How many refused records waited at its end."""
        return sum(problem.waiting for problem in self.problems)

    @property
    def has_news(self) -> bool:
        """Whether anything was refused, or waited: refused records, or the stream."""
        return bool(self.problems) or self.paused_since is not None


def periods_between(since: datetime, now: datetime) -> Sequence[Period]:
    """Return the whole days since the last summary: seven at most, and before them the rest as one."""
    days = (now - since) // DAY
    ends = [since + day * DAY for day in range(max(days - DAYS_MAX, 1), days + 1)]
    return [Period(begin, end) for begin, end in pairwise([since, *ends])]
