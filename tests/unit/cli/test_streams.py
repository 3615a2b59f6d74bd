"""Each topic has the settings that its stream's retention needs."""

from dataclasses import replace

import pytest

from alongside_cli.kafka.streams import topic_of, topics_of
from alongside_contracts import streams

PARTNER = "st-mary"
COMPACTED = replace(streams.PEOPLE, name="listings.v1", compacted=True, retention_ms=7 * streams.DAY_MS)


@pytest.mark.parametrize("stream", streams.ALL, ids=lambda stream: stream.name)
def test_a_topic_keeps_what_its_stream_says(stream: streams.Stream) -> None:
    name = stream.topic(PARTNER if stream.per_partner else None)

    config = next(topic.config for topic in topics_of([PARTNER]) if topic.name == name)

    kept = "max.compaction.lag.ms" if stream.compacted else "retention.ms"
    assert config[kept] == str(stream.retention_ms)
    assert config["max.message.bytes"] == str(stream.bytes_max)


def test_a_compacted_topic_is_never_deleted_by_age_and_drops_replaced_records_in_time() -> None:
    config = topic_of(COMPACTED, COMPACTED.topic()).config

    assert config["cleanup.policy"] == "compact"
    assert "retention.ms" not in config
    assert int(config["segment.ms"]) < int(config["max.compaction.lag.ms"]) == 7 * streams.DAY_MS


def test_a_topic_whose_records_age_is_not_compacted() -> None:
    config = topic_of(streams.PEOPLE, streams.PEOPLE.topic()).config

    assert set(config) == {"retention.ms", "max.message.bytes"}
