"""Who may do what at the broker, worked out from streams.py and from nothing else.

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
    """`user` may `right` the topic or group `name`; with `prefix`, every one whose name begins so."""

    user: str
    right: Right
    resource: Resource
    name: str
    prefix: bool = False


def user_of(partner: str) -> str:
    """The user a partner logs in as; no service is called so."""
    return f"{PARTNER}.{partner}"


def is_ours(user: str) -> bool:
    """Whether the user is a service, or what a partner logs in as."""
    return user in SERVICES or user.startswith(user_of(""))


def groups_of(partner: str) -> str:
    """What the names of a partner's consumer groups begin with. Ids hold no dot, so no prefix begins another."""
    return f"{user_of(partner)}."


def rules_for(partners: Iterable[str]) -> frozenset[Rule]:
    """Everything that is allowed on a network with these partners; whatever is not in here is refused."""
    return shared_rules().union(*(partner_rules(partner) for partner in partners))


def shared_rules() -> frozenset[Rule]:
    """What services may do before there is any partner: the shared streams, and their own consumer groups."""
    groups = {
        Rule(reader, "read", "group", stream.group_of(reader))
        for stream in streams.ALL
        for reader in stream.readers - {PARTNER}
    }
    return frozenset(groups).union(*(_topic_rules(each) for each in streams.ALL if not each.per_partner))


def partner_rules(partner: str) -> frozenset[Rule]:
    """What one more partner brings with it: its own rights, and the services' rights on its two topics."""
    own_groups = Rule(user_of(partner), "read", "group", groups_of(partner), prefix=True)
    topics = (_topic_rules(each, partner) for each in streams.ALL if each.per_partner)
    return frozenset({own_groups}).union(*topics)


def _topic_rules(stream: Stream, partner: str | None = None) -> frozenset[Rule]:
    def user(party: str) -> str:
        return user_of(partner) if party == PARTNER and partner else party

    topic = stream.topic(partner)
    read = {Rule(user(party), "read", "topic", topic) for party in stream.readers}
    return frozenset(read | {Rule(user(party), "write", "topic", topic) for party in stream.writers})
