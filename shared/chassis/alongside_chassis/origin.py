"""The origin of an event."""

from datetime import datetime
from typing import NamedTuple


class RecordOrigin(NamedTuple):
    """Position of a record, its CloudEvents identity once decoded, and on a partner's stream the partner and the broker's time."""

    topic: str
    partition: int
    offset: int
    partner: str | None = None
    event_id: str | None = None
    source: str | None = None
    at: datetime | None = None
