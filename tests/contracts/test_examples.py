"""Every example that was valid once still is, for every revision of its schema."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.event import Event, parse
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.registry import all_events
from alongside_contracts.schemas.examples import (
    edited_examples,
    examples_of,
    record_checksums,
    unreadable_examples,
)
from alongside_contracts.schemas.gate import BASE_FOLDER, revisions, schema_of
from alongside_contracts.vocabulary import Answer, Setting

EXAMPLES = BASE_FOLDER / "examples"
CASES = [
    pytest.param(contract, payload, id=f"{contract.type.removeprefix('org.alongside.')}-{name}")
    for contract in all_events()
    for name, payload in examples_of(contract.type, EXAMPLES).items()
]
ANYTHING: tuple[Any, ...] = (
    0, 7, -1, 2**40, 1.5, True, None, "", "x", "no such code", "2026-03-02", "2026-03-02T15:04:05", [], ["x"], {}, {"x": 1},
)  # fmt: skip
FORMATS = FormatChecker(formats=())


@pytest.mark.parametrize(("contract", "payload"), CASES)
def test_an_example_reads_and_is_announced_again_unchanged(contract: type[Event], payload: bytes) -> None:
    event = parse(contract, payload)

    assert parse(contract, event.model_dump_json(exclude_none=True).encode()) == event
    assert event.key
    assert len(payload) < 10_000


@pytest.mark.parametrize("contract", all_events(), ids=lambda contract: contract.__name__)
def test_every_example_fits_every_revision_of_its_schema(contract: type[Event]) -> None:
    kept = revisions(BASE_FOLDER / "schemas" / contract.type)

    assert kept
    assert list(unreadable_examples(contract, kept, EXAMPLES)) == []


@pytest.mark.parametrize("contract", all_events(), ids=lambda contract: contract.__name__)
def test_every_event_has_a_minimal_and_a_full_example(contract: type[Event]) -> None:
    examples = examples_of(contract.type, EXAMPLES)
    required = {name for name, field in contract.model_fields.items() if field.is_required()}

    assert set(json.loads(examples["minimal"])) == required
    full = set(contract.model_fields)
    assert full in [set(json.loads(payload)) for payload in examples.values()], (
        "add an example with all fields"
    )


def test_every_setting_a_referral_comes_from_has_an_example() -> None:
    examples = examples_of(SubmissionReceived.type, EXAMPLES).values()

    assert {json.loads(payload)["setting"] for payload in examples} == {setting.value for setting in Setting}


def test_every_answer_a_partner_may_get_has_an_example() -> None:
    answers = {
        json.loads(payload)["answer"]
        for payload in examples_of("org.alongside.submission.answered.v1", EXAMPLES).values()
    }

    assert answers == {answer.value for answer in Answer}


@pytest.mark.parametrize("contract", all_events(), ids=lambda contract: contract.__name__)
def test_a_contract_reads_exactly_what_its_schema_allows(contract: type[Event]) -> None:
    validator = Draft202012Validator(schema_of(contract), format_checker=FORMATS)
    example = json.loads(examples_of(contract.type, EXAMPLES)["full"])

    disagreements = [
        (place, value)
        for place, value, changed in variations(example)
        if validator.is_valid(changed) != reads(contract, changed)
    ]

    assert disagreements == []


@pytest.mark.parametrize("contract", all_events(), ids=lambda contract: contract.__name__)
def test_what_is_announced_and_what_is_read_have_one_schema(contract: type[Event]) -> None:
    assert contract.model_json_schema(mode="serialization") == contract.model_json_schema(mode="validation")


def test_no_example_was_edited() -> None:
    assert list(edited_examples(EXAMPLES)) == []


def test_an_edited_or_lost_example_is_noticed(tmp_path: Path) -> None:
    kept, lost = tmp_path / "a.type" / "kept.json", tmp_path / "a.type" / "lost.json"
    kept.parent.mkdir()
    kept.write_text("{}")
    lost.write_text("{}")
    record_checksums(tmp_path)

    kept.write_text('{"edited": true}')
    lost.unlink()
    record_checksums(tmp_path)

    assert [line.split(":")[0] for line in edited_examples(tmp_path)] == [
        "examples/a.type/kept.json was edited",
        "examples/a.type/lost.json was removed",
    ]


def test_an_example_the_contract_no_longer_understands_is_named(tmp_path: Path) -> None:
    contract = SubmissionReceived
    folder = tmp_path / contract.type
    folder.mkdir()
    good = json.loads(examples_of(contract.type, EXAMPLES)["minimal"])
    (folder / "unknown-need.json").write_text(json.dumps(good | {"needs": ["astrology"]}))
    (folder / "unknown-field.json").write_text(json.dumps(good | {"shoe_size": 43}))

    wrong = "\n".join(unreadable_examples(contract, {1: schema_of(contract)}, tmp_path))

    assert "unknown-need.json can no longer be read: invalid-field at needs.0" in wrong
    assert "unknown-field.json comes back changed" in wrong


def reads(contract: type[Event], value: Any) -> bool:
    """Return whether the contract accepts a value, whatever the lists say: they are data, and in no schema."""
    try:
        contract.__pydantic_validator__.validate_json(json.dumps(value), strict=True, context=AS_STORED)
    except ValidationError:
        return False
    return True


def variations(example: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the example with one place replaced by another value, or removed: place, value, whole."""
    for place, parent, name in places(example):
        kept = parent[name]
        for value in ANYTHING:
            parent[name] = value
            yield place, value, example
        parent[name] = kept
        if isinstance(parent, dict):
            rest = dict(parent)
            del parent[name]
            yield place, "left out", example
            parent.clear()
            parent.update(rest)


def places(node: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Yield every place in a JSON value, with its container and its name there."""
    inside = enumerate(node) if isinstance(node, list) else node.items() if isinstance(node, dict) else ()
    found = []
    for name, below in inside:
        found += [(f"{path}/{name}", node, name), *places(below, f"{path}/{name}")]
    return found


@FORMATS.checks("uuid", raises=ValueError)
def is_uuid(value: object) -> bool:
    """The format `uuid`, for texts."""
    return not isinstance(value, str) or bool(UUID(value))


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value: object) -> bool:
    """The format `date-time`, for texts: with its zone."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
