"""Cursors of lists that are sorted by id."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from alongside_chassis.http import encode_cursor


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


def next_cursor(items: Sequence[_Identified], limit: int) -> str | None:
    """Return the cursor of the next page; None when this page was not full."""
    return encode_cursor(str(items[-1].id)) if len(items) == limit else None
