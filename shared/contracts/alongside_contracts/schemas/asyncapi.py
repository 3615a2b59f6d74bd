"""The AsyncAPI 3 document of the platform: every stream and every event, with senders and receivers.

Made from `streams.py` and the registry only, so it cannot differ from the code. It describes the whole network rather
than one application: each operation is tagged with the service, or the partner, that performs it.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from alongside_contracts import cloudevents, streams
from alongside_contracts.event import Event, parse
from alongside_contracts.registry import all_events
from alongside_contracts.streams import Stream

Json: TypeAlias = dict[str, Any]  # a part of a JSON document


class Untitled(GenerateJsonSchema):
    """Leaves out the titles that pydantic generates for fields: they only repeat the names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  (pydantic asks per field)
        """Return False, for every field."""
        return False


VERSION: Final = "3.1.0"
KAFKA_BINDING: Final = "0.5.0"
PARTNER: Final = "partner"
PARTIES: Final = {
    streams.INTAKE: "Decides every submission, once.",
    streams.MATCHING: "Proposes offers for every referral, and holds a place at each until it answers.",
    streams.REFERRALS: "Decides every referral's status, and who must act next, until its loop is closed.",
    streams.NOTIFICATIONS: "Notifies everyone who should know, and nobody else.",
    streams.DIRECTORY: "Imports what publishers list, and announces it.",
    PARTNER: "An organisation that refers people to the network.",
}
DESCRIPTION: Final = (
    "Events are past-tense facts made of ids and codes; none holds a name, a contact detail or free text about a person. "
    "Records are CloudEvents 1.0 in binary content mode, JSON in UTF-8; structured mode is read too. An event is "
    "identified by its source and id, however often it is delivered. Contracts grow by optional fields; a breaking change "
    "is a new type beside the old. Readers ignore fields they do not know. A field with `x-codes` holds a code of that "
    "list, which `GET /codes/{list}` of every service shows: lists grow, so readers expect codes they do not know."
)


def document(newest: Mapping[str, int], examples: Mapping[str, Mapping[str, bytes]]) -> Json:
    """Return the whole document; `newest` gives each type's schema revision and `examples` its payloads by name."""
    return {
        "asyncapi": VERSION,
        "id": "urn:alongside:events",
        "info": {
            "title": "Alongside",
            "version": "1.0.0",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": name, "description": about} for name, about in PARTIES.items()],
        },
        "defaultContentType": cloudevents.JSON,
        "channels": {channel_id(stream): _channel(stream) for stream in streams.ALL},
        "operations": {
            f"{party}.{action}.{channel_id(stream)}": _operation(party, action, stream)
            for stream in streams.ALL
            for action, parties in (("send", stream.writers), ("receive", stream.readers))
            for party in sorted(parties)
        },
        "components": {
            "messages": {
                event.type: _message(event, newest[event.type], examples[event.type])
                for event in all_events()
            },
            "messageTraits": {"cloudEvent": _envelope()},
            "schemas": _payloads(),
            "parameters": {
                PARTNER: {"description": "The partner's id: 3 to 40 lower-case letters, digits, hyphens."}
            },
        },
    }


def as_yaml(content: Json) -> str:
    """Return the document as stable YAML: in our order, without aliases."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (PyYAML asks per node)
            """Write equal parts twice rather than as a reference."""
            return True

    heading = "# Made by `make schemas` from the contracts. Change the contracts, not this file.\n"
    return heading + yaml.dump(content, Dumper=Plain, sort_keys=False, allow_unicode=True, width=110)


def channel_id(stream: Stream) -> str:
    """Return a stream's name as an identifier, such as `partner.referrals.v1`."""
    return stream.name.replace("{partner}.", "")


def _events_on(stream: Stream) -> list[type[Event]]:
    return [event for event in all_events() if event.stream is stream]


def _channel(stream: Stream) -> Json:
    partner = (
        {"parameters": {PARTNER: {"$ref": f"#/components/parameters/{PARTNER}"}}}
        if stream.per_partner
        else {}
    )
    return {
        "address": stream.name,
        "title": channel_id(stream),
        "summary": stream.summary,
        "description": f"Keyed by {stream.key}: records of one key are in order.{_kept(stream)}",
        **partner,
        "messages": {
            event.type: {"$ref": f"#/components/messages/{event.type}"} for event in _events_on(stream)
        },
        "bindings": {
            "kafka": {
                "partitions": stream.partitions,
                "topicConfiguration": _retention(stream) | {"max.message.bytes": stream.bytes_max},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _kept(stream: Stream) -> str:
    return " The newest record of each key is kept for ever." if stream.compacted else ""


def _retention(stream: Stream) -> Json:
    if stream.compacted:
        return {"cleanup.policy": ["compact"], "max.compaction.lag.ms": stream.retention_ms}
    return {"cleanup.policy": ["delete"], "retention.ms": stream.retention_ms}


def _operation(party: str, action: str, stream: Stream) -> Json:
    """Return the operation of a party on a stream: it sends the events it announces, or receives all events."""
    channel = channel_id(stream)
    events = [event for event in _events_on(stream) if action == "receive" or event.announced_by == party]
    return {
        "action": action,
        "title": f"{party} {action}s {channel}",
        "channel": {"$ref": f"#/channels/{channel}"},
        "tags": [{"name": party}],
        "messages": [{"$ref": f"#/channels/{channel}/messages/{event.type}"} for event in events],
    }


def _message(event: type[Event], revision: int, examples: Mapping[str, bytes]) -> Json:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": " ".join((event.__doc__ or "").split()),
        "contentType": cloudevents.JSON,
        "tags": [{"name": event.announced_by}],
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "headers": {"type": "object", "properties": {"ce_type": {"const": event.type}}},
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"key": _key(event), "bindingVersion": KAFKA_BINDING}},
        "examples": [_example(event, name, payload) for name, payload in examples.items()],
        "x-schema": f"schemas/{event.type}/{revision}.json",
    }


def _key(event: type[Event]) -> Json:
    return {"type": "string", "description": vars(event)["key"].__doc__}


def _envelope() -> Json:
    """Return the headers of every record: the CloudEvents Kafka binding in binary mode, and W3C trace context."""
    return {
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "content-type"],
            "properties": {
                "ce_specversion": {"type": "string", "const": cloudevents.SPEC_VERSION},
                "ce_id": _text("Unique within its source; a repeated record repeats it."),
                "ce_source": _text("urn:alongside:service:<name>, or urn:alongside:partner:<id>."),
                "ce_type": _text("The event's type, with its version."),
                "ce_time": {
                    "type": "string",
                    "format": "date-time",
                    "description": "When the event happened.",
                },
                "ce_subject": _text("The subject of the event: the record's key as text."),
                "content-type": {"type": "string", "const": cloudevents.JSON},
                "traceparent": _text("W3C trace context: the trace this record continues."),
                "tracestate": _text("W3C trace context: values that tracing vendors add."),
            },
        }
    }


def _text(description: str) -> Json:
    length = {"minLength": 1, "maxLength": cloudevents.ATTRIBUTE_CHARS_MAX}
    return {"type": "string", **length, "description": description}


def _payloads() -> Json:
    """Return the JSON Schemas of all events and their parts, each part once."""
    _, schema = models_json_schema(
        [(event, "validation") for event in all_events()],
        schema_generator=Untitled,
        ref_template="#/components/schemas/{model}",
    )
    parts: Json = schema["$defs"]
    return parts


def _example(event: type[Event], name: str, payload: bytes) -> Json:
    role = "partner:bayside-hospital" if event.announced_by == PARTNER else f"service:{event.announced_by}"
    headers = {
        "ce_specversion": cloudevents.SPEC_VERSION,
        "ce_id": str(uuid5(NAMESPACE_URL, f"{event.type}/{name}")),
        "ce_source": f"urn:alongside:{role}",
        "ce_type": event.type,
        "ce_time": "2026-03-02T15:04:05Z",
        "ce_subject": parse(event, payload).key,
        "content-type": cloudevents.JSON,
    }
    return {"name": name, "headers": headers, "payload": json.loads(payload)}
