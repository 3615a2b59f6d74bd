"""Brings a cluster to what the contracts say: topics, users, rules. Done twice it changes nothing."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import Unavailable
from alongside_cli.kafka.access import Access, open_access
from alongside_cli.kafka.settings import ClusterSettings
from alongside_cli.kafka.streams import partner_topics, topics_of
from alongside_cli.kafka.topics import Topic, create_topics
from alongside_contracts.access import Rule, partner_rules, rules_for, user_of
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import stream_of

PASSWORD_BYTES: Final = 32


@dataclass(frozen=True)
class SetUpResult:
    """What there is now. `password` is a new user's, to be shown once; Kafka keeps only a salted hash of it."""

    topics: tuple[Topic, ...]
    user: str | None = None
    password: str | None = None
    withdrawn: tuple[Rule, ...] = ()


async def set_up(settings: ClusterSettings) -> SetUpResult:
    """The shared topics, every service's log-in, and exactly the rules the streams ask for.

    Partners that are there already keep what they have. A rule for one of ours that no stream asks for (any more) is
    withdrawn; users and rules of others are left alone.
    """
    topics = tuple(topics_of(()))
    await _create_topics(settings, topics)
    if not settings.authenticates:
        return SetUpResult(topics)
    if blank := [user for user, password in settings.passwords().items() if not password]:
        names = ", ".join(f"ALONGSIDE_KAFKA_{user.upper()}_PASSWORD" for user in blank)
        raise Unavailable(f"Not every service has a password: {names}.", remedy="set them all.")
    async with open_access(settings.cluster) as access:
        await access.set_passwords(settings.passwords())
        wanted = await _rules_to_grant(settings.cluster, access)
        await access.allow(wanted)
        superfluous = await access.rules() - wanted
        await access.withdraw(superfluous)
    return SetUpResult(topics, withdrawn=tuple(sorted(superfluous)))


async def add_partner(settings: ClusterSettings, partner: str, *, new_password: bool = False) -> SetUpResult:
    """A partner's topics, its log-in and rights, and the services' rights on its topics.

    Rules come before the log-in, so that nothing the partner sends is out of reach of whoever must read it.
    """
    topics = tuple(partner_topics(partner))
    await _create_topics(settings, topics)
    if not settings.authenticates:
        return SetUpResult(topics)
    user, password = user_of(partner), None
    async with open_access(settings.cluster) as access:
        await access.allow(partner_rules(partner))
        if new_password or user not in await access.users():
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            await access.set_passwords({user: password})
    return SetUpResult(topics, user, password)


async def remove_partner(settings: ClusterSettings, partner: str) -> None:
    """Take the partner's log-in and rights away. Its topics stay, so that what it sent is still handled."""
    async with open_access(settings.cluster) as access:
        await access.remove_user(user_of(partner))


async def _create_topics(settings: ClusterSettings, topics: Iterable[Topic]) -> None:
    await create_topics(
        settings.cluster, topics, replicas=settings.kafka_replicas, seconds_max=settings.kafka_seconds_max
    )


async def _rules_to_grant(kafka: Kafka, access: Access) -> frozenset[Rule]:
    """The rules for the partners whose topics are there; a partner that was removed gets nothing back."""
    users = {*SERVICES, *await access.users()}
    return frozenset(rule for rule in rules_for(await _partners_with_topics(kafka)) if rule.user in users)


async def _partners_with_topics(kafka: Kafka) -> frozenset[str]:
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    try:
        topics = await admin.list_topics()
    finally:
        await admin.close()
    found = (stream.partner_of(topic) for topic in topics if (stream := stream_of(topic)))
    return frozenset(partner for partner in found if partner)
