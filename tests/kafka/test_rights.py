"""Every user against every topic and group: the broker allows what streams.py says, and refuses the rest.

Requests are sent on the wire, so that a refusal is the broker's answer and not a client's time-out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    KafkaConnectionError,
    NoError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.coordination import FindCoordinatorRequest
from aiokafka.protocol.fetch import FetchRequest
from pydantic import SecretStr

from alongside_chassis.kafka.access import Kafka, SaslMechanism
from alongside_chassis.kafka.connection_diagnosis import diagnose_connection
from alongside_cli.errors import ClusterRefused
from alongside_cli.kafka.access import open_access
from alongside_cli.kafka.streams import topics_of
from alongside_contracts import streams
from alongside_contracts.access import group_prefix_of, rules_for, user_of
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import Stream, stream_of
from alongside_localstack.stack import LocalStack
from tests.kafka.conftest import PARTNERS

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long]

USERS = (*SERVICES, *(user_of(partner) for partner in PARTNERS))
TOPICS = tuple(topic.name for topic in topics_of(PARTNERS))
GROUPS = (
    *SERVICES,
    "notifications-urgent",
    *(f"{group_prefix_of(partner)}reader" for partner in PARTNERS),
    "partner.",
    "anybody",
)


def stream(topic: str) -> Stream:
    """Return the stream of one of our topics."""
    found = stream_of(topic)
    assert found is not None
    return found


def is_party(user: str, parties: frozenset[str], topic: str) -> bool:
    """Return whether streams.py names the user, computed independently of contracts/access.py."""
    owner = stream(topic).partner_of(topic)
    return user in parties or ("partner" in parties and user == f"partner.{owner}")


def owns_group(user: str, group: str) -> bool:
    """Return whether the group reads the user's own streams."""
    if user in SERVICES:
        reads = any(user in each.readers for each in streams.ALL)
        return reads and (group == user or (user == "notifications" and group == "notifications-urgent"))
    return group.startswith(f"{user}.")


@asynccontextmanager
async def client(kafka: Kafka) -> AsyncIterator[AIOKafkaClient]:
    """A client without consumer or producer."""
    asking = AIOKafkaClient(**kafka.options())
    await asking.bootstrap()
    try:
        yield asking
    finally:
        await asking.close()


async def may_read(asking: AIOKafkaClient, topic: str) -> bool:
    """Return whether the broker allows a fetch."""
    request = FetchRequest(0, 1, 1024, 0, [(topic, [(0, 0, 1024)])])
    answer = await asking.send(asking.get_random_node(), request)
    ((_, ((_, code, *_),)),) = answer.topics
    return allowed(code, TopicAuthorizationFailedError)


async def may_write(kafka: Kafka, topic: str) -> bool:
    """Return whether a record is accepted. A new producer each time: aiokafka repeats requests for refused topics."""
    async with AIOKafkaProducer(**kafka.options(), enable_idempotence=True, acks="all") as producer:
        try:
            await producer.send_and_wait(topic, b"{}", key=b"k")
        except TopicAuthorizationFailedError:
            return False
    return True


async def may_join(asking: AIOKafkaClient, group: str) -> bool:
    """Return whether the broker names the group's coordinator; one that is being created is not a refusal."""
    answer = await asking.send(asking.get_random_node(), FindCoordinatorRequest(group, 0))
    code = 0 if answer.error_code == GroupCoordinatorNotAvailableError.errno else answer.error_code
    return allowed(code, GroupAuthorizationFailedError)


def allowed(code: int, refusal: type[Exception]) -> bool:
    """Return False for a refusal, True for success; raise any other error."""
    assert for_code(code) in {NoError, refusal}
    return code == 0


@pytest.mark.parametrize("user", USERS)
async def test_a_user_reads_exactly_what_the_streams_say(kafka: LocalStack, user: str) -> None:
    async with client(kafka.kafka_as(user)) as asking:
        answers = {topic: await may_read(asking, topic) for topic in TOPICS}

    assert answers == {topic: is_party(user, stream(topic).readers, topic) for topic in TOPICS}


@pytest.mark.parametrize("user", USERS)
async def test_a_user_writes_exactly_what_the_streams_say(kafka: LocalStack, user: str) -> None:
    answers = {topic: await may_write(kafka.kafka_as(user), topic) for topic in TOPICS}

    assert answers == {topic: is_party(user, stream(topic).writers, topic) for topic in TOPICS}


@pytest.mark.parametrize("user", USERS)
async def test_a_user_joins_its_own_groups_and_no_forged_one(kafka: LocalStack, user: str) -> None:
    async with client(kafka.kafka_as(user)) as asking:
        answers = {group: await may_join(asking, group) for group in GROUPS}

    assert answers == {group: owns_group(user, group) for group in GROUPS}


async def test_a_partner_cannot_read_its_own_stream_in_another_partners_group(kafka: LocalStack) -> None:
    consumer = AIOKafkaConsumer(
        streams.PARTNER_STATUS.topic("bayside"),
        **kafka.kafka_as(user_of("bayside")).options(),
        group_id=f"{group_prefix_of('bayside-north')}reader",
    )

    with pytest.raises(GroupAuthorizationFailedError):
        await consumer.start()
    await consumer.stop()


async def test_a_partner_sees_no_name_of_any_topic_but_its_own(kafka: LocalStack) -> None:
    admin = AIOKafkaAdminClient(**kafka.kafka_as(user_of("sunrise")).options())
    await admin.start()
    seen = await admin.list_topics()
    await admin.close()

    assert sorted(seen) == ["partner.sunrise.referrals.v1", "partner.sunrise.status.v1"]


@pytest.mark.parametrize("user", ["intake", user_of("bayside")])
async def test_only_the_administrator_creates_topics_users_or_rules(kafka: LocalStack, user: str) -> None:
    admin = AIOKafkaAdminClient(**kafka.kafka_as(user).options())
    await admin.start()
    answer = await admin.create_topics([NewTopic("partner.mine.referrals.v1", 1, 1)])
    await admin.close()

    assert [for_code(code) for _, code, *_ in answer.topic_errors] == [TopicAuthorizationFailedError]
    async with open_access(kafka.kafka_as(user)) as access:
        with pytest.raises(ClusterRefused, match="ClusterAuthorizationFailed"):
            await access.set_passwords({"intruder": "let-me-in"})
        with pytest.raises(ClusterRefused, match="ClusterAuthorizationFailed"):
            await access.allow(rules_for(["mine"]))


async def test_the_rules_in_force_are_those_of_the_contracts_and_no_other(kafka: LocalStack) -> None:
    async with open_access(kafka.kafka) as access:
        assert await access.rules() == rules_for(PARTNERS)
        assert await access.users() == frozenset(USERS)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"user": "nobody"}, "refuses the user 'nobody'"),
        ({"user": "kafka"}, "refuses the user 'kafka'"),
        ({"password": SecretStr("wrong")}, "refuses the user 'intake'"),
        ({"sasl_mechanism": "PLAIN"}, "UnsupportedSaslMechanism"),
        ({"security_protocol": "PLAINTEXT"}, "KafkaConnectionError"),
    ],
)
async def test_a_failed_log_in_is_refused_and_reported(
    kafka: LocalStack, change: dict[str, Any], reason: str
) -> None:
    stranger = replace(kafka.kafka_as("intake"), **change)

    with pytest.raises(KafkaConnectionError) as refused:
        async with client(stranger):
            pass

    assert reason in await diagnose_connection(refused.value, stranger)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_either_mechanism_lets_a_user_in(kafka: LocalStack, mechanism: SaslMechanism) -> None:
    async with client(replace(kafka.kafka_as("intake"), sasl_mechanism=mechanism)) as asking:
        assert await may_read(asking, streams.JOURNEY.topic())
