"""The error tree of the chassis.

ChassisError
├── Unprocessable         broken by message: this record alone is dead-lettered, with code, place and remedy
├── Stopped               broken by us: the listener stops where it stands and `ready` says why
│   └── DeadLetterLimit   too many dead letters in a row: the fault is not in the messages
├── Stopping              the service was asked to stop while it waited for the world; nothing was lost
└── HttpProblem               an HTTP refusal, answered as problem+json (RFC 9457)
    └── KeyReused         an Idempotency-Key came back with another request
"""

from collections.abc import Mapping
from typing import Any

from alongside_contracts.vocabulary import ProblemCode


class ChassisError(Exception):
    """Base of everything the chassis raises."""


class Unprocessable(ChassisError):
    """A readable event that cannot be handled, through no fault of ours.

    `where` names a field or header and `remedy` says what the sender should do; neither repeats a payload's value.
    """

    def __init__(self, code: ProblemCode, where: str, remedy: str) -> None:
        super().__init__(f"{code.value} at {where}: {remedy}")
        self.code, self.where, self.remedy = code, where, remedy


class Stopped(ChassisError):
    """The service cannot go on by itself: code and schema disagree, or a limit was reached."""


class DeadLetterLimit(Stopped):
    """So many records in a row were dead-lettered that the fault must be elsewhere."""


class Stopping(ChassisError):
    """The wait for the world to come back was cut short by a stop; the batch will be redelivered."""


class HttpProblem(ChassisError):
    """An HTTP refusal: what was wrong, where, and what to do about it.

    `code` is stable and machine-readable; `detail` and `remedy` are sentences for people; `field` names the input.
    `retry_after_seconds` says when the same request may succeed, as the header Retry-After.
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
        """The RFC 9457 document."""
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
    """An Idempotency-Key came back with a different request."""

    def __init__(self) -> None:
        super().__init__(
            status=422,
            code="idempotency-key-reused",
            title="This Idempotency-Key belongs to another request",
            remedy="Send a fresh key with a new request; repeat a key only to repeat the very same request.",
            field="Idempotency-Key",
        )
