"""`alongside kafka`, run as in docker-compose.yml, sets an empty secured cluster up as the contracts define."""

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
MONITORS = (2, streams.JOURNEY.topic(), 3, "User:monitor", "*", 8, 3)
"""Somebody else's rule, as it goes over the wire: the user `monitor` may describe the journey."""
INBOUND = streams.PARTNER_REFERRALS.topic(PARTNER)


@pytest.fixture
async def empty() -> AsyncIterator[LocalStack]:
    """A cluster whose only user is its administrator."""
    async with secured((), rules=frozenset()) as stack:
        yield stack


async def alongside_kafka(stack: LocalStack, *words: str, **changed: str) -> tuple[int, str]:
    """Run the job's entry point with the compose file's settings; return exit code and output."""
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
        *(sys.executable, *job["entrypoint"][1:], *words),
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


async def sends(kafka: Kafka, topic: str) -> bool:
    """Return whether a record is accepted."""
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


async def test_set_up_lets_the_services_in_and_may_run_again(empty: LocalStack) -> None:
    first = await alongside_kafka(empty, "set-up")
    again = await alongside_kafka(empty, "set-up")

    assert (first[0], again[0]) == (0, 0), first[1] + again[1]
    assert "withdrawn" not in again[1]
    async with open_access(empty.kafka) as access:
        assert await access.users() == frozenset(SERVICES)
        assert await access.rules() == shared_rules()
    assert await sends(as_user(empty, "intake", password_of("intake")), streams.CRISIS.topic())
    assert not await sends(as_user(empty, "matching", password_of("matching")), streams.CRISIS.topic())


async def test_a_partner_is_let_in_gets_its_password_once_and_is_put_out_again(empty: LocalStack) -> None:
    await alongside_kafka(empty, "set-up")

    code, output = await alongside_kafka(empty, "add-partner", PARTNER)
    assert code == 0, output
    password = printed_password(output)
    partner = as_user(empty, user_of(PARTNER), password)
    assert await sends(partner, INBOUND)
    assert not await sends(partner, streams.JOURNEY.topic())
    async with AIOKafkaConsumer(
        INBOUND, **as_user(empty, "intake", password_of("intake")).options(), auto_offset_reset="earliest"
    ) as intake:
        assert (await asyncio.wait_for(intake.getone(), 20)).value == b"{}"

    _, told_again = await alongside_kafka(empty, "add-partner", PARTNER)
    assert "unchanged" in told_again
    assert await sends(partner, INBOUND)

    _, told_new = await alongside_kafka(empty, "add-partner", PARTNER, "--new-password")
    renewed = as_user(empty, user_of(PARTNER), printed_password(told_new))
    assert (await sends(partner, INBOUND), await sends(renewed, INBOUND)) == (False, True)

    assert await alongside_kafka(empty, "remove-partner", PARTNER) == (
        0,
        f"{PARTNER} may no longer log in, read or write\n",
    )
    await alongside_kafka(empty, "set-up")
    assert not await sends(renewed, INBOUND)
    async with open_access(empty.kafka) as access:
        remaining = {rule for rule in partner_rules(PARTNER) if rule.user in SERVICES}
        assert await access.rules() == shared_rules() | remaining


async def test_set_up_withdraws_what_no_stream_asks_for_and_says_so(empty: LocalStack) -> None:
    await alongside_kafka(empty, "set-up")
    await alongside_kafka(empty, "add-partner", PARTNER)
    too_much = Rule("matching", "read", "topic", INBOUND)
    async with open_access(empty.kafka) as access:
        await access.allow([too_much])
        await access._send(CreateRules([MONITORS]))

    _, output = await alongside_kafka(empty, "set-up")

    assert f"withdrawn: matching may no longer read topic {INBOUND}" in output
    async with open_access(empty.kafka) as access:
        assert await access.rules() == rules_for([PARTNER])
        kept = await access._send(DescribeAclsRequest(2, MONITORS[1], 3, MONITORS[3], None, 1, 1))
    assert len(kept.resources) == 1


@pytest.mark.parametrize(
    ("changed", "code", "reason"),
    [
        ({"ALONGSIDE_KAFKA_PASSWORD": "wrong"}, 1, "refuses the user 'admin' or its password"),
        ({"ALONGSIDE_KAFKA_MATCHING_PASSWORD": ""}, 1, "ALONGSIDE_KAFKA_MATCHING_PASSWORD"),
        ({"ALONGSIDE_KAFKA_USER": ""}, 2, "ALONGSIDE_KAFKA_PASSWORD"),
    ],
)
async def test_what_is_wrong_is_named_without_a_traceback_or_a_secret(
    empty: LocalStack, changed: dict[str, str], code: int, reason: str
) -> None:
    ended, output = await alongside_kafka(empty, "set-up", **changed)

    assert (ended, reason in output, "Traceback" in output) == (code, True, False), output
    assert empty.kafka.password.get_secret_value() not in output
