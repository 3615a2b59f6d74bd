"""A service without access to Kafka reports the reason, waits without losing records, and continues afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from alongside_cli.kafka.access import open_access
from alongside_contracts import streams
from alongside_contracts.access import Rule, rules_for
from alongside_localstack.stack import LocalStack
from tests.builders import a_submission
from tests.kafka.conftest import PARTNERS
from tests.kafka.working import working
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

JOURNEY = streams.JOURNEY.topic()
WRONG = SecretStr("not-the-password")


@pytest.fixture(autouse=True)
async def rules(kafka: LocalStack) -> AsyncIterator[None]:
    """Restore all rules after a test that withdrew some."""
    yield
    await kafka.allow(rules_for(PARTNERS))


async def test_a_wrong_password_is_told_waited_for_and_put_right(kafka: LocalStack, bare: BareBench) -> None:
    async with working(replace(kafka.kafka_as("matching"), password=WRONG), bare) as service:
        await service.announce(1, 2, 3)
        await service.waits_for("matching: waits for", "relay waits for", "refuses the user 'matching'")
        assert len(await service.bench.announced()) == 3
        assert service.relay._failures <= service.attempts_max
        assert service.listener._failures <= service.attempts_max

        async with open_access(kafka.kafka) as access:
            await access.set_passwords({"matching": WRONG.get_secret_value()})
        await service.all_well(1, 2, 3)


async def test_a_missing_right_to_the_group_is_reported_and_waited_for(
    kafka: LocalStack, bare: BareBench
) -> None:
    right = Rule("referrals", "read", "group", "referrals")
    await withdraw(kafka, right)

    async with working(kafka.kafka_as("referrals"), bare) as service:
        await service.announce(1, 2)
        await service.waits_for("grants referrals no access to referrals", "GroupAuthorizationFailed")
        assert service.listener._failures <= service.attempts_max

        await kafka.allow([right])
        await service.all_well(1, 2)


async def test_a_stream_that_may_not_be_read_is_named(kafka: LocalStack, bare: BareBench) -> None:
    rights = [Rule("intake", right, "topic", JOURNEY) for right in ("read", "write")]
    await withdraw(kafka, *rights)

    async with working(kafka.kafka_as("intake"), bare) as service:
        await service.announce(1)
        await service.waits_for(
            f"intake: does not see {JOURNEY}", f"relay may not write {JOURNEY}", "grant intake"
        )
        assert len(await service.bench.announced()) == 1

        await kafka.allow(rights)
        await service.all_well(1)


async def test_rights_that_are_taken_away_in_mid_flow_stop_it_and_bring_it_back(
    kafka: LocalStack, bare: BareBench
) -> None:
    reading, writing = (Rule("notifications", right, "topic", JOURNEY) for right in ("read", "write"))

    async with working(kafka.kafka_as("notifications"), bare) as service:
        await service.announce(1, 2)
        await service.all_well(1, 2)
        await withdraw(kafka, reading)
        await service.announce(3)
        await service.waits_for("grants notifications no access")
        await withdraw(kafka, writing)
        await service.announce(4, 5)
        await service.waits_for(f"may not write {JOURNEY}")
        assert len(await service.bench.announced()) == 2

        await kafka.allow([reading, writing])
        await service.all_well(1, 2, 3, 4, 5)


async def test_a_password_changed_under_a_running_service_is_reported_once_connections_break(
    kafka: LocalStack, bare: BareBench
) -> None:
    known = kafka.kafka_as("referrals")

    async with working(known, bare) as service:
        await service.announce(1)
        await service.all_well(1)
        async with open_access(kafka.kafka) as access:
            await access.set_passwords({known.user: WRONG.get_secret_value()})
        await kafka.service("kafka").restart()
        await service.announce(2)
        await service.waits_for("relay waits for Kafka")
        service.bench.clock.advance(timedelta(seconds=6))  # the listener's patience, by the bench's clock
        await service.waits_for("referrals: waits for Kafka, which refuses the user 'referrals'")

        async with open_access(kafka.kafka) as access:
            await access.set_passwords({known.user: known.password.get_secret_value()})
        await service.all_well(1, 2)


async def test_one_partners_topic_without_write_access_delays_no_other(
    kafka: LocalStack, bare: BareBench
) -> None:
    """The relay only: one partner's records wait, and the service stays ready for all others."""
    topic = streams.PARTNER_REFERRALS.topic("bayside")

    async with working(kafka.kafka_as("matching"), bare) as service:
        async with service.bench.runtime.transaction() as tx:
            tx.announce(a_submission(reference="held"), partner="bayside")
        await service.announce(1)
        await poll_until(service.bench.announced, lambda rows: len(rows) == 1, "only the held row")
        await poll_until(service.reasons, lambda answer: not answer, "a ready service")

        await kafka.allow([Rule("matching", "write", "topic", topic)])
        await service.all_well(1)
    await withdraw(kafka, Rule("matching", "write", "topic", topic))


async def test_what_waited_for_a_right_arrives_in_order_and_once(kafka: LocalStack, bare: BareBench) -> None:
    writing = Rule("intake", "write", "topic", JOURNEY)
    await withdraw(kafka, writing)

    async with working(kafka.kafka_as("intake"), bare) as service:
        await service.announce(*range(50))
        await service.waits_for(f"may not write {JOURNEY}")

        await kafka.allow([writing])
        await service.all_well(*range(50))


async def withdraw(kafka: LocalStack, *rules: Rule) -> None:
    """Withdraw rights, effective at once."""
    async with open_access(kafka.kafka) as access:
        await access.withdraw(rules)
