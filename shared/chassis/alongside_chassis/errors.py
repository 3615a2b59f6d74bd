"""The error tree of the chassis.

ChassisError
├── Unprocessable         caused by the message: this record alone is dead-lettered, with code, field and remedy
├── Stopped               caused by our code: the listener stops at its position and `ready` gives the reason
│   └── DeadLetterLimit   too many dead letters in a row: the fault is not in the messages
├── Stopping              the service was asked to stop while it waited for database or broker; nothing was lost
└── HttpProblem           an HTTP refusal, answered as problem+json (RFC 9457)
    ├── KeyReused         an Idempotency-Key was sent again with another request
    ├── LineIsFull        too many requests about the same thing wait already
    └── StreamNotWhole    a projection cannot be rebuilt: its stream lacks records
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Protocol

from alongside_contracts.vocabulary import ProblemCode


class ChassisError(Exception):
    """Base class of the chassis's own errors."""


class Unprocessable(ChassisError):
    """A valid event that cannot be handled, because of its content.

    `where` names a field or header and `remedy` says what the sender should do; neither repeats a payload's value.
    """

    def __init__(self, code: ProblemCode, where: str, remedy: str) -> None:
        super().__init__(f"{code.value} at {where}: {remedy}")
        self.code, self.where, self.remedy = code, where, remedy


class Stopped(ChassisError):
    """The service cannot continue without a person: code and schema disagree, or a limit was reached."""


class DeadLetterLimit(Stopped):
    """So many records in a row were dead-lettered that the fault must be elsewhere."""


class Stopping(ChassisError):
    """The wait for database or broker was ended by a stop; the batch will be redelivered."""


class HttpProblem(ChassisError):
    """An HTTP refusal: what is wrong, where, and what to do about it.

    `code` is stable and machine-readable; `detail` and `remedy` are sentences for people; `field` names the input; `extra`
    adds members to the document. `retry_after_seconds` is sent as the header Retry-After: the same request may succeed then.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        remedy: str = "",
        field: str | None = None,
        extra: Mapping[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.title = status, code, title
        self.detail, self.remedy, self.field = detail, remedy, field
        self.extra = dict(extra or {})
        self.retry_after_seconds = retry_after_seconds

    def body(self) -> dict[str, Any]:
        """Return the RFC 9457 document."""
        document = {
            "type": f"urn:alongside:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "remedy": self.remedy,
            "field": self.field,
        }
        return {name: value for name, value in document.items() if value not in (None, "")} | self.extra


class KeyReused(HttpProblem):
    """An Idempotency-Key was sent again with a different request."""

    def __init__(self) -> None:
        super().__init__(
            status=422,
            code="idempotency-key-reused",
            title="This Idempotency-Key belongs to another request",
            remedy="Send a new key with a new request; repeat a key only with an identical request.",
            field="Idempotency-Key",
        )


class LineIsFull(HttpProblem):
    """As many requests as may wait for the same thing wait already; the refused one may be repeated later."""

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__(
            status=429,
            code="too-many-alike",
            title="Too many requests about the same thing wait already",
            remedy="Wait for the answers to the requests that were sent, then repeat this one.",
            retry_after_seconds=retry_after_seconds,
        )


class StreamNotWhole(HttpProblem):
    """A projection cannot be rebuilt, because `missing` records that it needs are not on the topic.

    `remedy` says what puts them there. A projection raises it from `settle`.
    """

    def __init__(self, topic: str, *, missing: int, remedy: str) -> None:
        super().__init__(
            status=409,
            code="stream-not-whole",
            title="The stream does not hold all records, so nothing was rebuilt",
            detail=f"Records missing from {topic}: {missing}.",
            remedy=remedy,
        )


class ProblemFactory(Protocol):
    """Returns an HTTP problem of one status."""

    def __call__(
        self, code: str, title: str, *, remedy: str, detail: str = "", field: str | None = None
    ) -> HttpProblem:
        """Return the problem."""


def _problem(
    code: str, title: str, *, status: int, remedy: str, detail: str = "", field: str | None = None
) -> HttpProblem:
    return HttpProblem(status=status, code=code, title=title, detail=detail, remedy=remedy, field=field)


not_found: Final[ProblemFactory] = partial(_problem, status=404)
conflict: Final[ProblemFactory] = partial(_problem, status=409)
unprocessable: Final[ProblemFactory] = partial(_problem, status=422)
