"""Pages of lists and their cursors: opaque to clients, and checked part by part before any of it reaches a query."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel

from alongside_chassis.errors import HttpProblem
from alongside_contracts.fields.times import moment_of

PAGE_MAX: Final = 200
CURSOR_CHARS_MAX: Final = 500
NUMBER_MAX: Final = 2**63 - 1
"""The largest number of PostgreSQL's `bigint`."""
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` asks for the next; null on the last page."""

    items: Sequence[T]
    next_cursor: str | None = None


def encode_cursor(*parts: str) -> str:
    """Build an opaque cursor from the sort values of the last item shown."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *readers: Callable[[str], Any]) -> tuple[Any, ...] | None:
    """Return the sort values of a cursor, each read by its reader; None for the first page.

    Raises HttpProblem for any other text, including values that `encode_cursor` was never given.
    """
    if cursor is None:
        return None
    try:
        parts = _parts(cursor)
        return tuple(read(part) for read, part in zip(readers, parts, strict=True))
    except (ValueError, OverflowError):
        raise bad_cursor() from None


def decode_id_cursor(cursor: str | None) -> UUID | None:
    """Return the id of a cursor; None for the first page. Raises HttpProblem for any other text."""
    values = decode_cursor(cursor, UUID)
    return values[0] if values else None


def cursor_number(part: str) -> int:
    """Return a number of a cursor, from 0. Raises ValueError."""
    if not (part.isascii() and part.isdigit()) or len(part) > len(str(NUMBER_MAX)) or int(part) > NUMBER_MAX:
        raise ValueError(part)
    return int(part)


def cursor_time(part: str) -> datetime:
    """Return a time of a cursor. Raises ValueError, also for years that no row has."""
    time = moment_of(part)
    if time is None:
        raise ValueError(part)
    return time


def cursor_text(part: str) -> str:
    """Return a text of a cursor. Raises ValueError for characters that no sort value has."""
    if not part.isprintable():
        raise ValueError(part)
    return part


def bad_cursor() -> HttpProblem:
    """Build the refusal of a cursor that this API did not issue."""
    return HttpProblem(
        status=422,
        code="bad-cursor",
        title="This API did not issue this cursor",
        remedy="Start again without a cursor, then follow next_cursor.",
        field="cursor",
    )


def _parts(cursor: str) -> list[str]:
    if len(cursor) > CURSOR_CHARS_MAX:
        raise ValueError(cursor)
    padded = cursor + "=" * (-len(cursor) % 4)
    parts = orjson.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError(cursor)
    return parts
