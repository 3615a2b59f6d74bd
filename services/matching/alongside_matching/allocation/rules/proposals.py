"""The effect of an answer, or of time, on a proposal."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ProposalState(StrEnum):
    """Open proposals hold a place, accepted ones have taken it; all others have given it back."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One offer asked for one referral; `attempt` counts from 1 per referral."""

    id: UUID
    referral_id: UUID
    offer_id: UUID
    offer_kind: str
    region: str
    attempt: int
    state: ProposalState
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """The held place becomes taken."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The held place is free again and the next candidate is asked."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Nobody answered in time: the held place is free again and the next candidate is asked."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The referral ended. The place that the proposal held or had taken is free again."""

    was_taken: bool


@dataclass(frozen=True, slots=True)
class AlreadyAnswered:
    """The proposal was answered, lapsed or withdrawn before."""

    state: ProposalState


@dataclass(frozen=True, slots=True)
class TooLate:
    """The time to answer has passed; the place goes to another referral."""

    expired_at: datetime


@dataclass(frozen=True, slots=True)
class NotYetDue:
    """There is still time to answer."""


@dataclass(frozen=True, slots=True)
class Stale:
    """The proposal is no longer open; nothing changes."""


def accept(state: ProposalState, expires_at: datetime, now: datetime) -> Accepted | AlreadyAnswered | TooLate:
    """Decide on the target's acceptance."""
    if state is not ProposalState.OPEN:
        return AlreadyAnswered(state)
    return Accepted() if now < expires_at else TooLate(expires_at)


def decline(state: ProposalState) -> Declined | AlreadyAnswered:
    """Decide on the target's decline; a late decline still counts while the proposal is open."""
    return Declined() if state is ProposalState.OPEN else AlreadyAnswered(state)


def lapse(state: ProposalState, expires_at: datetime, now: datetime) -> Lapsed | NotYetDue | Stale:
    """Decide whether the proposal lapses at `now`."""
    if state is not ProposalState.OPEN:
        return Stale()
    return Lapsed() if now >= expires_at else NotYetDue()


def withdraw(state: ProposalState) -> Withdrawn | Stale:
    """Decide on a proposal whose referral ended."""
    if state is ProposalState.OPEN or state is ProposalState.ACCEPTED:
        return Withdrawn(was_taken=state is ProposalState.ACCEPTED)
    return Stale()
