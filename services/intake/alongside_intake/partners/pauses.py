"""The open pause of a partner's stream, as it is announced to the partner."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from alongside_chassis.consume import Paused
from alongside_contracts.partner import Problem


@dataclass(frozen=True, slots=True)
class StreamPause:
    """A pause: the limit that was reached, the number of refused records, and the last one's problem and position."""

    partner: str
    because: str
    refused: int
    problem: Problem
    partition: int
    offset: int
    paused_at: datetime

    @classmethod
    def of(cls, paused: Paused) -> Self:
        """Return the pause that begins now."""
        quarantine, origin = paused.quarantine, paused.origin
        return cls(
            quarantine.partner,
            quarantine.because,
            quarantine.refused,
            paused.problem,
            origin.partition,
            origin.offset,
            quarantine.paused_at,
        )
