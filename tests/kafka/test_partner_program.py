"""The example program for partners works with a log-in, and uses no name that the broker refuses."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside_chassis.kafka import Kafka
from alongside_contracts import streams
from alongside_contracts.access import user_of
from alongside_localstack.stack import LocalStack
from tests.contracts.test_partner_guide import PROGRAM

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

PARTNER = "sunrise"


def program() -> Any:
    spec = importlib.util.spec_from_file_location("publish_a_referral", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def answer_first_record(kafka: Kafka) -> None:
    """Answer the first record as admitted, as intake would."""
    async with (
        AIOKafkaConsumer(
            streams.PARTNER_REFERRALS.topic(PARTNER), **kafka.options(), auto_offset_reset="earliest"
        ) as inbound,
        AIOKafkaProducer(**kafka.options(), acks="all") as status,
    ):
        record = await inbound.getone()
        reference = json.loads(record.value)["reference"]
        answer = {"reference": reference, "answer": "admitted"}
        await status.send_and_wait(
            streams.PARTNER_STATUS.topic(PARTNER), json.dumps(answer).encode(), record.key
        )


async def test_a_partner_that_logs_in_sends_and_is_answered(
    kafka: LocalStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = kafka.kafka_as(user_of(PARTNER))
    password = tmp_path / "password.txt"
    password.write_text(known.password.get_secret_value() + "\n")

    answering = asyncio.create_task(answer_first_record(kafka.kafka_as("intake")))
    await program().main(PARTNER, known.bootstrap, str(password), "SASL_PLAINTEXT")
    await answering

    assert json.loads(capsys.readouterr().out) == {"reference": "BH-2026-00417", "answer": "admitted"}
