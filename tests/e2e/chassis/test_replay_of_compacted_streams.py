"""A compacted stream is replayed from its beginning, and a projection whose stream lacks records refuses before it writes."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from rich.console import Console

from alongside_chassis.clock import SystemClock
from alongside_chassis.consume.decoding import ReceivedEvent
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.errors import StreamNotWhole
from alongside_chassis.testing import ServiceBench
from alongside_cli.kafka.topics import Topic
from alongside_cli.network import Network, ServiceRefused
from alongside_cli.replay import replay_service
from alongside_contracts import streams
from alongside_contracts.event import Event
from alongside_contracts.ids import new_id
from alongside_contracts.intake import PersonErased, SubmissionAdmitted
from alongside_contracts.streams import Stream
from alongside_localstack.stack import LocalStack
from tests.builders import an_admission, an_erasure
from tests.conftest import SERVICE_TOKEN
from tests.service.chassis.conftest import BareBench

OURS = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
COMPACTED = replace(streams.JOURNEY, compacted=True)


@dataclass
class Notes:
    """A projection of one note for each replayed event that is about one of `subjects`; it lacks `missing` records."""

    subjects: frozenset[str]
    missing: int = 0
    streams: Sequence[Stream] = (COMPACTED, streams.PEOPLE)
    hears: frozenset[type[Event]] = frozenset({SubmissionAdmitted, PersonErased})
    keys: list[str] = field(default_factory=list)

    async def hear(self, events: Sequence[ReceivedEvent], conn: asyncpg.Connection) -> int:
        """Collect what the events are about."""
        self.keys += [item.event.key for item in events if item.event.key in self.subjects]
        return 0

    async def settle(self, conn: asyncpg.Connection) -> int:
        """Write the notes; then notice, too late, that records are missing."""
        for key in self.keys:
            await conn.execute("insert into seen (key, note) values ($1, 'replayed')", key)
        if self.missing:
            raise StreamNotWhole(COMPACTED.topic(), missing=self.missing, remedy="Announce them again.")
        return 0


@pytest.fixture
async def topics(broker: LocalStack) -> LocalStack:
    """Create the topics of both streams."""
    names = (streams.JOURNEY.topic(), streams.PEOPLE.topic())
    await broker.create_topics([Topic(name, 3) for name in names])
    return broker


async def published(bench: ServiceBench, kafka: str, *events: Event) -> None:
    """Announce events as their services would."""
    async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
        for record in map(bench.record_of, events):
            await producer.send_and_wait(record.topic, record.value, record.key, headers=list(record.headers))


async def last_line(bench: ServiceBench, since: datetime) -> dict[str, Any]:
    """Replay, and return the last line of the answer."""
    body = {"since": since.isoformat()}
    answer = await bench.client.post("/projection/replay", json=body, headers=OURS)
    assert answer.status_code == 200, answer.text
    last: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return last


def a_later_day() -> datetime:
    """Return a time after every record."""
    return SystemClock().now() + timedelta(days=1)


async def test_a_compacted_stream_is_read_from_its_beginning_and_others_from_the_given_time(
    topics: LocalStack, bare: BareBench
) -> None:
    admitted, erased = [an_admission() for _ in range(5)], an_erasure(new_id())
    notes = Notes(frozenset(event.key for event in (*admitted, erased)))
    async with bare(
        Handlers(), projection=lambda: notes, kafka=topics.bootstrap, service_token=SERVICE_TOKEN
    ) as bench:
        await published(bench, topics.bootstrap, *admitted, erased)

        last = await last_line(bench, a_later_day())

    assert last["done"] is True, last
    assert sorted(notes.keys) == sorted(event.key for event in admitted)


async def test_a_projection_whose_stream_lacks_records_refuses_and_writes_nothing(
    topics: LocalStack, bare: BareBench
) -> None:
    admitted = an_admission()
    notes = Notes(frozenset({admitted.key}), missing=3)
    async with bare(
        Handlers(), projection=lambda: notes, kafka=topics.bootstrap, service_token=SERVICE_TOKEN
    ) as bench:
        await published(bench, topics.bootstrap, admitted)

        last = await last_line(bench, a_later_day())

        assert notes.keys == [admitted.key]
        assert await bench.pool.fetch("select * from seen") == []
    assert last == {
        "problem": {
            "type": "urn:alongside:problem:stream-not-whole",
            "title": "The stream does not hold all records, so nothing was rebuilt",
            "status": 409,
            "code": "stream-not-whole",
            "detail": "Records missing from referrals.journey.v1: 3.",
            "remedy": "Announce them again.",
        }
    }


@dataclass
class OvertakenNotes(Notes):
    """Refuses at its first end: its service has handled an event that is announced only now to the replay."""

    announce: Callable[[], Awaitable[None]] = field(kw_only=True)

    async def settle(self, conn: asyncpg.Connection) -> int:
        """Announce the missing event at the first end."""
        if set(self.keys) != self.subjects:
            await self.announce()
            raise StreamNotWhole(COMPACTED.topic(), missing=1, remedy="")
        return await super().settle(conn)


async def test_a_record_that_comes_after_a_refusal_is_read_before_the_refusal_is_final(
    topics: LocalStack, bare: BareBench
) -> None:
    notes: OvertakenNotes
    first, late = an_admission(), an_admission()
    async with bare(
        Handlers(), projection=lambda: notes, kafka=topics.bootstrap, service_token=SERVICE_TOKEN
    ) as bench:
        notes = OvertakenNotes(
            frozenset({first.key, late.key}),
            announce=lambda: published(bench, topics.bootstrap, late),
        )
        await published(bench, topics.bootstrap, first)

        last = await last_line(bench, a_later_day())

        assert last.get("done") is True, last
        assert notes.keys == [first.key, late.key]
        assert len(await bench.pool.fetch("select * from seen")) == 2


async def test_the_command_says_which_stream_lacks_records_and_what_to_do(
    topics: LocalStack, bare: BareBench
) -> None:
    notes = Notes(frozenset(), missing=1)
    async with bare(
        Handlers(), projection=lambda: notes, kafka=topics.bootstrap, service_token=SERVICE_TOKEN
    ) as bench:
        bench.client.headers.update(OURS)
        network = Network(bench.client, {"bare": "http://bench"})

        with pytest.raises(ServiceRefused) as refused:
            await replay_service(network, Console(), "bare", since=a_later_day(), dry_run=False)

    assert str(refused.value) == (
        "The stream does not hold all records, so nothing was rebuilt."
        " Records missing from referrals.journey.v1: 1. Announce them again."
    )
