"""The partners' guide says what the code does."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from alongside_contracts import cloudevents, streams
from alongside_contracts.event import Event, parse
from alongside_contracts.intake import CODES_MAX, SubmissionReceived
from alongside_contracts.partner import SubmissionAnswered
from alongside_contracts.registry import all_events, event_class
from alongside_contracts.schemas.gate import BASE_FOLDER
from alongside_contracts.vocabulary import Answer, ProblemCode

DOCS = Path(__file__).parents[2] / "docs"
PROGRAM = DOCS / "how-to" / "publish_a_referral.py"


@pytest.fixture(scope="module")
def guide() -> str:
    """Return the partners' guide."""
    return (DOCS / "partners.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def program() -> ModuleType:
    """Return the partners' sample program, imported."""
    spec = importlib.util.spec_from_file_location("publish_a_referral", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_problem_code_is_explained_once_with_its_remedy(guide: str) -> None:
    rows = table_under(guide, "## Problem codes")

    assert [row[0] for row in rows] == [f"`{code.value}`" for code in ProblemCode]
    assert all(len(row) == 3 and all(row) for row in rows)


def test_every_answer_is_explained_once(guide: str) -> None:
    rows = table_under(guide, "## What you hear back")

    assert sorted(row[0] for row in rows) == sorted(f"`{answer.value}`" for answer in Answer)


def test_the_record_shown_is_read_as_a_submission(guide: str) -> None:
    shown = guide.partition("## A record, whole")[2]
    key, headers, value = re.findall(r"```\w*\n(.*?)```", shown, flags=re.DOTALL)[:3]
    pairs = [line.split(": ", 1) for line in headers.strip().splitlines()]

    envelope = cloudevents.decode(
        key.strip().encode(), value.encode(), [(name, text.encode()) for name, text in pairs]
    )

    event = parse(event_class(envelope.type), envelope.data)
    assert isinstance(event, SubmissionReceived)
    assert envelope.key == event.key.encode()
    assert envelope.source == "urn:alongside:partner:bayside-hospital"
    assert "traceparent" in envelope.trace


def test_the_answer_shown_is_an_answer(guide: str) -> None:
    shown = guide.partition("## What you hear back")[2]
    (value,) = re.findall(r"```json\n(.*?)```", shown, flags=re.DOTALL)

    assert isinstance(parse(SubmissionAnswered, value.encode()), SubmissionAnswered)


def test_topics_events_and_limits_are_those_of_the_contracts(guide: str) -> None:
    for stream in (streams.PARTNER_REFERRALS, streams.PARTNER_STATUS):
        assert f"`{stream.name.replace('{partner}', '<your id>')}`" in guide
        assert f"{stream.retention_ms // streams.DAY_MS} days" in guide
        assert all(f"`{event.__name__}`" in guide for event in events_on(stream))
    limits = (
        f"body {streams.PAYLOAD_BYTES_MAX // 1024} KiB, {cloudevents.HEADERS_MAX} headers, "
        f"{cloudevents.ATTRIBUTE_CHARS_MAX} characters an attribute, {CODES_MAX} codes a field"
    )
    assert limits in guide
    assert f"over {streams.PAYLOAD_BYTES_MAX // 1024} KiB" in guide


def test_required_fields_are_named(guide: str) -> None:
    found = re.search(r"Required are (.*?)\. ", " ".join(guide.split()))
    required = {name for name, field in SubmissionReceived.model_fields.items() if field.is_required()}

    assert found is not None
    assert set(re.findall(r"`(\w+)`", found.group(1))) == required


def test_every_link_of_the_guide_resolves(guide: str) -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", guide)

    assert targets
    assert [target for target in targets if not (DOCS / target).exists()] == []


def test_the_program_sends_a_submission_the_network_reads(program: ModuleType) -> None:
    key, value, headers = program.record("bayside-hospital", program.REFERRAL, "an-id")

    envelope = cloudevents.decode(key, value, headers)

    assert isinstance(parse(event_class(envelope.type), envelope.data), SubmissionReceived)
    assert (envelope.id, envelope.key) == ("an-id", program.REFERRAL["reference"].encode())
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", envelope.trace["traceparent"])


def test_the_program_and_the_page_show_the_same_referral(guide: str, program: ModuleType) -> None:
    (shown, *_) = re.findall(r"```json\n(.*?)```", guide, flags=re.DOTALL)

    assert json.loads(shown) == program.REFERRAL


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        ({"reference": "BH-1"}, True),
        ({"reference": "BH-2", "origin": {"event_id": "other"}}, False),
        ({"origin": {"event_id": "an-id"}}, True),
        ({"origin": {}}, False),
        ({}, False),
    ],
)
def test_the_program_finds_its_answer(program: ModuleType, answer: dict[str, Any], ours: bool) -> None:
    assert program.is_about(answer, "BH-1", "an-id") is ours


def test_the_contracts_readme_lists_every_stream_with_its_events() -> None:
    rows = table_under(
        (BASE_FOLDER / "README.md").read_text(encoding="utf-8"), "## Streams, writers and readers"
    )

    assert {row[0]: set(row[4].split()) for row in rows} == {
        f"`{stream.name.replace('{partner}', '<id>')}`": {
            f"`{event.__name__}`" for event in events_on(stream)
        }
        for stream in streams.ALL
    }


def events_on(stream: streams.Stream) -> list[type[Event]]:
    """Return the events of one stream."""
    return [event for event in all_events() if event.stream is stream]


def table_under(text: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table after a heading, cell by cell."""
    after = text.partition(heading)[2]
    found = re.search(r"^\|.*\|\n\|[-|]+\|\n((?:\|.*\|\n)+)", after, flags=re.MULTILINE)
    assert found is not None, heading
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in found.group(1).splitlines()]
