"""Every topic the platform needs, derived from the list of streams."""

from collections.abc import Iterable
from typing import Final

from alongside_cli.kafka.topics import Topic
from alongside_contracts import streams
from alongside_contracts.access import PARTNER
from alongside_contracts.streams import Stream

SEGMENTS_PER_RETENTION: Final = 10
"""How many segments a compacted topic begins within its retention, if it gets records all the time."""
CLEANABLE_RATIO_MIN: Final = "0.1"
"""The part of a compacted topic's bytes that may be uncompacted before its retention ends. Kafka's half would double the disk
used and the records read; these topics are small, so compacting them more often costs nothing."""


def topics_of(partners: Iterable[str]) -> list[Topic]:
    """Return the shared topics, and two for each partner."""
    shared = [topic_of(stream, stream.topic()) for stream in streams.ALL if not stream.per_partner]
    return shared + [topic for partner in partners for topic in partner_topics(partner)]


def partner_topics(partner: str) -> list[Topic]:
    """Return a partner's two topics."""
    return [topic_of(stream, stream.topic(partner)) for stream in streams.ALL if stream.per_partner]


def topic_of(stream: Stream, name: str) -> Topic:
    """Return one topic of a stream, with the settings that its retention needs."""
    config = _retention(stream) | {"max.message.bytes": str(stream.bytes_max)}
    if PARTNER in stream.writers or stream == streams.CRISIS:
        # The broker's clock, not a partner's, decides whether a record was sent before an erasure. Danger is not refused
        # because of the clock of intake: Kafka takes no record whose sender's time is over an hour ahead.
        config["message.timestamp.type"] = "LogAppendTime"
    return Topic(name, stream.partitions, config)


def _retention(stream: Stream) -> dict[str, str]:
    if not stream.compacted:
        return {"retention.ms": str(stream.retention_ms)}
    return {
        "cleanup.policy": "compact",
        "max.compaction.lag.ms": str(stream.retention_ms),
        # Only closed segments are compacted, and only a record closes one: any record in the last nine tenths of the time does.
        "segment.ms": str(max(1, stream.retention_ms // SEGMENTS_PER_RETENTION)),
        "min.cleanable.dirty.ratio": CLEANABLE_RATIO_MIN,
    }
