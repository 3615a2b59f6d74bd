"""What follows from one attempt to send: delivered, once more later, or given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

Trouble: TypeAlias = Literal["temporarily-refused", "timed-out", "relay-away", "routes-away"]
"""Why an attempt came to nothing that a later one may bring: the destination's word, or a world that is away."""

GiveUpReason: TypeAlias = Literal["refused-by-recipient", "attempts-exhausted"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mail relay took the message over."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The recipient's side refused for good."""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Nothing was handed over, or nobody knows whether it was."""

    trouble: Trouble


Attempt: TypeAlias = Accepted | Refused | TemporaryFailure


@dataclass(frozen=True, slots=True)
class Delivered:
    """Done: to be recorded and announced."""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """To be tried again, not before `at`.

    Until `rest_until` nothing else is sent to the same destination: if it is dead, its backlog would only knock on
    the same closed door; if only this one notice is unwelcome, the others wait no longer than the shortest pause.
    """

    at: datetime
    rest_until: datetime
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Never tried again by itself: to be recorded and announced."""

    why: GiveUpReason


Decision: TypeAlias = Delivered | RetryLater | GivenUp


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to go on. The pause doubles from `pause_seconds_first` up to `pause_seconds_max`.

    With the values below a notice outlives two days without a mail relay before it is given up.
    """

    attempts_max: int = 60
    pause_seconds_first: float = 10.0
    pause_seconds_max: float = 3600.0

    def pause_seconds(self, attempts: int, *, jitter: float) -> float:
        """The pause after that many attempts; `jitter` from 0 to 1 shortens it by up to half.

        Jitter keeps notices that failed together from all coming back together.
        """
        doublings = min(max(attempts - 1, 0), _DOUBLINGS_MAX)
        pause = min(self.pause_seconds_first * 2.0**doublings, self.pause_seconds_max)
        return pause * (1 - jitter / 2)


_DOUBLINGS_MAX: Final = 30  # beyond any useful pause; keeps the power from growing without bound


def decide(
    attempt: Attempt, *, attempts: int, retry_policy: RetryPolicy, now: datetime, jitter: float
) -> Decision:
    """What becomes of a notice after its `attempts`-th attempt ended in `attempt`."""
    match attempt:
        case Accepted():
            return Delivered()
        case Refused():
            return GivenUp("refused-by-recipient")
        case TemporaryFailure() if attempts >= retry_policy.attempts_max:
            return GivenUp("attempts-exhausted")
        case TemporaryFailure(trouble):
            at = now + timedelta(seconds=retry_policy.pause_seconds(attempts, jitter=jitter))
            rest_until = now + timedelta(seconds=retry_policy.pause_seconds(1, jitter=jitter))
            return RetryLater(at, rest_until, trouble)
