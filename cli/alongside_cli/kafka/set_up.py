"""Creates the topics, users and access rules that the contracts define. Running it again changes nothing."""

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
    """The topics and user that now exist, and the rules that were withdrawn.

    `password` is set for a new user and must be shown now: Kafka stores only a salted hash of it.
    """

    topics: tuple[Topic, ...]
    user: str | None = None
    password: str | None = None
    withdrawn: tuple[Rule, ...] = ()


async def set_up(settings: ClusterSettings) -> SetUpResult:
    """Create the shared topics, every service's user, and exactly the rules that the streams need.

    Existing partners keep their rights. A rule of a service or partner that no stream needs is withdrawn;
    users and rules of others are not changed. Raises Unavailable when a service has no password.
    """
    topics = tuple(topics_of(()))
    await _create_topics(settings, topics)
    if not settings.authenticates:
        return SetUpResult(topics)
    if blank := [user for user, password in settings.passwords().items() if not password]:
        names = ", ".join(f"ALONGSIDE_KAFKA_{user.upper()}_PASSWORD" for user in blank)
        raise Unavailable(
            f"These services' Kafka passwords are not set: {names}.", remedy="set each of these variables."
        )
    async with open_access(settings.cluster) as access:
        await access.set_passwords(settings.passwords())
        wanted = await _rules_to_grant(settings.cluster, access)
        await access.allow(wanted)
        superfluous = await access.rules() - wanted
        await access.withdraw(superfluous)
    return SetUpResult(topics, withdrawn=tuple(sorted(superfluous)))


async def add_partner(settings: ClusterSettings, partner: str, *, new_password: bool = False) -> SetUpResult:
    """Create a partner's topics, its user and rights, and the services' rights on its topics.

    Rules are set before the log-in, so that the services can read everything the partner sends.
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
    """Delete the partner's user and rights. Its topics stay, so that the records it sent are still handled."""
    async with open_access(settings.cluster) as access:
        await access.remove_user(user_of(partner))


async def _create_topics(settings: ClusterSettings, topics: Iterable[Topic]) -> None:
    await create_topics(
        settings.cluster, topics, replicas=settings.kafka_replicas, seconds_max=settings.kafka_seconds_max
    )


async def _rules_to_grant(kafka: Kafka, access: Access) -> frozenset[Rule]:
    """Return the rules for services and for partners that have topics and a user; a removed partner gets none."""
    users = {*SERVICES, *await access.users()}
    return frozenset(rule for rule in rules_for(await _partners_with_topics(kafka)) if rule.user in users)


async def _partners_with_topics(kafka: Kafka) -> frozenset[str]:
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    try:
        topics = await admin.list_topics()
    finally:
        await admin.close()
    partners = (stream.partner_of(topic) for topic in topics if (stream := stream_of(topic)))
    return frozenset(partner for partner in partners if partner)
