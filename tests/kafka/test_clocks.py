"""Kafka refuses records whose time is hours ahead. Danger is sent all the same."""

import time

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTimestampError

from alongside_contracts import streams
from alongside_localstack.stack import LocalStack

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

THREE_HOURS_MS = 3 * 60 * 60 * 1000


async def test_only_danger_is_accepted_from_a_service_whose_clock_is_hours_ahead(kafka: LocalStack) -> None:
    future_ms = int(time.time() * 1000) + THREE_HOURS_MS
    async with AIOKafkaProducer(**kafka.kafka_as("intake").options(), acks="all") as producer:
        with pytest.raises(InvalidTimestampError):
            await producer.send_and_wait(streams.JOURNEY.topic(), b"{}", key=b"k", timestamp_ms=future_ms)
        accepted = await producer.send_and_wait(
            streams.CRISIS.topic(), b"{}", key=b"k", timestamp_ms=future_ms
        )

    assert accepted.timestamp < future_ms - THREE_HOURS_MS / 2, "the broker's time"
