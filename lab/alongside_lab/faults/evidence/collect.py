"""Reads the evidence directly from Kafka and PostgreSQL, without the services or their code."""

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
from alongside_lab.faults.evidence.evidence import ArrivedRecord, RecordPosition, StreamEvent
from alongside_lab.faults.fault_records import NUMBER_HEADER
from alongside_localstack.stack import LocalStack

_TABLES: Final[Mapping[str, tuple[str, str]]] = {
    "submissions": ("intake", "select id, source, reference, state, referral_id, repeats from submission"),
    "quarantines": ("intake", "select partner, paused_at, resumed_at from quarantine"),
    "offers": ("matching", "select id, capacity, held, taken from offer"),
    "requests": ("matching", "select referral_id, state from request"),
    "proposals": ("matching", "select id, referral_id, offer_id, attempt, state from proposal"),
    "directory_imports": ("directory", "select id, state, attempts, problem from directory_import"),
    "directory_services": (
        "directory",
        """select source, source_id, document ->> 'name' as name, removed_at
        from directory_record where kind = 'service'""",
    ),
    "directory_listings": (
        "directory",
        "select source, source_id, sequence, withdrawn as effect from directory_listing",
    ),
    "heard_listings": ("matching", "select source, source_id, sequence, effect from listing"),
    "directory_offers": (
        "matching",
        """select source, source_id, name, needs, withdrawn, paused_because from offer
        where starts_with(source, 'directory:')""",
    ),
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
        """select id, referral_id, submission_id, partner, since, cause, template, role, recipient_kind, recipient_id, reached_at
        from notice""",
    ),
    "deliveries": ("notifications", "select notice_id, channel, state, attempts, message_id from delivery"),
    "escalations": ("notifications", "select cause, submission_id from escalation"),
}
IMPORTS_REMAINING: Final = (
    "select count(*) from directory_import where state not in ('done', 'failed', 'held')"
)
"""At the directory: the imports that have not ended."""
_DEAD_LETTERS: Final = 'select topic, partition, "offset", reason, "where" from dead_letter'
_OUTBOX: Final = "select count(*) from outbox"
_STREAMS_BY_GROUP: Final[Mapping[str, Sequence[Stream]]] = {
    group: streams_heard
    for service in SERVICES
    for group, streams_heard in by_group(
        service, (stream for stream in ALL if service in stream.readers)
    ).items()
}
"""The streams that each consumer group reads."""
_POLL_MS: Final = 2000


async def stores(stack: LocalStack) -> dict[str, Any]:
    """Return all tables for the checker, the dead letters, and the outbox counts."""
    evidence: dict[str, Any] = {}
    for name, (service, query) in _TABLES.items():
        evidence[name] = await rows(stack, service, query)
    evidence["dead_letters"] = [
        {"service": service} | row
        for service in SERVICES
        for row in await rows(stack, service, _DEAD_LETTERS)
    ]
    evidence["outbox"] = await outboxes(stack)
    return evidence


async def outboxes(stack: LocalStack) -> dict[str, int]:
    """Return the number of outbox rows, by service."""
    return {service: (await rows(stack, service, _OUTBOX))[0]["count"] for service in SERVICES}


async def rows(stack: LocalStack, service: str, query: str) -> list[dict[str, Any]]:
    """Query one service's database directly, without its proxy."""
    conn = await asyncpg.connect(stack.database(service).url)
    try:
        return [dict(row) for row in await conn.fetch(query)]
    finally:
        await conn.close()


async def streams(kafka: Kafka, topics: Sequence[str]) -> tuple[list[StreamEvent], list[ArrivedRecord]]:
    """Return all events of the services, and all records of the suite, up to the current end of the topics."""
    async with _open_clients(kafka) as (admin, consumer):
        partitions = await _partitions(admin, topics)
        return _split([record async for record in _read_all(consumer, partitions)])


async def _read_all(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> AsyncIterator[Any]:
    ends = await consumer.end_offsets(partitions)
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    unfinished = {partition for partition, end in ends.items() if end > 0}
    while unfinished:
        for batch in (await consumer.getmany(timeout_ms=_POLL_MS)).values():
            for record in batch:
                yield record
        unfinished = {
            partition for partition in unfinished if await consumer.position(partition) < ends[partition]
        }


def _split(
    records: Iterable[ConsumerRecord[bytes | None, bytes | None]],
) -> tuple[list[StreamEvent], list[ArrivedRecord]]:
    events, arrivals = [], []
    for record in records:
        position = RecordPosition(record.topic, record.partition, record.offset)
        headers = dict(record.headers)
        if NUMBER_HEADER in headers:
            arrivals.append(ArrivedRecord(position, int(headers[NUMBER_HEADER])))
        else:
            events.append(_stream_event(position, record, headers))
    return events, arrivals


def _stream_event(position: RecordPosition, record: Any, headers: Mapping[str, bytes]) -> StreamEvent:
    return StreamEvent(
        position=position,
        key=record.key.decode(),
        id=headers["ce_id"].decode(),
        source=headers["ce_source"].decode(),
        type=".".join(headers["ce_type"].decode().split(".")[2:-1]),
        facts=json.loads(record.value),
    )


async def lag(kafka: Kafka, topics: Sequence[str]) -> dict[str, int]:
    """Return each consumer group's lag in records."""
    async with _open_clients(kafka) as (admin, consumer):
        ends = await consumer.end_offsets(await _partitions(admin, topics))
        committed = {group: await admin.list_consumer_group_offsets(group) for group in _STREAMS_BY_GROUP}
    return {
        group: sum(
            max(0, end - (max(0, committed[group][partition].offset) if partition in committed[group] else 0))
            for partition, end in ends.items()
            if stream_of(partition.topic) in streams_read
        )
        for group, streams_read in _STREAMS_BY_GROUP.items()
    }


@asynccontextmanager
async def _open_clients(kafka: Kafka) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    admin = AIOKafkaAdminClient(**kafka.options())
    consumer = AIOKafkaConsumer(**kafka.options(), enable_auto_commit=False)
    try:
        await admin.start()
        await consumer.start()
        yield admin, consumer
    finally:
        await asyncio.gather(admin.close(), consumer.stop())


async def _partitions(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """Return all partitions of the topics."""
    return [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(list(topics))
        for partition in topic["partitions"]
    ]


async def mails(stack: LocalStack) -> dict[str, int]:
    """Return how often the mail sink accepted each Message-ID."""
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as client:
        answer = await client.get(f"{stack.mail.url}/messages")
    answer.raise_for_status()
    return {mail["message_id"]: mail["deliveries"] for mail in answer.json()}
