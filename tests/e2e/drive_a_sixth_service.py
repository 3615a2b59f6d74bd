"""Starts the service `milestones` of this file's checkout, sends it events, and prints the event it announces.

Run as a separate program by test_add_a_service.py, so that it imports the copy's packages.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside_chassis.kafka import Kafka
from alongside_cli.kafka.streams import topics_of
from alongside_contracts import cloudevents, streams
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.ids import PersonId, ReferralId, new_id
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.vocabulary import Actor, Status
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder

SECONDS_MAX = 60


async def main() -> None:
    """Print the body of the one event that the service announces for two status changes."""
    plan = Plan(services=("milestones",), mail=False, traces=False, usual_ports=False)
    with temporary_folder() as folder:
        stack = LocalStack(
            StateFolder(folder), settings=StackSettings(), plan=plan, topics=topics_of(()), unsafe_fast=True
        )
        async with stack:
            referral = ReferralId(new_id())
            for status in (Status.ACCEPTED, Status.IN_PROGRESS):
                await send(stack.kafka, changed(referral, status))
            async with asyncio.timeout(SECONDS_MAX):
                announced = await read_event(stack.kafka, "milestone.reached")
    sys.stdout.write(json.dumps({"sent": str(referral), "announced": announced}))


def changed(referral: ReferralId, status: Status) -> ReferralStatusChanged:
    """Return a status change of a referral."""
    return ReferralStatusChanged(
        referral_id=referral,
        sequence=2,
        person_id=PersonId(new_id()),
        previous=Status.REQUESTED,
        status=status,
        actor=Actor.TARGET,
        next_actor=Actor.TARGET,
        due_at=datetime.now(UTC),
    )


async def send(kafka: Kafka, event: ReferralStatusChanged) -> None:
    """Announce an event as its service would."""
    envelope = CloudEvent(
        id=str(new_id()),
        source=f"urn:alongside:service:{event.announced_by}",
        type=event.type,
        data=event.model_dump_json(exclude_none=True).encode(),
        time=datetime.now(UTC),
        subject=event.key,
        trace={},
    )
    async with AIOKafkaProducer(**kafka.options(), enable_idempotence=True, acks="all") as producer:
        headers = cloudevents.encode(envelope)
        await producer.send_and_wait(
            streams.JOURNEY.topic(), envelope.data, key=event.key.encode(), headers=headers
        )


async def read_event(kafka: Kafka, noun: str) -> object:
    """Return the body of the first event on the journey whose type contains `noun`."""
    consumer = AIOKafkaConsumer(
        streams.JOURNEY.topic(), **kafka.options(), auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        async for record in consumer:
            if noun in dict(record.headers)["ce_type"].decode():
                return json.loads(record.value)
    finally:
        await consumer.stop()
    raise AssertionError("unreachable: the consumer reads until the time limit")


if __name__ == "__main__":
    asyncio.run(main())
