"""A simulated partner system: it publishes referrals and reads all answers from its status stream."""

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
"""Returns the connection settings of the cluster for a user name."""


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A record's partition and offset on the partner's inbound stream."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class ReceivedAnswer:
    """One event of the status stream. A repeated `id` is the same event delivered again."""

    id: str
    event: Event


@dataclass(slots=True)
class PartnerInbox:
    """All answers that one partner received, without repeats."""

    partner: str
    answers: list[ReceivedAnswer] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def add(self, answer: ReceivedAnswer) -> None:
        """Add an answer, once per event id, as the partner guide requires."""
        if answer.id not in self._seen:
            self._seen.add(answer.id)
            self.answers.append(answer)

    def answers_of(self, kind: type[E]) -> list[E]:
        """Return the answers of one type, in the order received."""
        return [answer.event for answer in self.answers if isinstance(answer.event, kind)]


class PartnerPublisher:
    """Publishes records of one partner, each in a separate trace."""

    def __init__(self, partner: str, producer: AIOKafkaProducer, otlp_endpoint: str) -> None:
        self._producer = producer
        self.tracing = make_tracing(f"partner.{partner}", otlp_endpoint=otlp_endpoint, sample_ratio=1.0)
        self._tracer = self.tracing.get_tracer("alongside_localstack.demo")

    async def publish(self, record: PartnerRecord) -> StreamPosition:
        """Publish one record and return its position."""
        with self._tracer.start_as_current_span(f"send {record.topic}", kind=SpanKind.PRODUCER):
            headers = [*record.headers, *((name, value.encode()) for name, value in trace_headers().items())]
            metadata = await self._producer.send_and_wait(
                record.topic, record.value, record.key, headers=headers
            )
        return StreamPosition(metadata.partition, metadata.offset)


@asynccontextmanager
async def open_publishers(
    kafka_as: KafkaAs, partners: Sequence[str], otlp_endpoint: str
) -> AsyncIterator[dict[str, PartnerPublisher]]:
    """Open a publisher for each partner, logged in as that partner."""
    async with AsyncExitStack() as exit_stack:
        publishers: dict[str, PartnerPublisher] = {}
        for partner in partners:
            producer = AIOKafkaProducer(
                **kafka_as(user_of(partner)).options(), enable_idempotence=True, acks="all"
            )
            publishers[partner] = PartnerPublisher(
                partner, await exit_stack.enter_async_context(producer), otlp_endpoint
            )
            exit_stack.push_async_callback(asyncio.to_thread, publishers[partner].tracing.shutdown)
        yield publishers


@asynccontextmanager
async def open_inboxes(kafka_as: KafkaAs, partners: Sequence[str]) -> AsyncIterator[dict[str, PartnerInbox]]:
    """Open an inbox for each partner, which reads the status stream from its start."""
    async with AsyncExitStack() as exit_stack:
        yield {
            partner: await exit_stack.enter_async_context(_open_inbox(kafka_as, partner))
            for partner in partners
        }


@asynccontextmanager
async def _open_inbox(kafka_as: KafkaAs, partner: str) -> AsyncIterator[PartnerInbox]:
    inbox = PartnerInbox(partner)
    consumer = AIOKafkaConsumer(
        streams.PARTNER_STATUS.topic(partner),
        **kafka_as(user_of(partner)).options(),
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer:
        reading = asyncio.create_task(_read_answers(consumer, inbox))
        try:
            yield inbox
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read_answers(consumer: AIOKafkaConsumer, inbox: PartnerInbox) -> None:
    while True:
        try:
            batches = await consumer.getmany(timeout_ms=200)
        except KafkaError:
            await asyncio.sleep(0.5)
            continue
        for record in chain.from_iterable(batches.values()):
            envelope = cloudevents.decode(record.key, record.value, record.headers)
            event = parse(event_class(envelope.type), envelope.data)
            inbox.add(ReceivedAnswer(envelope.id, event))
