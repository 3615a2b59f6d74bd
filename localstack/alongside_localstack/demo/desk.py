"""A partner's own system: publishes referrals on its inbound stream and hears every answer on its status stream."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from opentelemetry.trace import SpanKind

from alongside_chassis.kafka import Kafka
from alongside_chassis.observe.telemetry import make_tracing, trace_headers
from alongside_contracts import cloudevents, streams
from alongside_contracts.access import user_of
from alongside_contracts.event import Event, parse
from alongside_contracts.registry import event_class
from alongside_localstack.sample.records import PartnerRecord

E = TypeVar("E", bound=Event)
KafkaAs = Callable[[str], Kafka]
"""The cluster as a user sees it, by the user's name."""


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
        self._tracer = self.tracing.get_tracer("alongside_localstack.demo")

    async def publish(self, letter: PartnerRecord) -> Place:
        """Publish one record and say where it stands."""
        with self._tracer.start_as_current_span(f"send {letter.topic}", kind=SpanKind.PRODUCER):
            headers = [*letter.headers, *((name, value.encode()) for name, value in trace_headers().items())]
            sent = await self._producer.send_and_wait(letter.topic, letter.value, letter.key, headers=headers)
        return Place(sent.partition, sent.offset)


@asynccontextmanager
async def posting(
    kafka_as: KafkaAs, partners: Sequence[str], otlp_endpoint: str
) -> AsyncIterator[dict[str, Post]]:
    """A post for each partner, who calls Kafka as itself."""
    async with AsyncExitStack() as held:
        posts: dict[str, Post] = {}
        for partner in partners:
            producer = AIOKafkaProducer(
                **kafka_as(user_of(partner)).options(), enable_idempotence=True, acks="all"
            )
            posts[partner] = Post(partner, await held.enter_async_context(producer), otlp_endpoint)
            held.push_async_callback(asyncio.to_thread, posts[partner].tracing.shutdown)
        yield posts


@asynccontextmanager
async def listening(kafka_as: KafkaAs, partners: Sequence[str]) -> AsyncIterator[dict[str, Desk]]:
    """A desk for each partner that hears its status stream from the beginning."""
    async with AsyncExitStack() as held:
        yield {partner: await held.enter_async_context(_desk(kafka_as, partner)) for partner in partners}


@asynccontextmanager
async def _desk(kafka_as: KafkaAs, partner: str) -> AsyncIterator[Desk]:
    desk = Desk(partner)
    consumer = AIOKafkaConsumer(
        streams.PARTNER_STATUS.topic(partner),
        **kafka_as(user_of(partner)).options(),
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer:
        hearing = asyncio.create_task(_hear(consumer, desk))
        try:
            yield desk
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)


async def _hear(consumer: AIOKafkaConsumer, desk: Desk) -> None:
    while True:
        try:
            batches = await consumer.getmany(timeout_ms=200)
        except KafkaError:
            await asyncio.sleep(0.5)
            continue
        for record in chain.from_iterable(batches.values()):
            envelope = cloudevents.decode(record.key, record.value, record.headers)
            event = parse(event_class(envelope.type), envelope.data)
            desk.hear(Answered(envelope.id, event))
