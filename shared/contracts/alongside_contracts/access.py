"""The access rules of the broker, derived from streams.py and from nothing else.

The local secured cluster, docker-compose's set-up job, the table in docs/operations.md and the tests' matrix are all
made from these rules. Every rule names one topic or one group: Kafka's prefixes cannot say "every partner's inbound
stream", and a prefix wide enough for it would let intake read what is meant for the partner alone (docs/decisions/0016).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from alongside_contracts import streams
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import Stream

Right = Literal["read", "write"]
Resource = Literal["topic", "group"]

PARTNER: Final = "partner"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """`user` has `right` on the topic or group `name`; with `prefix`, on every one whose name begins with it."""

    user: str
    right: Right
    resource: Resource
    name: str
    prefix: bool = False


def user_of(partner: str) -> str:
    """Return the user a partner logs in as; no service has such a name."""
    return f"{PARTNER}.{partner}"


def is_network_user(user: str) -> bool:
    """Return whether the user is a service, or a partner's user."""
    return user in SERVICES or user.startswith(user_of(""))


def group_prefix_of(partner: str) -> str:
    """Return the prefix of a partner's consumer groups. Ids contain no dot, so no prefix is the beginning of another."""
    return f"{user_of(partner)}."


def rules_for(partners: Iterable[str]) -> frozenset[Rule]:
    """Return everything that is allowed on a network with these partners; anything else is refused."""
    return shared_rules().union(*(partner_rules(partner) for partner in partners))


def shared_rules() -> frozenset[Rule]:
    """Return the rules of services before there is any partner: the shared streams, and their own consumer groups."""
    groups = {
        Rule(reader, "read", "group", group)
        for stream in streams.ALL
        for reader in stream.readers - {PARTNER}
        for group in {stream.group_of(reader), stream.paused_groups.get(reader, reader)}
    }
    return frozenset(groups).union(
        *(_topic_rules(stream) for stream in streams.ALL if not stream.per_partner)
    )


def partner_rules(partner: str) -> frozenset[Rule]:
    """Return the rules that one partner adds: its own rights, and the services' rights on its two topics."""
    own_groups = Rule(user_of(partner), "read", "group", group_prefix_of(partner), prefix=True)
    topics = (_topic_rules(stream, partner) for stream in streams.ALL if stream.per_partner)
    return frozenset({own_groups}).union(*topics)


def _topic_rules(stream: Stream, partner: str | None = None) -> frozenset[Rule]:
    def user(party: str) -> str:
        return user_of(partner) if party == PARTNER and partner else party

    topic = stream.topic(partner)
    read = {Rule(user(party), "read", "topic", topic) for party in stream.readers}
    return frozenset(read | {Rule(user(party), "write", "topic", topic) for party in stream.writers})
