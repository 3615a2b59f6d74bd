"""A cursor that this API did not issue is refused, whatever is in it, before any of it reaches a query."""

import base64
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import (
    cursor_number,
    cursor_text,
    cursor_time,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
)


def forged(document: object) -> str:
    """Return a cursor as ours are made, of anything."""
    return base64.urlsafe_b64encode(orjson.dumps(document)).decode().rstrip("=")


NONSENSE = (
    "",
    "x",
    "!!!!",
    "ü",
    "\x00",
    "A" * 10_000,
    forged({}),
    forged(["a", "b", "c"]),
    forged([1]),
    forged([None]),
    forged("a"),
)


@pytest.mark.parametrize("cursor", NONSENSE)
def test_text_that_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(HttpProblem) as refused:
        decode_cursor(cursor, cursor_text)

    assert (refused.value.status, refused.value.code, refused.value.field) == (422, "bad-cursor", "cursor")


@pytest.mark.parametrize("number", ["-1", "1e9", "٣", "9" * 19, str(2**63), "", " 1", "0x1", "1" * 400])
def test_a_number_that_no_row_has_is_refused(number: str) -> None:
    with pytest.raises(HttpProblem):
        decode_cursor(encode_cursor(number), cursor_number)


@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-29T10:00:00",
        "2026-13-01",
        "now",
        "",
    ],
)
def test_a_time_that_no_row_has_is_refused(time: str) -> None:
    with pytest.raises(HttpProblem):
        decode_cursor(encode_cursor(time), cursor_time)


@pytest.mark.parametrize("text", ["a\x00", "\x1f", "\n", "\u202e"])
def test_a_text_that_no_row_has_is_refused(text: str) -> None:
    with pytest.raises(HttpProblem):
        decode_cursor(encode_cursor(text), cursor_text)


@pytest.mark.parametrize("text", ["a", "{}", "urn:uuid:", "0" * 31])
def test_an_id_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(HttpProblem):
        decode_id_cursor(encode_cursor(text))


def test_a_cursor_of_ours_comes_back_as_it_was_given() -> None:
    some_id, time = uuid4(), datetime(2026, 11, 29, 10, tzinfo=UTC)

    assert decode_id_cursor(encode_cursor(str(some_id))) == some_id
    assert decode_cursor(encode_cursor(time.isoformat(), "x"), cursor_time, cursor_text) == (time, "x")
    assert decode_cursor(encode_cursor("17"), cursor_number) == (17,)
    assert decode_id_cursor(None) is None
