"""A partner's own system: publishes referrals on its inbound stream and hears every answer on its status stream."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from opentelemetry.trace import SpanKind

from alongside_chassis.telemetry import make_tracing, trace_headers
from alongside_cli.sample.records import PartnerRecord
from alongside_contracts import cloudevents, streams
from alongside_contracts.event import Event, parse
from alongside_contracts.registry import event_class

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the partner's inbound stream a record stands."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One event off the status stream. A repeated `id` is the same event delivered again."""

    id: str
    event: Event


@dataclass(slots=True)
class Desk:
    """One partner at work."""

    partner: str
    answers: list[Answered] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def hear(self, answer: Answered) -> None:
        """Take an answer in, once per event id, as partners are told to."""
        if answer.id not in self._seen:
            self._seen.add(answer.id)
            self.answers.append(answer)

    def answers_of(self, kind: type[E]) -> list[E]:
        """Every answer of one type, in the order heard."""
        return [answer.event for answer in self.answers if isinstance(answer.event, kind)]


class Post:
    """Publishes for one partner, each record in a trace of its own."""

    def __init__(self, partner: str, producer: AIOKafkaProducer, otlp_endpoint: str) -> None:
        self._producer = producer
        self.tracing = make_tracing(f"partner.{partner}", otlp_endpoint=otlp_endpoint, sample_ratio=1.0)
        self._tracer = self.tracing.get_tracer("alongside_cli.demo")

    async def publish(self, letter: PartnerRecord) -> Place:
        """Publish one record and say where it stands."""
        with self._tracer.start_as_current_span(f"send {letter.topic}", kind=SpanKind.PRODUCER):
            headers = [*letter.headers, *((name, value.encode()) for name, value in trace_headers().items())]
            sent = await self._producer.send_and_wait(letter.topic, letter.value, letter.key, headers=headers)
        return Place(sent.partition, sent.offset)


@asynccontextmanager
async def posting(kafka: str, partners: Sequence[str], otlp_endpoint: str) -> AsyncIterator[dict[str, Post]]:
    """A post for each partner."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True, acks="all")
    await producer.start()
    posts = {partner: Post(partner, producer, otlp_endpoint) for partner in partners}
    try:
        yield posts
    finally:
        await producer.stop()
        for post in posts.values():
            await asyncio.to_thread(post.tracing.shutdown)


@asynccontextmanager
async def listening(kafka: str, partners: Sequence[str]) -> AsyncIterator[dict[str, Desk]]:
    """A desk for each partner that hears its status stream from the beginning."""
    desks = {partner: Desk(partner) for partner in partners}
    topics = {streams.PARTNER_STATUS.topic(partner): desk for partner, desk in desks.items()}
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=kafka,
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    hearing = asyncio.create_task(_hear(consumer, topics))
    try:
        yield desks
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await consumer.stop()


async def _hear(consumer: AIOKafkaConsumer, topics: dict[str, Desk]) -> None:
    while True:
        try:
            batches = await consumer.getmany(timeout_ms=200)
        except KafkaError:
            await asyncio.sleep(0.5)
            continue
        for place, records in batches.items():
            for record in records:
                envelope = cloudevents.decode(record.key, record.value, record.headers)
                event = parse(event_class(envelope.type), envelope.data)
                topics[place.topic].hear(Answered(envelope.id, event))
