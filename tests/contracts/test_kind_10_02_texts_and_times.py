"""A text that comes in can be stored and shown, a name is what people read, a time is one that everything reckons with."""

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from alongside_contracts import cloudevents
from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.fields.texts import AnyId, Name, Prose
from alongside_contracts.fields.times import Day, Moment

NAMES: TypeAdapter[str] = TypeAdapter(Annotated[str, Name(40)])
PROSE: TypeAdapter[str] = TypeAdapter(Annotated[str, Prose(40)])
MOMENTS: TypeAdapter[datetime] = TypeAdapter(Moment)
DAYS: TypeAdapter[date] = TypeAdapter(Day)
IDS: TypeAdapter[str] = TypeAdapter(AnyId)
GOOD: list[tuple[str, bytes | None]] = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"s"),
    ("ce_type", b"t"),
]

NOT_TO_BE_STORED = [
    "a\0b",
    "a\x01b",
    "a\x1bb",
    "a\x7fb",
    "a\x85b",
    "a\x9fb",
    "\ufdd0",
    "a\uffff",
    "\U0010fffe",
]
NOT_ONE_LINE = ["a\nb", "a\rb", "a\tb", "a\u2028b", "a\u2029b"]
HIDING = [
    "\u202etxt.exe", "\u202aa", "\u2066a\u2069", "\u200ea", "\u200fא", "\u061cا", "a\u200bb", "a\ufeffb", "a\u00adb",
    "a\u2060b", "a\u2063b", "Al\u200dice", "Al\u200cice", "\u200d", "a\U000e0041", "\ufff9a\ufffb", "\u3164", "\u2800\u115f",
]  # fmt: skip
IN_ITS_SCRIPT = [
    "José", "Jose\u0301", "Nguyễn Văn A", "李小龍", "김철수", "محمد", "בית חם", "می\u200cخواهم", "क्\u200dष", "ශ්\u200dරී",
    "ᠰᠠᠶᠢᠨ\u180eᠠ", "O’Neill-Smith (she/her)", "Café\u00a0du Nord", "👩\u200d👩\u200d👧 circle", "❤️ group", "\U0001f3f3️\u200d\U0001f308", "12",
]  # fmt: skip
NO_MOMENTS = [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", "1899-12-31T23:59:59Z",
    "1900-01-01T00:00:00+00:01", "2200-01-01T00:00:00Z", "2199-12-31T23:59:59-00:01", "2026-02-30T00:00:00Z",
    "2026-03-02T24:00:00Z", "2026-03-02T15:04:05", "2026-03-02", "2026-03-02T15:04Z", "0", "1772463845", "1e300",
    "2026-03-02T15:04:05+24:00", "2026-03-02T15:04:61Z", "2016-12-31T22:59:60Z", "２026-03-02T15:04:05Z",
    "2026-03-02T15:04:05Z ", "2026-03-02T15:04:05.Z", "",
]  # fmt: skip
MOMENTS_READ = {
    "2026-03-02T15:04:05Z": datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC),
    "2026-03-02t15:04:05z": datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC),
    "2026-03-02T15:04:05.123456789-05:00": datetime(2026, 3, 2, 20, 4, 5, 123456, tzinfo=UTC),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1, tzinfo=UTC),
    "2017-01-01T01:59:60.5+02:00": datetime(2017, 1, 1, 0, 0, 0, 500000, tzinfo=UTC),
    "1900-01-01T00:00:00Z": datetime(1900, 1, 1, tzinfo=UTC),
    "2199-12-31T23:59:59Z": datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC),
}


def reads(kind: TypeAdapter[Any], value: Any) -> bool:
    """Return whether a value that came as JSON is read."""
    try:
        kind.validate_json(json.dumps(value), strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("text", NOT_TO_BE_STORED, ids=ascii)
def test_no_text_may_hold_what_cannot_be_stored_or_shown(text: str) -> None:
    assert (reads(NAMES, text), reads(PROSE, text)) == (False, False)


def test_half_of_a_surrogate_pair_is_no_text() -> None:
    for kind in (NAMES, PROSE):
        with pytest.raises(ValidationError):
            kind.validate_json(b'"a\\ud800b"')


@pytest.mark.parametrize("text", NOT_ONE_LINE, ids=ascii)
def test_a_name_is_one_line(text: str) -> None:
    assert not reads(NAMES, text)


def test_prose_has_lines_and_tabs_and_is_kept_as_it_was_written() -> None:
    written = " First\tline,\r\nsecond.\n \u200f"

    assert PROSE.validate_json(json.dumps(written)) == written


@pytest.mark.parametrize("text", HIDING, ids=ascii)
def test_a_name_hides_and_turns_nothing(text: str) -> None:
    assert not reads(NAMES, text)


@pytest.mark.parametrize("text", IN_ITS_SCRIPT, ids=ascii)
def test_a_name_in_any_script_is_taken_as_it_is(text: str) -> None:
    assert NAMES.validate_json(json.dumps(text)) == text


def test_spaces_around_a_name_are_removed_and_nothing_else_is_a_name() -> None:
    assert NAMES.validate_json('"  a b "') == "a b"
    assert not any(reads(NAMES, text) for text in ("", "   ", "\u00a0"))


def test_a_refused_text_is_not_repeated_in_the_reason() -> None:
    with pytest.raises(ValidationError) as refused:
        NAMES.validate_json('"secret\\u0001"')

    assert "secret" not in refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_no_other_text_is_a_time(text: str) -> None:
    assert not reads(MOMENTS, text)


@pytest.mark.parametrize("value", [0, 1772463845, 1.5, True, None, [], {}])
def test_a_time_is_a_text(value: Any) -> None:
    assert (reads(MOMENTS, value), reads(DAYS, value)) == (False, False)


@pytest.mark.parametrize(("text", "moment"), MOMENTS_READ.items())
def test_a_time_of_rfc_3339_is_read_and_a_leap_second_is_the_second_after_it(
    text: str, moment: datetime
) -> None:
    assert MOMENTS.validate_json(json.dumps(text), strict=True) == moment


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31", "20260302", "2026-W10-1", "2026-02-30", "0", "2026-3-2"]
)
def test_no_other_text_is_a_day(text: str) -> None:
    assert not reads(DAYS, text)


def test_what_was_stored_before_there_were_bounds_is_read_back() -> None:
    assert MOMENTS.validate_json('"1812-06-24T00:00:00Z"', context=AS_STORED).year == 1812
    assert DAYS.validate_json('"9999-12-31"', context=AS_STORED).year == 9999
    assert NAMES.validate_json('"a\u202eb"', context=AS_STORED)


@pytest.mark.parametrize("text", NO_MOMENTS)
def test_the_time_of_a_record_is_as_strict(text: str) -> None:
    with pytest.raises(MalformedEvent) as refused:
        cloudevents.decode(None, b"{}", [*GOOD, ("ce_time", text.encode())])

    assert refused.value.where in ("time", "header ce_time")


@pytest.mark.parametrize(("text", "moment"), MOMENTS_READ.items())
def test_the_time_of_a_record_may_be_a_leap_second(text: str, moment: datetime) -> None:
    assert cloudevents.decode(None, b"{}", [*GOOD, ("ce_time", text.encode())]).time == moment


def test_a_uuid_in_any_case_is_one_id_and_another_id_keeps_its_case() -> None:
    lower = "0197c1c0-0000-7000-8000-00000000abcd"

    assert IDS.validate_python(lower.upper()) == IDS.validate_python(lower) == lower
    assert IDS.validate_python("Coordinator-7") == "Coordinator-7"
