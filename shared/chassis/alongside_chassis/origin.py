"""Where an event came from."""

from typing import NamedTuple


class RecordOrigin(NamedTuple):
    """The record, its CloudEvents identity once read and, on a partner's stream, whose it is."""

    topic: str
    partition: int
    offset: int
    partner: str | None = None
    event_id: str | None = None
    source: str | None = None
