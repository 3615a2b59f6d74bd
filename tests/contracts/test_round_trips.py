"""Every event comes back unchanged, and any bytes are either read or refused with MalformedEvent."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alongside_contracts.cloudevents import (
    JSON,
    STRUCTURED_JSON,
    TRACE_CONTEXT,
    CloudEvent,
    decode,
    encode,
    encode_structured,
)
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.event import parse
from alongside_contracts.registry import all_events, event_class

RESERVED = {
    "id",
    "source",
    "type",
    "specversion",
    "time",
    "subject",
    "datacontenttype",
    "data",
    *TRACE_CONTEXT,
}
TYPES = (
    "application/json",
    "text/plain",
    "application/octet-stream",
    "application/vnd.x+json; charset=utf-8",
)

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80)
names = st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True).filter(lambda name: name not in RESERVED)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC) | offsets)  # noqa: DTZ001
parents = st.from_regex(r"00-[1-9a-f][0-9a-f]{31}-[1-9a-f][0-9a-f]{15}-0[01]", fullmatch=True)
traces: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {"traceparent": parents}, optional={"tracestate": st.just("a=1,b@c=2")}
) | st.just({})
unicode = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | unicode,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(unicode, inner, max_size=4),
    max_leaves=12,
)
envelopes: dict[str, Any] = {
    "id": texts, "source": texts, "type": texts, "time": st.none() | times, "subject": st.none() | texts,
    "key": st.none() | st.binary(max_size=40), "trace": traces,
    "extensions": st.dictionaries(names, texts, max_size=5),
}  # fmt: skip
any_headers = st.lists(
    st.tuples(
        st.sampled_from(["ce_id", "ce_source", "ce_type", "ce_time", "ce_specversion", "ce_x", "content-type", *TRACE_CONTEXT])
        | st.text(max_size=20),
        st.none() | st.binary(max_size=60) | st.sampled_from([b"1.0", b"x", STRUCTURED_JSON.encode(), b"2026-03-02T15:04:05Z"]),
    ),
    max_size=12,
)  # fmt: skip


@given(
    event=st.builds(
        CloudEvent, data=st.binary(max_size=200), content_type=st.sampled_from(TYPES), **envelopes
    )
)
def test_binary_mode_gives_back_every_attribute_and_byte(event: CloudEvent) -> None:
    assert decode(event.key, event.data, encode(event)) == event


@given(
    event=st.builds(
        CloudEvent,
        data=json_values.map(lambda value: json.dumps(value).encode()),
        content_type=st.just(JSON),
        **envelopes,
    )
)
def test_structured_mode_gives_back_every_attribute_and_value(event: CloudEvent) -> None:
    headers, value = encode_structured(event)
    read = decode(event.key, value, headers)

    assert json.loads(read.data) == json.loads(event.data)
    assert {**vars_of(read), "data": b""} == {**vars_of(event), "data": b""}


@given(data=st.binary(max_size=200), content_type=st.sampled_from(["text/plain", "image/png"]))
def test_structured_mode_gives_back_every_byte_of_what_is_not_json(data: bytes, content_type: str) -> None:
    event = CloudEvent(id="1", source="s", type="t", data=data, content_type=content_type)

    headers, value = encode_structured(event)

    assert decode(None, value, headers) == event


@given(key=st.none() | st.binary(max_size=20), value=st.none() | st.binary(max_size=200), headers=any_headers)
def test_any_record_is_read_or_refused_as_malformed(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    assert_read_or_refused(key, value, headers)


@given(
    body=st.dictionaries(
        st.sampled_from([*sorted(RESERVED), "data_base64", "x"]) | st.text(max_size=10),
        json_values,
        max_size=10,
    ),
    patch=st.sampled_from([{}, {"specversion": "1.0", "id": "1", "source": "s", "type": "t"}]),
)
def test_any_structured_body_is_read_or_refused_as_malformed(
    body: dict[str, Any], patch: dict[str, str]
) -> None:
    value = json.dumps(body | patch).encode()

    assert_read_or_refused(None, value, [("content-type", STRUCTURED_JSON.encode())])


@given(name=st.sampled_from([event.type for event in all_events()]) | st.text(max_size=60), data=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_body_is_an_event_or_refused_as_malformed(name: str, data: bytes) -> None:
    refusal = None
    try:
        parse(event_class(name), data)
    except MalformedEvent as error:
        refusal = error

    assert refusal is None or is_helpful(refusal)


def assert_read_or_refused(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    """Decode: a record that is read holds nothing a database cannot store, and a refusal says what to do."""
    try:
        event = decode(key, value, headers)
    except MalformedEvent as error:
        refusal = error
    else:
        stored = [event.id, event.source, event.type, event.subject or "", *event.extensions.values()]
        assert "\x00" not in "".join(stored)
        assert event.time is None or event.time.tzinfo is not None
        return

    assert is_helpful(refusal)


def is_helpful(refusal: MalformedEvent) -> bool:
    """Return whether a refusal can be stored and shown, and says what to do."""
    return refusal.where.isprintable() and len(refusal.where) <= 200 and bool(refusal.remedy)


def vars_of(event: CloudEvent) -> dict[str, Any]:
    """Return all parts of an event."""
    return event._asdict()
