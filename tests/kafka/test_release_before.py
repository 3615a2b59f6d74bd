"""Codes of tomorrow at the release before this one: dead-lettered there, and handled by a replay after the upgrade.

The records that release wrote are read by this one; samples of them are kept in tests/service/release_before and always run.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_contracts import cloudevents, streams
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.event import Event, parse
from alongside_contracts.ids import PersonId, SubmissionId, new_id
from alongside_contracts.intake import SubmissionEscalated
from alongside_contracts.registry import event_class
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.stack import LocalStack
from tests.builders import REGION, SUNDAY_NOON, a_request, an_admission
from tests.kafka.release_before import python_of_the_release_before, running
from tests.polling import poll_until

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long, pytest.mark.e2e]

PARTNER = "st-mary-hospital"
NEED, RISK = "a-need-of-tomorrow", "a-risk-of-tomorrow"


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A broker with the topics of one partner, and PostgreSQL."""
    async with infrastructure(kafka=True, postgres=True) as started:
        await started.create_topics(topics_of([PARTNER]))
        yield started


async def test_what_the_release_before_dead_lettered_is_handled_after_the_upgrade(stack: LocalStack) -> None:
    before = await asyncio.to_thread(python_of_the_release_before)
    databases = {
        service: await asyncio.to_thread(stack.postgres.create_database)
        for service in ("referrals", "notifications")
    }
    admission, crisis = an_admission(request=a_request(needs=(NEED,))), an_escalation(RISK)

    async with running(stack, before, databases) as urls, httpx2.AsyncClient() as client:
        await publish(stack, an_admission(), an_escalation("danger-to-self"), admission, crisis)
        letters = {service: await dead_letters(client, url) for service, url in urls.items()}
        written = await journey_of(stack)
    async with running(stack, Path(sys.executable), databases) as urls, httpx2.AsyncClient() as client:
        for service, url in urls.items():
            await replay(client, url, letters[service], stack.service_token)
        referral = (await client.get(f"{urls['referrals']}/referrals/{admission.referral_id}")).json()
        crises = (await client.get(f"{urls['notifications']}/crisis")).json()["items"]

    assert [letter["where"] for letter in letters["referrals"]] == ["request.needs.0"]
    assert [letter["where"] for letter in letters["notifications"]] == ["risks.0"]
    assert referral["status"] == "requested"
    assert str(crisis.submission_id) in [each["submission_id"] for each in crises]
    assert {event.type for event in written} >= {
        "org.alongside.referral.status-changed.v1",
        "org.alongside.notice.delivered.v1",
    }


def an_escalation(risk: str) -> SubmissionEscalated:
    """Return a crisis in the sample region."""
    return SubmissionEscalated(
        submission_id=SubmissionId(new_id()),
        person_id=PersonId(new_id()),
        region=REGION,
        risks=(risk,),
        acknowledge_by=SUNDAY_NOON,
    )


async def publish(stack: LocalStack, *events: Event) -> None:
    """Send events as intake does."""
    producer = AIOKafkaProducer(**stack.kafka.options(), enable_idempotence=True, acks="all")
    await producer.start()
    try:
        for event in events:
            envelope = CloudEvent(
                id=str(new_id()),
                source="urn:alongside:service:intake",
                type=event.type,
                data=event.model_dump_json(exclude_none=True).encode(),
                time=SystemClock().now(),
                subject=event.key,
                trace={},
            )
            await producer.send_and_wait(
                event.stream.topic(), envelope.data, event.key.encode(), headers=cloudevents.encode(envelope)
            )
    finally:
        await producer.stop()


async def dead_letters(client: httpx2.AsyncClient, url: str) -> list[dict[str, Any]]:
    """Wait for the first dead letters of a service and return them."""

    async def waiting() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await client.get(f"{url}/dead-letters")).json()["items"]
        return found

    return await poll_until(waiting, bool, "a dead letter")


async def replay(
    client: httpx2.AsyncClient, url: str, letters: Sequence[dict[str, Any]], service_token: str
) -> None:
    """Replay dead letters; each must be handled."""
    for letter in letters:
        answer = await client.post(
            f"{url}/dead-letters/{letter['id']}/replay", headers={"Authorization": f"Bearer {service_token}"}
        )
        assert answer.status_code == 200, answer.text
        assert (answer.json()["outcome"], answer.json()["letter"]["state"]) == ("handled", "replayed")


async def journey_of(stack: LocalStack) -> list[Event]:
    """Return everything the services wrote on the journey once they notified somebody, as this release reads it."""
    consumer = AIOKafkaConsumer(
        streams.JOURNEY.topic(), **stack.kafka.options(), auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    events: list[Event] = []
    try:
        async with asyncio.timeout(60):
            async for record in consumer:
                envelope = cloudevents.decode(record.key, record.value, record.headers)
                if envelope.source != "urn:alongside:service:intake":
                    events.append(parse(event_class(envelope.type), envelope.data))
                if events and events[-1].type == "org.alongside.notice.delivered.v1":
                    return events
    finally:
        await consumer.stop()
    raise AssertionError("the journey ended")
