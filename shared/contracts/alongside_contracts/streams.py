"""Every stream of the platform, once: who writes it, who may read it, its key, partitions and retention.

Topics, access lists and the AsyncAPI document are all made from this list. A referral's journey is *one* ordered
stream, keyed by referral id, that all four services announce on: every reader sees one referral's events in causal
order by construction (docs/decisions/0002).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

DAY_MS: Final = 24 * 60 * 60 * 1000
PAYLOAD_BYTES_MAX: Final = 256 * 1024
"""The largest event body anyone may announce; larger records are refused with reason `too-large`."""

TOPICS_CACHED_MAX: Final = 4_096
"""How many topics are cached with their stream; a topic beyond that is only matched again."""

PARTNER_ID: Final = "[a-z][a-z0-9-]{1,38}[a-z0-9]"


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream. `name` may hold `{partner}`; then there is one topic per partner.

    `writers` and `readers` are service names, or `partner` for the partner the topic is named after. `key` says in
    words what records are keyed by. `retention_ms` is how long the broker keeps a record, in milliseconds; on a `compacted`
    stream, how long it keeps a record that a newer one of its key has replaced.
    """

    name: str
    summary: str
    writers: frozenset[str]
    readers: frozenset[str]
    key: str
    partitions: int
    retention_ms: int
    bytes_max: int = field(default=1024 * 1024)
    compacted: bool = False
    """Whether the newest record of each key is kept for ever, so that reading from the beginning gives the whole state.

    A replaced record is gone `retention_ms` after its successor if its partition goes on getting records: Kafka never compacts
    the segment it is writing, and only a further record closes one. So a writer whose replaced records must be gone announces
    on every partition more often than every nine tenths of `retention_ms` (docs/delivery.md).
    """

    groups: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The separate consumer group of each reader that reads this stream ahead of its other streams.

    Any other reader uses the group with its own name. A group's name is never changed: a new group would read everything
    that the stream retains again. If the name has to change, `alongside kafka copy-offsets` sets where the new group begins.
    """

    paused_groups: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The consumer group in which a reader scans this stream while it is paused; it never commits for the reader's own group."""

    fetch_wait_ms: int = 100
    """How long the broker waits for a record before it answers a fetch with none. A record ends the wait at once; a longer
    wait only means fewer empty answers, and that a newly assigned partition is read that much later."""
    gather_ms: int = 40
    """How long after a batch a reader lets more records arrive before it takes the next one. A batch costs nearly the same
    whatever its size; a record after a quiet time does not wait."""

    @property
    def per_partner(self) -> bool:
        """Whether each partner has a separate topic."""
        return "{partner}" in self.name

    def topic(self, partner: str | None = None) -> str:
        """Return the Kafka topic's name.

        Raises ValueError when a partner is given to a shared stream, or is missing for a partner's stream.
        """
        if self.per_partner == (partner is None):
            raise ValueError(f"{self.name} {'needs a' if self.per_partner else 'has no'} partner")
        return self.name.format(partner=partner)

    def group_of(self, service: str) -> str:
        """Return the consumer group in which a service reads this stream."""
        return self.groups.get(service, service)

    @property
    def pattern(self) -> str:
        """A regular expression that matches this stream's topics and no others."""
        return "^" + re.escape(self.name).replace(r"\{partner\}", f"(?P<partner>{PARTNER_ID})") + r"\Z"

    def partner_of(self, topic: str) -> str | None:
        """Return the partner that a topic of this stream belongs to; None for any other topic."""
        match = re.match(self.pattern, topic)
        return match.group("partner") if match and self.per_partner else None


INTAKE, MATCHING, REFERRALS, NOTIFICATIONS = "intake", "matching", "referrals", "notifications"
DIRECTORY = "directory"

PARTNER_REFERRALS: Final = Stream(
    name="partner.{partner}.referrals.v1",
    summary="A partner's submissions. Only that partner may write it; only intake reads it.",
    writers=frozenset({"partner"}),
    readers=frozenset({INTAKE}),
    key="the partner's reference of the referral",
    partitions=3,
    retention_ms=14 * DAY_MS,
    paused_groups={INTAKE: "intake-danger"},
)
PARTNER_STATUS: Final = Stream(
    name="partner.{partner}.status.v1",
    summary="The network's answers to a partner. Only that partner may read it.",
    writers=frozenset({INTAKE, REFERRALS}),
    readers=frozenset({"partner"}),
    key="the partner's reference of the referral; the partner's id when its stream is paused or resumed",
    partitions=3,
    retention_ms=14 * DAY_MS,
)
JOURNEY: Final = Stream(
    name="referrals.journey.v1",
    summary="All events of a referral, in order, from admission to the closed loop.",
    writers=frozenset({INTAKE, MATCHING, REFERRALS, NOTIFICATIONS}),
    readers=frozenset({INTAKE, MATCHING, REFERRALS, NOTIFICATIONS}),
    key="referral id",
    partitions=12,
    retention_ms=30 * DAY_MS,
)
CRISIS: Final = Stream(
    name="crisis.v1",
    summary="Risk signals and partners' streams that are unread, read ahead of all other events by separate consumers.",
    writers=frozenset({INTAKE}),
    readers=frozenset({NOTIFICATIONS}),
    key="the submission id; the partner's id for an unread stream",
    partitions=3,
    retention_ms=90 * DAY_MS,
    groups={NOTIFICATIONS: "notifications-urgent"},
    gather_ms=0,
)
PEOPLE: Final = Stream(
    name="people.v1",
    summary="Erasures of people, and how partners want to hear of their referrals, read by every service in a group of its"
    " own. Kept longer than any backup.",
    writers=frozenset({INTAKE}),
    readers=frozenset({INTAKE, MATCHING, REFERRALS, NOTIFICATIONS}),
    key="person id, or the partner's id",
    partitions=3,
    retention_ms=400 * DAY_MS,
    fetch_wait_ms=1_000,
    groups={
        INTAKE: "intake-people",
        MATCHING: "matching-people",
        REFERRALS: "referrals-people",
        NOTIFICATIONS: "notifications-people",
    },
)
LISTINGS: Final = Stream(
    name="directory.network.listings.v1",
    summary="What publishers list, as `directory` has checked it: the whole state of a listing in every event.",
    writers=frozenset({DIRECTORY}),
    readers=frozenset({MATCHING}),
    key="the source and the source's own id, with a slash between them",
    partitions=3,
    compacted=True,
    retention_ms=DAY_MS,
    groups={MATCHING: "matching-listings"},
)

ALL: Final = (PARTNER_REFERRALS, PARTNER_STATUS, JOURNEY, CRISIS, PEOPLE, LISTINGS)


def by_group(service: str, streams: Iterable[Stream]) -> dict[str, list[Stream]]:
    """Return the streams a service reads by its consumer groups; the group with the service's name comes first."""
    groups: dict[str, list[Stream]] = {}
    for stream in sorted(streams, key=lambda stream: stream.group_of(service) != service):
        groups.setdefault(stream.group_of(service), []).append(stream)
    return groups


@lru_cache(maxsize=TOPICS_CACHED_MAX)
def stream_of(topic: str) -> Stream | None:
    """Return the stream a topic belongs to; None for a topic that is not ours. Cached: it is called for every record."""
    return next((stream for stream in ALL if re.match(stream.pattern, topic)), None)


@lru_cache(maxsize=TOPICS_CACHED_MAX)
def owner_of(topic: str) -> str | None:
    """Return the partner whose topic it is; None when it is not a partner's. Cached, as `stream_of` is."""
    stream = stream_of(topic)
    return stream.partner_of(topic) if stream else None
