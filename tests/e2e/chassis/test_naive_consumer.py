"""The consumer at the top of docs/delivery.md: the page shows the program that runs, with the losses it lists."""

import asyncio
import importlib.util
import inspect
import json
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside_chassis.consume.handlers import Handlers
from alongside_cli.kafka.topics import Topic
from alongside_contracts import streams
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.stack import LocalStack
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench

DOCS = Path(__file__).parents[3] / "docs"
JOURNEY = streams.JOURNEY.name


@pytest.fixture(scope="module")
def naive() -> ModuleType:
    """Import the program."""
    spec = importlib.util.spec_from_file_location("naive_consumer", DOCS / "how-to" / "naive_consumer.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
async def broker() -> AsyncIterator[LocalStack]:
    """Start a separate broker: no other consumer should read the naive consumer's records on the journey."""
    async with infrastructure(kafka=True, postgres=False) as stack:
        await stack.create_topics([Topic(JOURNEY, 3)])
        yield stack


@pytest.fixture
async def producer(broker: LocalStack) -> AsyncIterator[AIOKafkaProducer]:
    """Return a producer for that broker."""
    made = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await made.start()
    yield made
    await made.stop()


class Town:
    """The collaborators of the naive consumer: one offer, and the places held so far."""

    def __init__(self) -> None:
        self.held: list[str] = []

    async def find_offer(self, _conn: object, event: dict[str, Any]) -> str:
        """Return the offer, named after the referral."""
        return f"offer for {event['referral_id']}"

    async def hold_place(self, _conn: object, offer: str) -> None:
        """Record the held place."""
        self.held.append(offer)

    async def seen(self) -> list[str]:
        """Return the held places."""
        return list(self.held)


def test_the_documentation_shows_the_tested_program(naive: ModuleType) -> None:
    shown = (DOCS / "delivery.md").read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    _signature, _, body = inspect.getsource(naive.consume).partition('Do not copy this."""\n')

    assert shown.strip() == textwrap.dedent(body).strip()


async def test_the_naive_consumer_misses_earlier_events_and_ends_at_one_bad_body(
    naive: ModuleType, producer: AIOKafkaProducer, broker: LocalStack, bare: BareBench
) -> None:
    town, name = Town(), uuid4().hex
    await producer.send_and_wait(JOURNEY, json.dumps({"referral_id": f"{name}-before"}).encode(), partition=0)
    async with bare(Handlers()) as bench:
        naively = asyncio.create_task(
            naive.consume(
                broker.bootstrap,
                bench.pool,
                producer,
                find_offer=town.find_offer,
                hold_place=town.hold_place,
            )
        )

        async def speak_until_heard() -> list[str]:
            await producer.send_and_wait(
                JOURNEY, json.dumps({"referral_id": f"{name}-after"}).encode(), partition=0
            )
            return town.held

        held = await poll_until(speak_until_heard, lambda held: len(held) > 0, "the first place held")
        for body in (b"{", json.dumps({"referral_id": f"{name}-neighbour"}).encode()):
            await producer.send_and_wait(JOURNEY, body, partition=0)
        await asyncio.wait([naively], timeout=20)
        error = naively.exception()
        await closed(error)

    assert isinstance(error, json.JSONDecodeError)
    assert f"offer for {name}-before" not in held
    assert f"offer for {name}-neighbour" not in town.held


async def closed(error: BaseException | None) -> None:
    """Close the consumer that was left open: only the traceback refers to it."""
    frame = error.__traceback__ if error else None
    while frame is not None:
        if isinstance(left := frame.tb_frame.f_locals.get("consumer"), AIOKafkaConsumer):
            await left.stop()
        frame = frame.tb_next
