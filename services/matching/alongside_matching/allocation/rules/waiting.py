"""A request's life in matching, and the order in which those who wait are served."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from alongside_contracts.vocabulary import TERMINAL
from alongside_matching.engine.facts import Request

URGENCY_RANK: Final = {"crisis": 0, "urgent": 1, "routine": 2}
"""Urgency first, then waiting time. The store keeps the rank beside each request, so that PostgreSQL can sort."""


class RequestState(StrEnum):
    """Where a request stands. `searching` lasts no longer than the transaction that looks for somebody."""

    SEARCHING = "searching"
    WAITING = "waiting"
    PROPOSED = "proposed"
    MATCHED = "matched"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TrackedRequest:
    """A request and where it stands. `waiting_since` is when it reached matching: being turned down costs no turn."""

    request: Request
    state: RequestState
    attempts: int
    waiting_since: datetime


def urgency_rank(urgency: str) -> int:
    """The smaller, the sooner. An urgency nobody has defined waits with the routine ones."""
    return URGENCY_RANK.get(urgency, URGENCY_RANK["routine"])


def is_terminal(status: str) -> bool:
    """Whether a referral with this status goes no further, and matching has to let go of what it holds."""
    return status in TERMINAL
