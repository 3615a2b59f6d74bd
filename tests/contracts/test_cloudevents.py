"""Our CloudEvents codec against the specification's own scenarios and against the CloudEvents SDK, both ways."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.bindings.kafka import KafkaMessage
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent

from alongside_contracts.cloudevents import CloudEvent, decode, encode, encode_structured

FEATURE: Final = (
    Path(__file__).parents[3] / "shared" / "data" / "cloudevents" / "kafka-protocol-binding.feature"
)
CONTENT_TYPES: Final = ("application/cloudevents+json", "application/cloudevents+json; charset=utf-8")
needs_the_scenarios = pytest.mark.skipif(
    not FEATURE.exists(),
    reason="the CloudEvents conformance scenarios (kafka-protocol-binding.feature) are not beside this repository",
)

EVENT = CloudEvent(
    id="01955868-11c7-7d4a-93b0-7e5f2a6c84d1",
    source="urn:alongside:partner:bayside-hospital",
    type="org.alongside.submission.received.v1",
    data=b'{"reference":"BH-2026-00417","needs":["grief"]}',
    time=datetime(2026, 3, 2, 15, 4, 5, 250_000, tzinfo=UTC),
    subject="BH-2026-00417",
    key=b"BH-2026-00417",
    extensions={"partitionkey": "BH-2026-00417"},
)


@needs_the_scenarios
def test_the_binding_scenario_for_binary_mode() -> None:
    scenario = Scenario.named("Binary content mode")

    event = decode(None, scenario.payload, scenario.headers())

    assert attributes(event) == scenario.attributes
    assert json.loads(event.data) == scenario.data


@needs_the_scenarios
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_the_binding_scenario_for_structured_mode(content_type: str) -> None:
    scenario = Scenario.named("Structured content mode")

    event = decode(None, scenario.payload, scenario.headers(contentType=content_type))

    assert attributes(event) == scenario.attributes
    assert json.loads(event.data) == scenario.data


@needs_the_scenarios
def test_the_scenarios_hold_no_content_type_we_leave_out() -> None:
    assert set(re.findall(r"\| (application/cloudevents\S*(?: charset=\S+)?)", FEATURE.read_text())) == set(
        CONTENT_TYPES
    )


def test_the_sdk_reads_our_binary_records() -> None:
    message = KafkaMessage(dict(encode(EVENT)), EVENT.key, EVENT.data)

    assert sdk_facts(kafka.from_kafka(message, JSONFormat())) == facts(EVENT)


def test_the_sdk_reads_our_structured_records() -> None:
    headers, value = encode_structured(EVENT)

    assert sdk_facts(kafka.from_kafka(KafkaMessage(dict(headers), EVENT.key, value), JSONFormat())) == facts(
        EVENT
    )


@pytest.mark.parametrize("mode", [kafka.to_binary, kafka.to_structured])
def test_we_read_records_of_the_sdk(mode: Any) -> None:
    message = mode(sdk_event(), JSONFormat())

    event = decode(EVENT.key, message.value, message.headers.items())

    assert facts(event) == facts(EVENT)
    assert event.key == EVENT.key


@pytest.mark.parametrize("data", [b"\x00\xffbytes", b""])
def test_bytes_travel_in_either_mode(data: bytes) -> None:
    event = SdkEvent(
        {"id": "1", "source": "/s", "type": "t", "datacontenttype": "application/octet-stream"}, data
    )
    binary, structured = kafka.to_binary(event, JSONFormat()), kafka.to_structured(event, JSONFormat())

    assert decode(None, binary.value, binary.headers.items()).data == data
    assert decode(None, structured.value, structured.headers.items()).data == data
    ours = CloudEvent(id="1", source="/s", type="t", data=data, content_type="application/octet-stream")
    headers, value = encode_structured(ours)
    assert decode(None, value, headers) == ours
    assert kafka.from_kafka(KafkaMessage(dict(headers), None, value), JSONFormat()).get_data() == data


def test_text_that_is_not_json_stays_text() -> None:
    event = SdkEvent({"id": "1", "source": "/s", "type": "t", "datacontenttype": "text/plain"}, "hello")
    message = kafka.to_structured(event, JSONFormat())

    assert decode(None, message.value, message.headers.items()).data == b"hello"


def test_an_event_without_a_content_type_holds_json() -> None:
    body = b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":"hello","level":3,"done":true}'

    event = decode(None, body, [("Content-Type", b"Application/CloudEvents+JSON")])

    assert event.data == b'"hello"'
    assert event.content_type == "application/json"
    assert event.extensions == {"level": "3", "done": "true"}


def test_header_names_are_read_whatever_their_case() -> None:
    headers = [(name.upper(), value) for name, value in encode(EVENT)]

    assert decode(EVENT.key, EVENT.data, headers) == EVENT


def test_the_trace_is_read_from_headers_and_else_from_the_attribute() -> None:
    context, other = (
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-" + "1" * 32 + "-" + "2" * 16 + "-00",
    )
    attribute = [*encode(EVENT._replace(trace={})), ("ce_traceparent", context.encode())]
    header = [*attribute, ("traceparent", other.encode())]

    assert decode(None, EVENT.data, attribute).trace == {"traceparent": context}
    assert decode(None, EVENT.data, header).trace == {"traceparent": other}


class Scenario:
    """One scenario of the feature file, parsed as far as the tests need."""

    def __init__(self, text: str) -> None:
        """Take a scenario's text."""
        blocks = re.findall(r'"""\n(.*?)"""', text, flags=re.DOTALL)
        given, expected = text.split("Then the attributes are:")
        self.payload = blocks[0].strip().encode()
        self.data = json.loads(blocks[-1])
        self.attributes = table(expected.partition("And the data")[0])
        self._headers = table(given.partition("Kafka headers:")[2].partition("When")[0])

    @classmethod
    def named(cls, name: str) -> "Scenario":
        """Find a scenario by the beginning of its title."""
        parts = re.split(r"Scenario(?: Outline)?: ", FEATURE.read_text(encoding="utf-8"))
        return cls(next(part for part in parts if part.startswith(name)))

    def headers(self, **given: str) -> list[tuple[str, bytes]]:
        """The Kafka headers, with the outline's placeholders filled in."""
        return [(name, given.get(value.strip("<>"), value).encode()) for name, value in self._headers.items()]


def table(text: str) -> dict[str, str]:
    """Return a two-column table without its heading."""
    rows = re.findall(r"\|\s*(\S.*?)\s*\|\s*(\S.*?)\s*\|", text)
    return dict(rows[1:])


def attributes(event: CloudEvent) -> dict[str, str]:
    """Return the attributes of an event as the scenarios write them."""
    assert event.time is not None
    return {
        "id": event.id,
        "specversion": "1.0",
        "type": event.type,
        "source": event.source,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": event.content_type,
    }


def facts(event: CloudEvent) -> dict[str, Any]:
    """Return the parts of an event that both codecs have."""
    known = {"id": event.id, "source": event.source, "type": event.type, "subject": event.subject}
    return {**known, "time": event.time, "data": json.loads(event.data), **event.extensions}


def sdk_event() -> SdkEvent:
    """Return the same event, built by the SDK."""
    names = {
        "id": EVENT.id,
        "source": EVENT.source,
        "type": EVENT.type,
        "subject": EVENT.subject,
        "time": EVENT.time,
    }
    return SdkEvent(
        {**names, **EVENT.extensions, "datacontenttype": "application/json"}, json.loads(EVENT.data)
    )


def sdk_facts(event: Any) -> dict[str, Any]:
    """Return the same parts of an event that the SDK read."""
    attributes = dict(event.get_attributes())
    assert attributes.pop("specversion") == "1.0"
    assert attributes.pop("datacontenttype") == "application/json"
    return {**attributes, "data": event.get_data()}
