"""Two benches of one service: one hears a batch as a whole, the other event by event. Both must end alike."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event with the id it is sent under, and the partner that sends it, if any."""

    id: str
    event: Event
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class PairedBenches:
    """The same service twice, in the same state; every method acts on both."""

    together: ServiceBench
    one_by_one: ServiceBench

    async def hear(self, events: Sequence[SentEvent]) -> None:
        """Deliver the same records to both: in one batch, and each in a separate batch."""
        records = [
            self.together.record_of(item.event, partner=item.partner, event_id=item.id) for item in events
        ]
        await self.together.hear_records(*records)
        for record in records:
            await self.one_by_one.hear_records(record)

    async def ask(self, method: str, path: str, body: Mapping[str, str]) -> httpx2.Response:
        """Send both the same command, and return the answer of the first; their statuses must be equal."""
        first = await self.together.client.request(method, path, json=dict(body))
        second = await self.one_by_one.client.request(method, path, json=dict(body))
        assert first.status_code == second.status_code, (first.text, second.text)
        return first

    def no_batch_was_split(self) -> bool:
        """Return whether no batch was split: each attempt has a span for each event."""
        return len(self.together.finished_spans()) == len(self.one_by_one.finished_spans())

    async def snapshots(self, *queries: str) -> tuple[list[str], list[str]]:
        """Return tables, announcements and dead letters of both, with ids replaced in the order of their appearance."""
        return await _snapshot(self.together, queries), await _snapshot(self.one_by_one, queries)


async def _snapshot(bench: ServiceBench, queries: Sequence[str]) -> list[str]:
    """Return the rows of each question as text, in an order that does not depend on generated ids."""
    names: dict[str, str] = {}
    lines = []
    for query in queries:
        lines += sorted([_with_stable_ids(row[0], names) for row in await bench.pool.fetch(query)])
    announced = [
        (item.topic, _with_stable_ids(item.key, names), item.event) for item in await bench.announced()
    ]
    announced.sort(key=lambda item: item[:2])  # the order promised: that of each key
    lines += [f"{topic} {key} {_with_stable_ids(repr(event), names)}" for topic, key, event in announced]
    # A refused record that is repeated is refused again, but not within one batch: compare the events, not the count.
    return lines + sorted({f"{item.event_id} {item.reason}" for item in await bench.dead_letters()})


def _with_stable_ids(text: str, names: dict[str, str]) -> str:
    return _ID.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), text)
