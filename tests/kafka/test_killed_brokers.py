"""Killing one of three brokers loses no record, with three replicas of which two must have it.

Kafka requires log-in here, too. The fault suite's independent checker evaluates the result.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import open_network
from alongside_contracts import streams
from alongside_contracts.services import SERVICES
from alongside_lab.faults.evidence import collect
from alongside_lab.faults.evidence.evaluation import check, summary
from alongside_lab.faults.evidence.evidence import Evidence
from alongside_lab.faults.fault_records import FaultRecord, make_records
from alongside_lab.faults.injection.environment import ENV, FaultEnvironment, load_sample
from alongside_lab.faults.injection.injector import FaultDevices
from alongside_lab.faults.record_sender import RecordSender
from alongside_lab.faults.settlement import wait_until_settled
from alongside_lab.faults.target_actors import TargetActors
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
SAMPLE_PARTNERS = partners()
TOPICS = tuple(topic.name for topic in topics_of(partner.id for partner in SAMPLE_PARTNERS))


@pytest.fixture
async def environment() -> AsyncIterator[FaultEnvironment]:
    """The whole network on three brokers, with a separate user for each service and partner."""
    plan = {
        "services": SERVICES,
        "postgres": True,
        "mail": True,
        "kafka_nodes": 3,
        "env": dict.fromkeys(SERVICES, ENV),
    }
    async with (
        secured([partner.id for partner in SAMPLE_PARTNERS], **plan) as stack,
        open_network(stack.addresses(), service_token=stack.service_token) as network,
    ):
        yield FaultEnvironment(
            stack, network, FaultDevices(stack, {}, None, None), SAMPLE_PARTNERS, TOPICS, print
        )


async def test_killed_leaders_and_coordinators_lose_nothing_and_do_nothing_twice(
    environment: FaultEnvironment,
) -> None:
    stack = environment.stack
    sent_records = make_records(SAMPLE_PARTNERS, Series("brokers", 5, SystemClock().now()), REFERRALS)
    await load_sample(environment, sent_records)
    target_actors = TargetActors(environment.network)
    answering = asyncio.create_task(target_actors.run())
    sending = asyncio.create_task(RecordSender(stack.kafka_as).send(sent_records, SENDING_SECONDS))

    await referrals_reach(stack, 5)
    leader = await hold_down(stack, await leader_of(stack, JOURNEY, 0))
    await referrals_reach(stack, 15)  # two brokers are enough to go on
    await leader.start()
    coordinator = await hold_down(stack, await coordinator_of(stack, "referrals"))
    await referrals_reach(stack, 25)
    await coordinator.start()
    await sending
    settled = await wait_until_settled(stack, TOPICS, patience_seconds=90, report_progress=print)
    answering.cancel()
    evidence = await gathered(stack, sent_records, target_actors)

    assert settled
    assert check(evidence) == ()
    assert summary(evidence, ())["referrals"] == REFERRALS


async def referrals_reach(stack: LocalStack, count: int) -> None:
    """Wait until `count` referrals are proposed: then all services have handled them."""

    async def closed() -> int:
        rows = await collect.rows(
            stack, "referrals", "select count(*) from referral where status <> 'requested'"
        )
        return int(rows[0]["count"])

    await poll_until(closed, lambda found: found >= count, f"{count} referrals under way")


async def gathered(
    stack: LocalStack, sent_records: Sequence[FaultRecord], target_actors: TargetActors
) -> Evidence:
    """Return the evidence of all streams and stores."""
    events, arrivals = await collect.streams(stack.kafka, TOPICS)
    return Evidence(
        sent_records=sent_records,
        arrivals=arrivals,
        events=events,
        lag=await collect.lag(stack.kafka, TOPICS),
        mails=await collect.mails(stack),
        acknowledged=tuple(target_actors.acknowledged),
        **await collect.stores(stack),
    )
