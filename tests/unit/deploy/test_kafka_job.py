"""The job that sets Kafka up, run as docker-compose.yml runs it, against a real broker."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from alongside_cli.kafka.settings import ClusterSettings
from alongside_contracts import streams
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.kafka.security import ADMIN
from tests.unit.deploy.files import containers, variables

PARTNER = "st-mary-hospital"
JOB = containers()["kafka-set-up"]


@pytest.fixture(scope="module")
async def bootstrap() -> AsyncIterator[str]:
    async with infrastructure(postgres=False, broker="embedded") as stack:
        yield stack.bootstrap


async def run_job(bootstrap: str, *more: str) -> tuple[int, str]:
    """Run the job's own command line, for a single broker without authentication."""
    entrypoint: list[str] = JOB["entrypoint"]
    job = await asyncio.create_subprocess_exec(
        *(sys.executable, *entrypoint[1:], *(more or JOB["command"])),
        env={"ALONGSIDE_KAFKA": bootstrap, "ALONGSIDE_KAFKA_REPLICAS": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(job.communicate(), 60)
    return job.returncode or 0, output.decode()


async def partitions(bootstrap: str, names: Iterable[str]) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        # The embedded broker invents descriptions of missing topics.
        existing = set(await admin.list_topics())
        described = await admin.describe_topics([name for name in names if name in existing])
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()


async def test_the_job_creates_every_stream_and_a_partners_own_and_may_run_again(bootstrap: str) -> None:
    shared = {each.topic(): each.partitions for each in streams.ALL if not each.per_partner}
    own = {each.topic(PARTNER): each.partitions for each in streams.ALL if each.per_partner}

    first = await run_job(bootstrap)
    created_first = await partitions(bootstrap, [*shared, *own])
    again = await run_job(bootstrap, "add-partner", PARTNER)
    created_again = await partitions(bootstrap, [*shared, *own])

    assert (first[0], again[0]) == (0, 0), first[1] + again[1]
    assert created_first == shared
    assert created_again == shared | own


async def test_a_partner_id_that_cannot_be_a_topic_is_refused(bootstrap: str) -> None:
    code, output = await run_job(bootstrap, "add-partner", "St. Mary")

    assert code == 2
    assert "is not a partner id" in output


async def test_a_broker_that_is_not_there_is_named_without_a_traceback() -> None:
    code, output = await run_job("127.0.0.1:1")

    assert code == 1
    assert "127.0.0.1:1" in output
    assert "Traceback" not in output


def test_the_job_asks_every_broker_as_the_administrator_and_wants_three_copies() -> None:
    environment = JOB["environment"]

    assert environment["ALONGSIDE_KAFKA_REPLICAS"] == "3"
    assert environment["ALONGSIDE_KAFKA"] == "kafka-1:9095,kafka-2:9095,kafka-3:9095"
    assert environment["ALONGSIDE_KAFKA_USER"] == ADMIN
    assert environment.keys() <= variables(ClusterSettings)
    assert JOB["command"] == ["set-up"]


async def test_what_the_job_is_not_told_it_names() -> None:
    job = await asyncio.create_subprocess_exec(
        *(sys.executable, *JOB["entrypoint"][1:], "set-up"),
        env={"ALONGSIDE_KAFKA_USER": "admin"},
        stderr=asyncio.subprocess.PIPE,
    )
    _, output = await asyncio.wait_for(job.communicate(), 60)

    assert job.returncode == 2
    assert set(output.decode().splitlines()) == {
        "ALONGSIDE_KAFKA_PASSWORD: Value error, user and password are needed with a SASL protocol, and only then",
        "ALONGSIDE_KAFKA: Field required",
    }
