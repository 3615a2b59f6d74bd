"""A region's policy: every number the rules use. Read from a file, never written into code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alongside_referrals.domain.business_days import Calendar, Span
from alongside_referrals.domain.codes import WaitKind


class LastRungAction(StrEnum):
    """What happens when the last party on a ladder is late too."""

    ASK_AGAIN = "ask-again"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Rung:
    """The actor who must act, and within which time."""

    actor: str
    within: Span


@dataclass(frozen=True, slots=True)
class Ladder:
    """The actors in the order in which they must act; `at_the_top` is what happens when the last is late too."""

    rungs: tuple[Rung, ...]
    at_the_top: LastRungAction

    def __post_init__(self) -> None:
        """Refuse a ladder without rungs: a referral would wait for nobody."""
        if not self.rungs:
            raise ValueError("a ladder needs at least one rung")


@dataclass(frozen=True, slots=True)
class Policy:
    """One region's policy. Raises ValueError when a wait has no ladder."""

    calendar: Calendar
    ladders: Mapping[WaitKind, Ladder]
    note_within: Span
    """An outcome or an interim note is due this long after the last one."""
    contact_attempts_min: int
    """Recorded attempts required before the reason `unable-to-contact` is allowed."""

    def __post_init__(self) -> None:
        """Refuse a policy in which some kind of wait has no ladder."""
        missing = set(WaitKind) - set(self.ladders)
        if missing:
            raise ValueError(f"ladders are missing for: {', '.join(sorted(missing))}")


@dataclass(frozen=True, slots=True)
class Policies:
    """Every region's policy, and one for regions that are not in the file."""

    regions: Mapping[str, Policy]
    elsewhere: Policy

    def of(self, region: str) -> Policy:
        """Return the policy of a region."""
        return self.regions.get(region, self.elsewhere)
