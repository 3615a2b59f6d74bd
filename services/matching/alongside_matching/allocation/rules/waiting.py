"""The states of a request in matching, and the order of the waitlist."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from alongside_contracts.vocabulary import TERMINAL
from alongside_matching.engine.facts import Request

URGENCY_RANK: Final = {"crisis": 0, "urgent": 1, "routine": 2}
"""The waitlist is sorted by this rank, smallest first, then by waiting time. The store has the rank in a column, so that
PostgreSQL can sort by it."""


class RequestState(StrEnum):
    """State of a request. `searching` lasts no longer than the transaction that matches it."""

    SEARCHING = "searching"
    WAITING = "waiting"
    PROPOSED = "proposed"
    MATCHED = "matched"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TrackedRequest:
    """A request with its state.

    `waiting_since` is when the request, or the one it replaces, reached matching; a decline does not change it.
    """

    request: Request
    state: RequestState
    attempts: int
    waiting_since: datetime


def urgency_rank(urgency: str) -> int:
    """Return the rank of an urgency; smaller is served first. An unknown urgency ranks as routine."""
    return URGENCY_RANK.get(urgency, URGENCY_RANK["routine"])


def is_terminal(status: str) -> bool:
    """Return whether this status ends a referral, so that matching releases what it holds."""
    return status in TERMINAL
