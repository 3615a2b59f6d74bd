"""The AsyncAPI document and the code contain the same streams, events and examples."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from alongside_contracts import streams
from alongside_contracts.registry import all_events
from alongside_contracts.schemas.asyncapi import _channel, channel_id
from alongside_contracts.schemas.gate import ASYNCAPI, BASE_FOLDER
from alongside_contracts.streams import Stream


@pytest.fixture(scope="module")
def document() -> Any:
    """Return the document as checked in."""
    return yaml.safe_load((BASE_FOLDER / ASYNCAPI).read_text(encoding="utf-8"))


def test_every_reference_in_the_document_resolves(document: Any) -> None:
    dangling = [reference for reference in references(document) if found(document, reference) is None]

    assert dangling == []


def test_every_stream_is_a_channel_once(document: Any) -> None:
    addresses = Counter(channel["address"] for channel in document["channels"].values())

    assert addresses == Counter(stream.name for stream in streams.ALL)


def test_every_event_is_a_message_of_one_channel(document: Any) -> None:
    placed = Counter(name for channel in document["channels"].values() for name in channel["messages"])

    assert placed == Counter(event.type for event in all_events())
    assert set(document["components"]["messages"]) == set(placed)
    for event in all_events():
        assert event.type in document["channels"][channel_id(event.stream)]["messages"]


def test_a_partners_channel_has_the_partner_as_its_parameter(document: Any) -> None:
    for stream in streams.ALL:
        channel = document["channels"][channel_id(stream)]

        assert set(channel.get("parameters", {})) == ({"partner"} if stream.per_partner else set())


def test_broker_settings_are_those_of_the_stream(document: Any) -> None:
    for stream in streams.ALL:
        kafka = document["channels"][channel_id(stream)]["bindings"]["kafka"]

        assert kafka["partitions"] == stream.partitions
        assert kafka["topicConfiguration"] == expected_configuration(stream)


def test_the_channel_of_a_compacted_stream_says_what_is_kept_for_ever() -> None:
    stream = replace(streams.PEOPLE, name="listings.v1", compacted=True)

    channel = _channel(stream)

    assert channel["bindings"]["kafka"]["topicConfiguration"] == expected_configuration(stream)
    assert "The newest record of each key is kept for ever." in channel["description"]


def test_each_party_sends_what_it_announces_and_receives_what_it_may_read(document: Any) -> None:
    sent_events = Counter(
        (operation["tags"][0]["name"], reference["$ref"].rpartition("/")[2])
        for operation in document["operations"].values()
        if operation["action"] == "send"
        for reference in operation["messages"]
    )
    received = {
        (operation["tags"][0]["name"], operation["channel"]["$ref"].rpartition("/")[2])
        for operation in document["operations"].values()
        if operation["action"] == "receive"
    }

    assert sent_events == Counter((event.announced_by, event.type) for event in all_events())
    assert received == {(reader, channel_id(stream)) for stream in streams.ALL for reader in stream.readers}


def test_no_operation_is_empty(document: Any) -> None:
    assert [name for name, operation in document["operations"].items() if not operation["messages"]] == []


def test_every_example_fits_its_payload_and_headers(document: Any) -> None:
    envelope = document["components"]["messageTraits"]["cloudEvent"]["headers"]
    for name, message in document["components"]["messages"].items():
        payload = message["payload"] | {"components": document["components"]}

        assert message["examples"], name
        for example in message["examples"]:
            Draft202012Validator(payload).validate(example["payload"])
            Draft202012Validator(envelope).validate(example["headers"])
            Draft202012Validator(message["headers"]).validate(example["headers"])


def test_every_message_names_a_schema_that_exists(document: Any) -> None:
    for message in document["components"]["messages"].values():
        assert (BASE_FOLDER / message["x-schema"]).is_file()


def expected_configuration(stream: Stream) -> dict[str, Any]:
    """Return the settings of a stream's topics as the document gives them."""
    if stream.compacted:
        kept = {"cleanup.policy": ["compact"], "max.compaction.lag.ms": stream.retention_ms}
    else:
        kept = {"cleanup.policy": ["delete"], "retention.ms": stream.retention_ms}
    return kept | {"max.message.bytes": stream.bytes_max}


def references(node: Any) -> Iterator[str]:
    """Yield every `$ref` in a document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for below in node.values():
            yield from references(below)
    elif isinstance(node, list):
        for below in node:
            yield from references(below)


def found(document: Any, reference: str) -> Any:
    """Return the target of a local reference, or None."""
    node = document
    for step in reference.removeprefix("#/").split("/"):
        node = node.get(step) if isinstance(node, dict) else None
    return node
