"""Reads the evidence straight from Kafka and PostgreSQL, past every service and every line of their code."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import httpx2
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from alongside_chassis.kafka import Kafka
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import ALL, Stream, by_group, stream_of
from alongside_lab.faults.evidence.evidence import Arrived, Heard, Place
from alongside_lab.faults.letters import NUMBER_HEADER
from alongside_localstack.stack import LocalStack

_TABLES: Final[Mapping[str, tuple[str, str]]] = {
    "submissions": ("intake", "select id, source, reference, state, referral_id, repeats from submission"),
    "quarantines": ("intake", "select partner, paused_at, resumed_at from quarantine"),
    "offers": ("matching", "select id, capacity, held, taken from offer"),
    "requests": ("matching", "select referral_id, state from request"),
    "proposals": ("matching", "select id, referral_id, offer_id, attempt, state from proposal"),
    "referrals": (
        "referrals",
        "select id, partner, reference, replaces, status, sequence, next_actor, due_at, loop_closed_at from referral",
    ),
    "timeline": (
        "referrals",
        "select referral_id, entry, sequence, what, previous, status from timeline order by referral_id, entry",
    ),
    "notices": (
        "notifications",
        "select id, referral_id, cause, role, recipient_id, channel, state, message_id from notice",
    ),
    "escalations": ("notifications", "select cause, submission_id from escalation"),
}
_DEAD_LETTERS: Final = 'select topic, partition, "offset", reason, "where" from dead_letter'
_OUTBOX: Final = "select count(*) from outbox"
_GROUPS: Final[Mapping[str, Sequence[Stream]]] = {
    group: heard
    for service in SERVICES
    for group, heard in by_group(service, (each for each in ALL if service in each.readers)).items()
}
"""Which streams each consumer group reads."""
_POLL_MS: Final = 2000


async def stores(stack: LocalStack) -> dict[str, Any]:
    """Every table the checker looks at, the dead letters and the outboxes."""
    found: dict[str, Any] = {}
    for name, (service, question) in _TABLES.items():
        found[name] = await rows(stack, service, question)
    found["dead_letters"] = [
        {"service": service} | row
        for service in SERVICES
        for row in await rows(stack, service, _DEAD_LETTERS)
    ]
    found["outbox"] = await outboxes(stack)
    return found


async def outboxes(stack: LocalStack) -> dict[str, int]:
    """How many rows wait to be sent, by service."""
    return {service: (await rows(stack, service, _OUTBOX))[0]["count"] for service in SERVICES}


async def rows(stack: LocalStack, service: str, question: str) -> list[dict[str, Any]]:
    """Ask one service's database, past every proxy."""
    conn = await asyncpg.connect(stack.database(service).url)
    try:
        return [dict(row) for row in await conn.fetch(question)]
    finally:
        await conn.close()


async def streams(kafka: Kafka, topics: Sequence[str]) -> tuple[list[Heard], list[Arrived]]:
    """All events of ours, and all records of the suite, from the first to what is the last now."""
    async with _asking(kafka) as (admin, consumer):
        places = await _places(admin, topics)
        return _sorted_out([record async for record in _everything(consumer, places)])


async def _everything(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> AsyncIterator[Any]:
    ends = await consumer.end_offsets(places)
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    behind = {place for place, end in ends.items() if end > 0}
    while behind:
        for batch in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in batch:
                yield record
        behind = {place for place in behind if await consumer.position(place) < ends[place]}


def _sorted_out(
    records: Iterable[ConsumerRecord[bytes | None, bytes | None]],
) -> tuple[list[Heard], list[Arrived]]:
    events, arrived = [], []
    for record in records:
        place = Place(record.topic, record.partition, record.offset)
        headers = dict(record.headers)
        if NUMBER_HEADER in headers:
            arrived.append(Arrived(place, int(headers[NUMBER_HEADER])))
        else:
            events.append(_heard(place, record, headers))
    return events, arrived


def _heard(place: Place, record: Any, headers: Mapping[str, bytes]) -> Heard:
    return Heard(
        place=place,
        key=record.key.decode(),
        id=headers["ce_id"].decode(),
        source=headers["ce_source"].decode(),
        type=".".join(headers["ce_type"].decode().split(".")[2:-1]),
        facts=json.loads(record.value),
    )


async def lag(kafka: Kafka, topics: Sequence[str]) -> dict[str, int]:
    """How many records each group has not committed yet."""
    async with _asking(kafka) as (admin, consumer):
        ends = await consumer.end_offsets(await _places(admin, topics))
        committed = {group: await admin.list_consumer_group_offsets(group) for group in _GROUPS}
    return {
        group: sum(
            max(0, end - (max(0, committed[group][place].offset) if place in committed[group] else 0))
            for place, end in ends.items()
            if stream_of(place.topic) in read
        )
        for group, read in _GROUPS.items()
    }


@asynccontextmanager
async def _asking(kafka: Kafka) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    admin = AIOKafkaAdminClient(**kafka.options())
    consumer = AIOKafkaConsumer(**kafka.options(), enable_auto_commit=False)
    try:
        await admin.start()
        await consumer.start()
        yield admin, consumer
    finally:
        await asyncio.gather(admin.close(), consumer.stop())


async def _places(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """Every partition of the topics."""
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(list(topics))
        for partition in topic["partitions"]
    ]


async def mails(stack: LocalStack) -> dict[str, int]:
    """How often the mail sink accepted each Message-ID."""
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as client:
        answer = await client.get(f"{stack.mail.url}/messages")
    answer.raise_for_status()
    return {mail["message_id"]: mail["deliveries"] for mail in answer.json()}
