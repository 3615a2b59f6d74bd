"""Every topic the platform needs, derived from the list of streams."""

from collections.abc import Iterable

from alongside_cli.kafka.topics import Topic
from alongside_contracts import streams
from alongside_contracts.access import PARTNER
from alongside_contracts.streams import Stream


def topics_of(partners: Iterable[str]) -> list[Topic]:
    """Return the shared topics, and two for each partner."""
    shared = [_topic(stream, stream.topic()) for stream in streams.ALL if not stream.per_partner]
    return shared + [topic for partner in partners for topic in partner_topics(partner)]


def partner_topics(partner: str) -> list[Topic]:
    """Return a partner's two topics."""
    return [_topic(stream, stream.topic(partner)) for stream in streams.ALL if stream.per_partner]


def _topic(stream: Stream, name: str) -> Topic:
    config = {"retention.ms": str(stream.retention_ms), "max.message.bytes": str(stream.bytes_max)}
    if PARTNER in stream.writers or stream == streams.CRISIS:
        # The broker's clock, not a partner's, decides whether a record was sent before an erasure. Danger is not refused
        # because of the clock of intake: Kafka takes no record whose sender's time is over an hour ahead.
        config["message.timestamp.type"] = "LogAppendTime"
    return Topic(name, stream.partitions, config)
