"""Brings the events of one type in a batch together, so that set-based handlers see many of them at once.

On one stream all kinds of events alternate, so neighbours are seldom of one type. Order matters within a key only
(docs/delivery.md), so an event may go ahead of events with other keys, into an earlier run of its own type.
"""

from collections.abc import Collection, Sequence

from alongside_chassis.consume.reading import Heard
from alongside_contracts.event import Event


def runs(heard: Sequence[Heard], batched: Collection[type[Event]]) -> list[list[Heard]]:
    """The batch as runs to be handled one after another: each of one type, and of one event unless it is `batched`.

    Each event goes into the last run of its type, unless something of its key stands behind that run. Two events of
    one key are therefore never turned around, and within a run they stand in record order.
    """
    found: list[list[Heard]] = []
    latest: dict[type[Event], int] = {}
    behind: dict[tuple[str, bytes | None], int] = {}
    for item in heard:
        contract, key = type(item.event), (item.record.topic, item.record.key)
        place = latest.get(contract, -1)
        if contract not in batched or place < behind.get(key, 0):
            place = len(found)
            found.append([])
            latest[contract] = place
        found[place].append(item)
        behind[key] = place
    return found
