"""Every fault of a record has a code, a place and a remedy, and none of them repeats the payload."""

import json
import tracemalloc

import pytest

from alongside_contracts.cloudevents import (
    ATTRIBUTE_CHARS_MAX,
    HEADERS_MAX,
    CloudEvent,
    decode,
    encode_structured,
)
from alongside_contracts.errors import MalformedEvent, UnknownEventType, UnsupportedVersion
from alongside_contracts.event import parse
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.registry import event_class
from alongside_contracts.streams import PAYLOAD_BYTES_MAX
from alongside_contracts.vocabulary import ProblemCode

Pairs = list[tuple[str, bytes | None]]

GOOD: Pairs = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"s"), ("ce_type", b"t")]
STRUCTURED: Pairs = [("content-type", b"application/cloudevents+json")]
ATTRIBUTES = '"specversion":"1.0","id":"1","source":"s","type":"t"'

BINARY: dict[str, tuple[bytes | None, Pairs, str]] = {
    "a tombstone": (None, GOOD, "value"),
    "no headers": (b"{}", [], "specversion"),
    "no id": (b"{}", [pair for pair in GOOD if pair[0] != "ce_id"], "id"),
    "no source": (b"{}", [pair for pair in GOOD if pair[0] != "ce_source"], "source"),
    "no type": (b"{}", [pair for pair in GOOD if pair[0] != "ce_type"], "type"),
    "another specversion": (b"{}", [("ce_specversion", b"0.3"), *GOOD[1:]], "specversion"),
    "a null header": (b"{}", [*GOOD, ("ce_subject", None)], "header ce_subject"),
    "an empty header": (b"{}", [*GOOD, ("ce_subject", b"")], "header ce_subject"),
    "a binary header": (b"{}", [*GOOD, ("ce_subject", b"\xff\xfe")], "header ce_subject"),
    "a NUL in a header": (b"{}", [*GOOD, ("ce_subject", b"a\x00b")], "header ce_subject"),
    "an endless header": (b"{}", [*GOOD, ("ce_subject", b"x" * (ATTRIBUTE_CHARS_MAX + 1))], "header ce_subject"),
    "two ids": (b"{}", [*GOOD, ("ce_id", b"2")], "header ce_id"),
    "two types, in other letters": (b"{}", [*GOOD, ("CE_TYPE", b"u")], "header CE_TYPE"),
    "too many headers": (b"{}", [*GOOD, *[("x", b"1")] * HEADERS_MAX], "headers"),
    "an odd attribute name": (b"{}", [*GOOD, ("ce_bad-ext", b"1")], "bad-ext"),
    "a NUL in an attribute name": (b"{}", [*GOOD, ("ce_a\x00b", b"1")], "a?b"),
    "an attribute called data": (b"{}", [*GOOD, ("ce_data", b"1")], "data"),
    "a naive time": (b"{}", [*GOOD, ("ce_time", b"2026-03-02T15:04:05")], "time"),
    "a date": (b"{}", [*GOOD, ("ce_time", b"2026-03-02")], "time"),
    "a number for a time": (b"{}", [*GOOD, ("ce_time", b"1772463845")], "time"),
    "no real time": (b"{}", [*GOOD, ("ce_time", b"2026-02-30T15:04:05Z")], "time"),
    "a batch": (b"[]", [("content-type", b"application/cloudevents-batch+json")], "specversion"),
}  # fmt: skip
BODIES: dict[str, tuple[str, str]] = {
    "nothing": ("", "value"),
    "no JSON": ("{", "value"),
    "an array": ("[]", "value"),
    "a text": ('"x"', "value"),
    "an empty object": ("{}", "specversion"),
    "a number for specversion": ('{"specversion":1.0,"id":"1","source":"s","type":"t"}', "specversion"),
    "a number for id": ('{"specversion":"1.0","id":1,"source":"s","type":"t"}', "id"),
    "a null id": ('{"specversion":"1.0","id":null,"source":"s","type":"t"}', "id"),
    "an object attribute": (f'{{{ATTRIBUTES},"x":{{}}}}', "x"),
    "a fraction for an attribute": (f'{{{ATTRIBUTES},"x":1.5}}', "x"),
    "a huge number": (f'{{{ATTRIBUTES},"x":{"9" * 4000}}}', "x"),
    "an impossible number": (f'{{{ATTRIBUTES},"x":{"9" * 9000}}}', "value"),
    "not a number": (f'{{{ATTRIBUTES},"data":NaN}}', "value"),
    "an empty subject": (f'{{{ATTRIBUTES},"subject":""}}', "subject"),
    "an endless attribute": (f'{{{ATTRIBUTES},"x":"{"x" * (ATTRIBUTE_CHARS_MAX + 1)}"}}', "x"),
    "an endless attribute name": (f'{{{ATTRIBUTES},"{"x" * 65}":"1"}}', "x" * 65),
    "a NUL in an attribute": (f'{{{ATTRIBUTES},"x":"a\\u0000b"}}', "x"),
    "half a character": (f'{{{ATTRIBUTES},"x":"\\ud800"}}', "value"),
    "a number for a time": (f'{{{ATTRIBUTES},"time":1772463845}}', "time"),
    "a naive time": (f'{{{ATTRIBUTES},"time":"2026-03-02T15:04:05"}}', "time"),
    "bad base64": (f'{{{ATTRIBUTES},"data_base64":"a"}}', "data_base64"),
    "a number for base64": (f'{{{ATTRIBUTES},"data_base64":7}}', "data_base64"),
    "accents in base64": (f'{{{ATTRIBUTES},"data_base64":"äöü="}}', "data_base64"),
    "data twice": (f'{{{ATTRIBUTES},"data":1,"data_base64":"AAAA"}}', "data_base64"),
    "a nesting bomb": (f'{{{ATTRIBUTES},"data":{"[" * 100_000}{"]" * 100_000}}}', "value"),
    "a bomb of objects": ('{"a":' * 30_000, "value"),
}  # fmt: skip


@pytest.mark.parametrize("case", BINARY)
def test_a_malformed_binary_record_is_refused_with_its_place(case: str) -> None:
    value, headers, where = BINARY[case]

    with pytest.raises(MalformedEvent) as refused:
        decode(b"key", value, headers)

    assert refused.value.code is ProblemCode.MALFORMED
    assert refused.value.where == where
    assert refused.value.remedy


@pytest.mark.parametrize("case", BODIES)
def test_a_malformed_structured_record_is_refused_with_its_place(case: str) -> None:
    body, where = BODIES[case]

    with pytest.raises(MalformedEvent) as refused:
        decode(None, body.encode(), STRUCTURED)

    assert refused.value.code is ProblemCode.MALFORMED
    assert refused.value.where == where


@pytest.mark.parametrize("value", [b"\xff\xfe{}", "{}".encode("utf-16"), b"\x1f\x8b\x08\x00"])
def test_a_structured_body_that_is_not_utf_8_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedEvent, match="UTF-8"):
        decode(None, value, STRUCTURED)


@pytest.mark.parametrize("headers", [GOOD, STRUCTURED])
def test_a_body_of_two_megabytes_is_refused_unread(headers: Pairs) -> None:
    with pytest.raises(MalformedEvent) as refused:
        decode(None, b" " * 2 * 1024 * 1024, headers)

    assert refused.value.code is ProblemCode.TOO_LARGE


def test_the_largest_body_allowed_is_read() -> None:
    assert len(decode(None, b" " * PAYLOAD_BYTES_MAX, GOOD).data) == PAYLOAD_BYTES_MAX


def test_headers_that_are_not_ours_may_hold_anything() -> None:
    foreign: Pairs = [
        ("x-null", None),
        ("x-binary", b"\xff\x00"),
        ("", b""),
        ("x\x00", b"1"),
        ("x-binary", b"2"),
    ]

    assert decode(None, b"{}", [*foreign, *GOOD]).id == "1"


def test_long_header_names_are_not_kept_in_memory() -> None:
    tracemalloc.start()
    for number in range(64):
        decode(None, b"{}", [*GOOD, (f"{number}{'x' * 100_000}", b"")])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 1_000_000


def test_the_same_attribute_sent_twice_with_the_same_value_is_accepted() -> None:
    assert decode(None, b"{}", [*GOOD, *GOOD]).id == "1"


@pytest.mark.parametrize("raw", [None, b"", b"x" * 5000])
def test_an_invalid_trace_header_is_dropped_and_the_record_is_read(raw: bytes | None) -> None:
    assert decode(None, b"{}", [*GOOD, ("traceparent", raw)]).trace == {}


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"NaN"])
def test_an_event_whose_data_is_not_json_is_not_sent_structured(data: bytes) -> None:
    with pytest.raises(MalformedEvent):
        encode_structured(CloudEvent(id="1", source="s", type="t", data=data))


def test_an_unknown_type_and_a_newer_version_are_distinguished() -> None:
    with pytest.raises(UnknownEventType):
        event_class("com.example.something")
    with pytest.raises(UnsupportedVersion):
        event_class("org.alongside.submission.received.v2")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"needs": []}, "needs"),
        ({"needs": ["astrology"]}, "needs.0"),
        ({"needs": None}, "needs"),
        ({"reference": "Jane Doe, 12 March"}, "reference"),
        ({"consent": {"decision": "maybe"}}, "consent.decision"),
        ({"consent": {"decision": "given", "signed_at": "2026-03-02T15:04:05"}}, "consent.signed_at"),
        ({"consent": {"decision": "given", "signed_at": 1772463845}}, "consent.signed_at"),
        ({"readiness": {"comfort_sharing": "5", "comfort_listening": 4}}, "readiness.comfort_sharing"),
        ({"guardian_consent": "yes"}, "guardian_consent"),
        ({"risks": ["danger-to-self"] * 21}, "risks"),
    ],
)
def test_an_invalid_field_is_named_without_its_value(change: dict[str, object], where: str) -> None:
    good = {
        "reference": "BH-1",
        "person_reference": "p-1",
        "setting": "hospital",
        "region": "us-fl-miami",
        "needs": ["grief"],
    }

    with pytest.raises(MalformedEvent) as refused:
        parse(SubmissionReceived, json.dumps(good | change).encode())

    assert refused.value.code is ProblemCode.INVALID_FIELD
    assert refused.value.where == where
    for value in ("Jane", "astrology", "maybe", "1772463845"):
        assert value not in str(refused.value)


def test_a_body_that_is_not_json_is_malformed_and_not_an_invalid_field() -> None:
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(MalformedEvent) as refused:
            parse(SubmissionReceived, body)

        assert refused.value.code is ProblemCode.MALFORMED
