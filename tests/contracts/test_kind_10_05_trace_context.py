"""The trace context that comes in is read by one rule, with the cases of the W3C's own test suite (level 1)."""

from typing import Any

import orjson
import pytest

from alongside_contracts import cloudevents
from alongside_contracts.fields.trace_context import TRACESTATE_CHARS_MAX, trace_context

IDS = "12345678901234567890123456789012-1234567890123456"
PARENT = f"00-{IDS}-01"
OTHER = f"00-{'1' * 32}-{'2' * 16}-00"
HEADERS: list[tuple[str, bytes | None]] = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"s"),
    ("ce_type", b"t"),
]

NEW_TRACE = {
    "no header": [],
    "two headers": [PARENT, PARENT],
    "two different headers": [PARENT, "00-12345678901234567890123456789011-1234567890123456-01"],
    "nothing": [""],
    "version ff": [f"ff-{IDS}-01"],
    "a version of one digit": [f"0-{IDS}-01"],
    "a version of three digits": [f"000-{IDS}-01"],
    "a version that is no number": [f".0-{IDS}-01"],
    "an upper-case version": [f"CC-{IDS}-01"],
    "more after version 00": [f"{PARENT}-extra"],
    "a hyphen after version 00": [f"{PARENT}-"],
    "more without a hyphen after a later version": [f"cc-{IDS}-01.what"],
    "a trace id of zeros": ["00-00000000000000000000000000000000-1234567890123456-01"],
    "a parent id of zeros": ["00-12345678901234567890123456789012-0000000000000000-01"],
    "a short trace id": ["00-1234567890123456789012345678901-1234567890123456-01"],
    "a long trace id": ["00-123456789012345678901234567890123-1234567890123456-01"],
    "an upper-case trace id": ["00-ABCDEF78901234567890123456789012-1234567890123456-01"],
    "a trace id with a dot": ["00-.2345678901234567890123456789012-1234567890123456-01"],
    "an upper-case parent id": ["00-12345678901234567890123456789012-ABCDEF7890123456-01"],
    "a short parent id": ["00-12345678901234567890123456789012-123456789012345-01"],
    "flags that are no number": [f"00-{IDS}-.0"],
    "flags of one digit": [f"00-{IDS}-1"],
    "flags of three digits": [f"00-{IDS}-001"],
    "upper-case flags": [f"00-{IDS}-0A"],
    "no flags": [f"00-{IDS}"],
    "a space inside": [f"00 -{IDS}-01"],
    "a line break at the end": [f"{PARENT}\n"],
    "an endless later version": [f"cc-{IDS}-01-{'x' * 512}"],
    "a replaced byte": [f"{PARENT[:-1]}\ufffd"],
}
ONE_TRACE = {
    "version 00": (PARENT, PARENT),
    "not sampled": (f"00-{IDS}-00", f"00-{IDS}-00"),
    "flags of a later level": (f"00-{IDS}-ff", f"00-{IDS}-ff"),
    "a later version": (f"cc-{IDS}-01", PARENT),
    "a later version with more": (f"cc-{IDS}-01-what-the-future-will-be-like", PARENT),
    "a later version with a hyphen": (f"01-{IDS}-01-", PARENT),
    "spaces around": (f" \t{PARENT}\t ", PARENT),
}
NO_STATE = {
    "a key with a space": ["foo =1"],
    "an upper-case key": ["FOO=1"],
    "a key with a dot": ["foo.bar=1"],
    "a vendor without a name": ["foo@=1"],
    "a tenant without a name": ["@foo=1"],
    "two ats": ["foo@@bar=1"],
    "a third part": ["foo@bar@baz=1"],
    "a key of digits": ["1a=1"],
    "a key of 257 characters": [f"{'z' * 257}=1"],
    "a tenant of 242 characters": [f"{'t' * 242}@v=1"],
    "a vendor of 15 characters": [f"t@{'v' * 15}=1"],
    "a value of 257 characters": [f"foo={'v' * 257}"],
    "no value": ["foo="],
    "no equals sign": ["foo"],
    "two equals signs": ["foo=bar=baz"],
    "a tab in a value": ["foo=a\tb"],
    "a letter beyond ASCII": ["foo=é"],
    "one key twice": ["foo=1,foo=1"],
    "one key in two headers": ["foo=1", "bar=2,foo=3"],
    "33 members": [",".join(f"bar{n:02}={n:02}" for n in range(33))],
    "33 members in two headers": [",".join(f"bar{n:02}={n:02}" for n in range(20)), ",".join(f"baz{n:02}=1" for n in range(13))],
}  # fmt: skip
STATES = {
    "one member": (["foo=1"], "foo=1"),
    "two headers": (["foo=1,bar=2", "baz=3"], "foo=1,bar=2,baz=3"),
    "spaces and tabs around members": ([" \tfoo=1 \t,\t bar=2\t"], "foo=1,bar=2"),
    "empty members": (["foo=1,,bar=2,", "", ","], "foo=1,bar=2"),
    "nothing": ([""], None),
    "a space inside a value": (["foo=a b"], "foo=a b"),
    "a space at the end of a value": (["foo=a  ,bar=1"], "foo=a,bar=1"),
    "a tenant": (["0t-_*/@v-_*/=1"], "0t-_*/@v-_*/=1"),
    "every character of a key": (["foo-_*/bar0=1"], "foo-_*/bar0=1"),
    "32 members": ([",".join(f"bar{n:02}={n:02}" for n in range(32))], ",".join(f"bar{n:02}={n:02}" for n in range(32))),
    "a value of 256 characters": ([f"foo={'v' * 256}"], f"foo={'v' * 256}"),
}  # fmt: skip


@pytest.mark.parametrize("parents", NEW_TRACE.values(), ids=NEW_TRACE)
def test_a_new_trace_begins(parents: list[str]) -> None:
    assert trace_context(parents, ["foo=1"]) == {}


@pytest.mark.parametrize(("parent", "passed_on"), ONE_TRACE.values(), ids=ONE_TRACE)
def test_the_trace_goes_on_and_is_passed_on_as_version_00(parent: str, passed_on: str) -> None:
    assert trace_context([parent], ["foo=1"]) == {"traceparent": passed_on, "tracestate": "foo=1"}


@pytest.mark.parametrize("states", NO_STATE.values(), ids=NO_STATE)
def test_an_invalid_state_is_left_out_and_the_trace_goes_on(states: list[str]) -> None:
    assert trace_context([PARENT], states) == {"traceparent": PARENT}


@pytest.mark.parametrize(("states", "state"), STATES.values(), ids=STATES)
def test_a_valid_state_is_passed_on_in_one_header(states: list[str], state: str | None) -> None:
    assert trace_context([PARENT], states).get("tracestate") == state


def test_of_a_state_that_is_too_long_the_long_members_go_first_and_then_the_last() -> None:
    short = [f"k{n:02}={'v' * 26}" for n in range(20)]
    long = f"long={'v' * 200}"

    state = trace_context([PARENT], [",".join([short[0], long, *short[1:]])])["tracestate"]

    assert state == ",".join(short[:16])
    assert len(state) <= TRACESTATE_CHARS_MAX < len(state) + len(short[16]) + 1


def test_a_state_without_a_parent_says_nothing() -> None:
    assert trace_context([], ["foo=1"]) == {}


@pytest.mark.parametrize("parents", NEW_TRACE.values(), ids=NEW_TRACE)
def test_the_same_headers_of_a_record_begin_a_new_trace(parents: list[str]) -> None:
    headers = [*HEADERS, *(("traceparent", parent.encode()) for parent in parents), ("tracestate", b"foo=1")]

    assert cloudevents.decode(None, b"{}", headers).trace == cloudevents.trace_of(headers) == {}


@pytest.mark.parametrize(("states", "state"), STATES.values(), ids=STATES)
def test_the_same_state_of_a_record_is_passed_on(states: list[str], state: str | None) -> None:
    headers = [
        *HEADERS,
        ("TraceParent", PARENT.encode()),
        *(("TRACESTATE", text.encode()) for text in states),
    ]

    assert cloudevents.decode(None, b"{}", headers).trace.get("tracestate") == state
    assert cloudevents.trace_of(headers).get("tracestate") == state


@pytest.mark.parametrize("raw", [None, b"", b"\xff", b"x" * 100_000])
def test_a_header_that_is_no_text_is_no_reason_to_refuse_a_record(raw: bytes | None) -> None:
    headers = [*HEADERS, ("traceparent", raw)]

    assert cloudevents.decode(None, b"{}", headers).trace == cloudevents.trace_of(headers) == {}


@pytest.mark.parametrize(
    ("parents", "trace"),
    [
        ([], {"traceparent": PARENT, "tracestate": "foo=1"}),
        ([b"00"], {}),
        ([OTHER.encode()], {"traceparent": OTHER}),
    ],
)
def test_the_trace_among_the_attributes_is_read_by_the_same_rule_when_no_header_has_one(
    parents: list[bytes], trace: dict[str, str]
) -> None:
    given: list[tuple[str, bytes | None]] = [("traceparent", parent) for parent in parents]
    attributes: list[tuple[str, bytes | None]] = [
        ("ce_traceparent", PARENT.encode()),
        ("ce_tracestate", b" foo=1 ,"),
    ]
    body: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "traceparent": PARENT, "tracestate": " foo=1 ,"}  # fmt: skip

    binary = cloudevents.decode(None, b"{}", [*HEADERS, *attributes, *given])
    structured = cloudevents.decode(
        None, orjson.dumps(body), [("content-type", b"application/cloudevents+json"), *given]
    )

    assert (binary.trace, structured.trace) == (trace, trace)
    assert (binary.extensions, structured.extensions) == ({}, {})
