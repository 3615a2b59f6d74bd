"""Three brokers, every record on all of them, two must have it: what is lost when one is killed at work. Nothing.

Everybody is asked who they are here, too. In the end the fault suite's independent checker judges.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import network
from alongside_contracts import streams
from alongside_contracts.services import SERVICES
from alongside_lab.faults.crowd import Crowd
from alongside_lab.faults.evidence import collect
from alongside_lab.faults.evidence.evidence import Evidence
from alongside_lab.faults.evidence.verdict import check, summary
from alongside_lab.faults.injection.ground import ENV, Ground, prepare
from alongside_lab.faults.injection.strike import Tools
from alongside_lab.faults.letters import Letter, letters
from alongside_lab.faults.sending import Sender
from alongside_lab.faults.settling import settle
from alongside_localstack.sample.partners import partners
from alongside_localstack.sample.submissions import Series
from alongside_localstack.stack import LocalStack
from tests.kafka.brokers import coordinator_of, hold_down, leader_of
from tests.kafka.conftest import secured
from tests.polling import poll_until

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long, pytest.mark.e2e]

JOURNEY = streams.JOURNEY.topic()
REFERRALS = 40
SENDING_SECONDS = 25.0
CAST = partners()
TOPICS = tuple(topic.name for topic in topics_of(partner.id for partner in CAST))


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    """The whole network on three brokers, each service and partner as a user of its own."""
    plan = {
        "services": SERVICES,
        "postgres": True,
        "mail": True,
        "kafka_nodes": 3,
        "env": dict.fromkeys(SERVICES, ENV),
    }
    async with (
        secured([partner.id for partner in CAST], **plan) as stack,
        network(stack.addresses(), service_token=stack.service_token) as doors,
    ):
        yield Ground(stack, doors, Tools(stack, {}, None, None), CAST, TOPICS, print)


async def test_killed_leaders_and_coordinators_lose_nothing_and_do_nothing_twice(ground: Ground) -> None:
    stack = ground.stack
    sent = letters(CAST, Series("brokers", 5, SystemClock().now()), REFERRALS)
    await prepare(ground, sent)
    crowd = Crowd(ground.doors)
    answering = asyncio.create_task(crowd.run())
    sending = asyncio.create_task(Sender(stack.kafka_as).send(sent, SENDING_SECONDS))

    await referrals_reach(stack, 5)
    leader = await hold_down(stack, await leader_of(stack, JOURNEY, 0))
    await referrals_reach(stack, 15)  # two brokers are enough to go on
    await leader.start()
    coordinator = await hold_down(stack, await coordinator_of(stack, "referrals"))
    await referrals_reach(stack, 25)
    await coordinator.start()
    await sending
    settled = await settle(stack, TOPICS, patience_seconds=90, tell=print)
    answering.cancel()
    evidence = await gathered(stack, sent, crowd)

    assert settled
    assert check(evidence) == ()
    assert summary(evidence, ())["referrals"] == REFERRALS


async def referrals_reach(stack: LocalStack, count: int) -> None:
    """Wait until so many referrals have been matched and told of: all four services worked on them."""

    async def closed() -> int:
        rows = await collect.rows(
            stack, "referrals", "select count(*) from referral where status <> 'requested'"
        )
        return int(rows[0]["count"])

    await poll_until(closed, lambda found: found >= count, f"{count} referrals under way")


async def gathered(stack: LocalStack, sent: Sequence[Letter], crowd: Crowd) -> Evidence:
    """Everything there is on every stream and in every store."""
    events, arrived = await collect.streams(stack.kafka, TOPICS)
    return Evidence(
        letters=sent,
        arrived=arrived,
        events=events,
        lag=await collect.lag(stack.kafka, TOPICS),
        mails=await collect.mails(stack),
        promised=tuple(crowd.promised),
        **await collect.stores(stack),
    )
