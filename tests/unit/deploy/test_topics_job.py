"""The job that creates topics, run as docker-compose.yml runs it, against a real broker."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from alongside_cli.stack.infrastructure import infrastructure
from alongside_contracts import streams
from tests.unit.deploy.files import containers

PARTNER = "st-mary-hospital"


@pytest.fixture(scope="module")
async def bootstrap() -> AsyncIterator[str]:
    async with infrastructure(postgres=False, broker="embedded") as stack:
        yield stack.bootstrap


async def run_job(bootstrap: str, *more: str) -> tuple[int, str]:
    """The job's own command line, except that this broker is alone."""
    entrypoint: list[str] = containers()["topics"]["entrypoint"]
    given = {"--replicas=3": "--replicas=1", containers()["topics"]["entrypoint"][-1]: bootstrap}
    command = [sys.executable, *(given.get(word, word) for word in entrypoint[1:]), *more]
    job = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(job.communicate(), 60)
    return job.returncode or 0, output.decode()


async def partitions(bootstrap: str, names: Iterable[str]) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())  # the embedded broker invents what it is asked to describe
        described = await admin.describe_topics([name for name in names if name in existing])
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()


async def test_the_job_creates_every_stream_and_a_partners_own_and_may_run_again(bootstrap: str) -> None:
    shared = {each.topic(): each.partitions for each in streams.ALL if not each.per_partner}
    own = {each.topic(PARTNER): each.partitions for each in streams.ALL if each.per_partner}

    first = await run_job(bootstrap)
    created_first = await partitions(bootstrap, [*shared, *own])
    again = await run_job(bootstrap, "--partner", PARTNER)
    created_again = await partitions(bootstrap, [*shared, *own])

    assert (first[0], again[0]) == (0, 0), first[1] + again[1]
    assert created_first == shared
    assert created_again == shared | own


async def test_a_partner_id_that_cannot_be_a_topic_is_refused(bootstrap: str) -> None:
    code, told = await run_job(bootstrap, "--partner", "St. Mary")

    assert code == 2
    assert "no partner id" in told


async def test_a_broker_that_is_not_there_is_named_without_a_traceback() -> None:
    code, told = await run_job("127.0.0.1:1")

    assert code == 1
    assert "127.0.0.1:1" in told
    assert "Traceback" not in told


def test_the_job_asks_every_broker_and_wants_three_copies() -> None:
    entrypoint = containers()["topics"]["entrypoint"]

    assert "--replicas=3" in entrypoint
    assert entrypoint[entrypoint.index("--bootstrap") + 1] == "kafka-1:9092,kafka-2:9092,kafka-3:9092"
    assert containers()["intake"]["environment"]["ALONGSIDE_KAFKA"] == entrypoint[-1]
