"""Cursors of lists that are in the order of their ids."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from alongside_chassis.errors import Problem
from alongside_chassis.http import decode_cursor, encode_cursor


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


def id_after(cursor: str | None) -> UUID | None:
    """The id a page begins behind; None for the first page. Raises Problem for a cursor we did not give out."""
    parts = decode_cursor(cursor, 1)
    if parts is None:
        return None
    try:
        return UUID(parts[0])
    except ValueError as error:
        raise Problem(
            status=422,
            code="bad-cursor",
            title="This cursor was not given out here",
            remedy="Start again without a cursor, then follow next_cursor.",
            field="cursor",
        ) from error


def next_cursor(items: Sequence[_Identified], limit: int) -> str | None:
    """The cursor of the next page; None when this page was not full."""
    return encode_cursor(str(items[-1].id)) if len(items) == limit else None
