"""The decision after one attempt to send: delivered, retried later, or given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from alongside_contracts.vocabulary import NoticeFailure

Trouble: TypeAlias = Literal[
    "temporarily-refused", "timed-out", "relay-away", "routes-away", "unforeseen-error"
]
"""Why an attempt failed that may succeed later: the destination refused it for now, a server was unavailable, or a reason that
this program does not know."""
UNFORESEEN_ATTEMPTS_MAX: Final = 3
"""An error that nobody foresaw is as often as not in this program: many attempts would not help."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mail relay accepted the message."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The recipient's side refused the message permanently."""


@dataclass(frozen=True, slots=True)
class Unaddressable:
    """The message was not handed over: the mail library reads another recipient than the stored one."""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """The message was not handed over, or it is unknown whether it was."""

    trouble: Trouble


Attempt: TypeAlias = Accepted | Refused | Unaddressable | TemporaryFailure


@dataclass(frozen=True, slots=True)
class Delivered:
    """Done: to be recorded and announced."""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """To be tried again, not before `at`.

    Until `pause_until` nothing else is sent to the same destination: if the destination is dead, its whole backlog would
    fail in the same way; if only this notice is refused, the others wait no longer than the shortest pause.
    """

    at: datetime
    pause_until: datetime
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Not tried again unless a person asks for it: to be recorded and announced."""

    why: NoticeFailure


Decision: TypeAlias = Delivered | RetryLater | GivenUp


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to try, and at which pauses: they double from `pause_seconds_first` up to `pause_seconds_max`.

    With the values below, a notice survives two days without a mail relay before it is given up.
    """

    attempts_max: int = 60
    pause_seconds_first: float = 10.0
    pause_seconds_max: float = 3600.0

    def pause_seconds(self, attempts: int, *, jitter: float) -> float:
        """Return the pause after that many attempts; `jitter` from 0 to 1 shortens it by up to half.

        Without jitter, notices that failed together would all be retried together.
        """
        doublings = min(max(attempts - 1, 0), _DOUBLINGS_MAX)
        pause = min(self.pause_seconds_first * 2.0**doublings, self.pause_seconds_max)
        return pause * (1 - jitter / 2)


_DOUBLINGS_MAX: Final = 30  # beyond any useful pause; bounds the exponent


def decide(
    attempt: Attempt,
    *,
    attempts: int,
    unforeseen: int = 0,
    retry_policy: RetryPolicy,
    now: datetime,
    jitter: float,
) -> Decision:
    """Decide about a notice whose `attempts`-th attempt ended in `attempt`; `unforeseen` earlier ones ended in errors that
    nobody foresaw."""
    match attempt:
        case Accepted():
            return Delivered()
        case Refused():
            return GivenUp(NoticeFailure.REFUSED_BY_RECIPIENT)
        case Unaddressable():
            return GivenUp(NoticeFailure.ADDRESS_UNUSABLE)
        case TemporaryFailure("unforeseen-error") if unforeseen + 1 >= UNFORESEEN_ATTEMPTS_MAX:
            return GivenUp(NoticeFailure.UNFORESEEN_ERROR)
        case TemporaryFailure() if attempts >= retry_policy.attempts_max:
            return GivenUp(NoticeFailure.ATTEMPTS_EXHAUSTED)
        case TemporaryFailure(trouble):
            at = now + timedelta(seconds=retry_policy.pause_seconds(attempts, jitter=jitter))
            pause_until = now + timedelta(seconds=retry_policy.pause_seconds(1, jitter=jitter))
            return RetryLater(at, pause_until, trouble)
