"""Pages of lists and their opaque cursors."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel

from alongside_chassis.errors import HttpProblem

PAGE_MAX: Final = 200

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` asks for the next; null on the last page."""

    items: Sequence[T]
    next_cursor: str | None = None


def encode_cursor(*parts: str) -> str:
    """Build an opaque cursor from the sort values of the last item shown."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_cursor(cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """Return the sort values of a cursor; None for the first page. Raises HttpProblem for any other text."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != parts or not all(isinstance(v, str) for v in values):
        raise bad_cursor()
    return tuple(values)


def decode_id_cursor(cursor: str | None) -> UUID | None:
    """Return the id of a cursor; None for the first page. Raises HttpProblem for any other text."""
    values = decode_cursor(cursor, 1)
    if values is None:
        return None
    try:
        return UUID(values[0])
    except ValueError:
        raise bad_cursor() from None


def bad_cursor() -> HttpProblem:
    """Build the refusal of a cursor that this API did not issue."""
    return HttpProblem(
        status=422,
        code="bad-cursor",
        title="This API did not issue this cursor",
        remedy="Start again without a cursor, then follow next_cursor.",
        field="cursor",
    )
