"""`alongside kafka`, run as in docker-compose.yml, sets up an empty secured cluster as the contracts define."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import DescribeAclsRequest
from pydantic import SecretStr

from alongside_chassis.kafka import Kafka
from alongside_cli.kafka.access import open_access
from alongside_cli.kafka.wire import CreateRules
from alongside_contracts import streams
from alongside_contracts.access import Rule, partner_rules, rules_for, shared_rules, user_of
from alongside_contracts.services import SERVICES
from alongside_localstack.stack import LocalStack
from tests.kafka.conftest import secured
from tests.unit.deploy.files import containers

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

PARTNER = "st-mary"
_TOPIC, _LITERAL, _DESCRIBE, _ALLOW, _ANY = 2, 3, 8, 3, 1  # Kafka's codes for the fields of an access rule
FOREIGN_ACL = (_TOPIC, streams.JOURNEY.topic(), _LITERAL, "User:monitor", "*", _DESCRIBE, _ALLOW)
"""A rule that is not ours, as CreateAcls sends it: the user `monitor` may describe the journey topic."""
INBOUND = streams.PARTNER_REFERRALS.topic(PARTNER)


@pytest.fixture
async def empty_cluster() -> AsyncIterator[LocalStack]:
    """A cluster whose only user is its administrator."""
    async with secured((), rules=frozenset()) as stack:
        yield stack


async def run_alongside_kafka(stack: LocalStack, *arguments: str, **changed: str) -> tuple[int, str]:
    """Run the entry point of the compose job `kafka-set-up`, with its settings as `changed`; return exit code and output."""
    admin = stack.kafka
    environment = {
        "ALONGSIDE_KAFKA": admin.bootstrap,
        "ALONGSIDE_KAFKA_REPLICAS": "1",
        "ALONGSIDE_KAFKA_SECURITY_PROTOCOL": admin.security_protocol,
        "ALONGSIDE_KAFKA_SASL_MECHANISM": admin.sasl_mechanism,
        "ALONGSIDE_KAFKA_USER": admin.user,
        "ALONGSIDE_KAFKA_PASSWORD": admin.password.get_secret_value(),
        **{
            f"ALONGSIDE_KAFKA_{service.upper()}_PASSWORD": password_of(service).get_secret_value()
            for service in SERVICES
        },
    }
    job = containers()["kafka-set-up"]
    assert job["environment"].keys() == environment.keys()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *job["entrypoint"][1:], *arguments),
        env=environment | changed,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode()


def password_of(service: str) -> SecretStr:
    return SecretStr(f"the-password-of-{service}")


def as_user(stack: LocalStack, user: str, password: SecretStr) -> Kafka:
    return Kafka(stack.bootstrap, security_protocol="SASL_PLAINTEXT", user=user, password=password)


async def can_send(kafka: Kafka, topic: str) -> bool:
    """Return whether the broker accepts a record of this user."""
    producer = AIOKafkaProducer(**kafka.options(), enable_idempotence=True, acks="all")
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"k")
    except (KafkaConnectionError, TopicAuthorizationFailedError):
        return False
    finally:
        await producer.stop()
    return True


def printed_password(output: str) -> SecretStr:
    found = re.search(r"^password +(\S+)$", output, flags=re.MULTILINE)
    assert found is not None, output
    return SecretStr(found[1])


async def test_set_up_grants_the_services_access_and_may_run_again(empty_cluster: LocalStack) -> None:
    first = await run_alongside_kafka(empty_cluster, "set-up")
    again = await run_alongside_kafka(empty_cluster, "set-up")

    assert (first[0], again[0]) == (0, 0), first[1] + again[1]
    assert "withdrawn" not in again[1]
    async with open_access(empty_cluster.kafka) as access:
        assert await access.users() == frozenset(SERVICES)
        assert await access.rules() == shared_rules()
    assert await can_send(as_user(empty_cluster, "intake", password_of("intake")), streams.CRISIS.topic())
    assert not await can_send(
        as_user(empty_cluster, "matching", password_of("matching")), streams.CRISIS.topic()
    )


async def test_a_partner_is_added_gets_its_password_once_and_is_removed_again(
    empty_cluster: LocalStack,
) -> None:
    await run_alongside_kafka(empty_cluster, "set-up")

    code, output = await run_alongside_kafka(empty_cluster, "add-partner", PARTNER)
    assert code == 0, output
    password = printed_password(output)
    partner = as_user(empty_cluster, user_of(PARTNER), password)
    assert await can_send(partner, INBOUND)
    assert not await can_send(partner, streams.JOURNEY.topic())
    async with AIOKafkaConsumer(
        INBOUND,
        **as_user(empty_cluster, "intake", password_of("intake")).options(),
        auto_offset_reset="earliest",
    ) as intake:
        assert (await asyncio.wait_for(intake.getone(), 20)).value == b"{}"

    _, output_again = await run_alongside_kafka(empty_cluster, "add-partner", PARTNER)
    assert "unchanged" in output_again
    assert await can_send(partner, INBOUND)

    _, output_renewed = await run_alongside_kafka(empty_cluster, "add-partner", PARTNER, "--new-password")
    renewed = as_user(empty_cluster, user_of(PARTNER), printed_password(output_renewed))
    assert (await can_send(partner, INBOUND), await can_send(renewed, INBOUND)) == (False, True)

    assert await run_alongside_kafka(empty_cluster, "remove-partner", PARTNER) == (
        0,
        f"{PARTNER} may no longer log in, read or write\n",
    )
    await run_alongside_kafka(empty_cluster, "set-up")
    assert not await can_send(renewed, INBOUND)
    async with open_access(empty_cluster.kafka) as access:
        services_rules = {rule for rule in partner_rules(PARTNER) if rule.user in SERVICES}
        assert await access.rules() == shared_rules() | services_rules


async def test_set_up_withdraws_and_reports_rules_that_no_stream_needs(empty_cluster: LocalStack) -> None:
    await run_alongside_kafka(empty_cluster, "set-up")
    await run_alongside_kafka(empty_cluster, "add-partner", PARTNER)
    superfluous = Rule("matching", "read", "topic", INBOUND)
    async with open_access(empty_cluster.kafka) as access:
        await access.allow([superfluous])
        await access._send(CreateRules([FOREIGN_ACL]))

    _, output = await run_alongside_kafka(empty_cluster, "set-up")

    assert f"withdrawn: matching may no longer read topic {INBOUND}" in output
    async with open_access(empty_cluster.kafka) as access:
        assert await access.rules() == rules_for([PARTNER])
        kept = await access._send(
            DescribeAclsRequest(_TOPIC, FOREIGN_ACL[1], _LITERAL, FOREIGN_ACL[3], None, _ANY, _ANY)
        )
    assert len(kept.resources) == 1


@pytest.mark.parametrize(
    ("changed", "code", "reason"),
    [
        ({"ALONGSIDE_KAFKA_PASSWORD": "wrong"}, 1, "refuses the user 'admin' or its password"),
        ({"ALONGSIDE_KAFKA_MATCHING_PASSWORD": ""}, 1, "ALONGSIDE_KAFKA_MATCHING_PASSWORD"),
        ({"ALONGSIDE_KAFKA_USER": ""}, 2, "ALONGSIDE_KAFKA_PASSWORD"),
    ],
)
async def test_an_error_names_the_wrong_setting_without_a_traceback_or_a_secret(
    empty_cluster: LocalStack, changed: dict[str, str], code: int, reason: str
) -> None:
    exit_code, output = await run_alongside_kafka(empty_cluster, "set-up", **changed)

    assert (exit_code, reason in output, "Traceback" in output) == (code, True, False), output
    assert empty_cluster.kafka.password.get_secret_value() not in output
