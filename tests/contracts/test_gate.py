"""Contracts grow and never bend: the gate accepts growth, and refuses every other change with a remedy."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, WithJsonSchema

from alongside_contracts.codes import load_codes
from alongside_contracts.codes.code_lists import CODE_PATTERN
from alongside_contracts.codes.fields import HopeCode, NeedCode, ReasonCode
from alongside_contracts.event import Contract
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.schemas.compatibility import Schema, breaks, shape
from alongside_contracts.schemas.gate import BASE_FOLDER, check, main, revise, revisions, schema_of
from alongside_contracts.schemas.opened_lists import RELEASE_OF_ENUMS
from alongside_contracts.schemas.published_codes import record_codes, withdrawn_codes
from alongside_contracts.vocabulary import Hope, Need, Status
from tests.contracts.test_codes import copied_lists, edit


class Seat(Contract):
    """A part of the contract under test."""

    row: int


class Booked(Contract):
    """The contract before a change."""

    id: str = Field(pattern="^[a-z]+$")
    kind: Literal["ticket", "pass"]
    count: int = Field(ge=1, le=10)
    seat: Seat
    note: str | None = None
    tags: tuple[str, ...] = ()


class WithOptional(Booked):
    """An optional field more."""

    colour: str | None = None


class WithRequired(Booked):
    """Old records lack the new required field."""

    colour: str


class Without(Contract):
    """Old readers need the removed field."""

    kind: Literal["ticket", "pass"]
    count: int = Field(ge=1, le=10)
    seat: Seat


class MoreKinds(Booked):
    """Old readers refuse the new code."""

    kind: Literal["ticket", "pass", "season"]  # type: ignore[assignment]


class FewerKinds(Booked):
    """Old records hold the old code."""

    kind: Literal["ticket"]


class OtherType(Booked):
    """Neither version understands the other."""

    count: str  # type: ignore[assignment]


class Tighter(Booked):
    """Old records may hold 10."""

    count: int = Field(ge=1, le=5)


class Looser(Booked):
    """Old readers stop at 10."""

    count: int = Field(ge=1, le=50)


class OtherPattern(Booked):
    """Old records need not match."""

    id: str = Field(pattern="^[a-f]+$")


class OtherDefault(Booked):
    """Records without the field now mean something else."""

    tags: tuple[str, ...] = ("new",)


class NumberedSeat(Seat):
    """A part with a new required field."""

    number: int


class DeepRequired(Booked):
    """The same, one level down."""

    seat: NumberedSeat


BREAKING = (WithRequired, Without, MoreKinds, FewerKinds, OtherType, Tighter, Looser, OtherPattern, OtherDefault, DeepRequired)  # fmt: skip


def test_an_optional_field_may_be_added() -> None:
    assert breaks(Booked.model_json_schema(), WithOptional.model_json_schema()) == ()


def test_descriptions_may_change() -> None:
    schema = Booked.model_json_schema()
    reworded = copy.deepcopy(schema)
    reworded["description"] = "Better said."
    reworded["properties"]["note"]["description"] = "Explained."

    assert breaks(schema, reworded) == ()
    assert shape(schema) == shape(reworded)


@pytest.mark.parametrize("changed", BREAKING, ids=lambda changed: changed.__name__)
def test_a_change_that_breaks_a_reader_is_refused(changed: type[Contract]) -> None:
    assert breaks(Booked.model_json_schema(), changed.model_json_schema())


def test_a_refusal_names_the_field_and_the_broken_side() -> None:
    assert breaks(Booked.model_json_schema(), FewerKinds.model_json_schema()) == (
        "a new reader cannot read earlier records (fields: kind)",
    )
    assert breaks(Booked.model_json_schema(), WithRequired.model_json_schema()) == (
        "a new reader cannot read earlier records (fields: colour)",
    )
    assert breaks(Booked.model_json_schema(), OtherPattern.model_json_schema()) == (
        "the pattern of id changed",
    )


def test_a_contract_that_grew_gets_the_next_revision(tmp_path: Path) -> None:
    folder = tmp_path / SubmissionReceived.type
    grown = changed_schema()
    grown["properties"]["companion"] = {"type": "boolean", "default": False}

    assert list(revise(folder, changed_schema())) == []
    assert list(revise(folder, grown)) == []
    assert list(revise(folder, grown)) == []

    assert sorted(revisions(folder)) == [1, 2]
    assert revisions(folder)[2]["$id"] == f"urn:alongside:schema:{SubmissionReceived.type}:2"


def test_changed_descriptions_are_written_into_the_newest_revision(tmp_path: Path) -> None:
    folder = tmp_path / SubmissionReceived.type
    list(revise(folder, changed_schema()))

    list(revise(folder, changed_schema(description="Better said.")))

    assert {number: kept["description"] for number, kept in revisions(folder).items()} == {1: "Better said."}


def test_a_breaking_change_writes_nothing_and_names_the_remedy(tmp_path: Path) -> None:
    folder = tmp_path / SubmissionReceived.type
    list(revise(folder, changed_schema()))
    changed = changed_schema()
    changed["required"].append("postal_code")

    refused = list(revise(folder, changed))

    assert len(refused) == 1
    assert "revision 1 to 2" in refused[0]
    assert "fields: postal_code" in refused[0]
    assert "declare a new type beside this one" in refused[0]
    assert sorted(revisions(folder)) == [1]


def test_removing_a_code_of_a_closed_list_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / SubmissionReceived.type
    list(revise(folder, changed_schema()))
    changed = changed_schema()
    changed["$defs"]["AgeBand"]["enum"].remove("13-17")

    refused = list(revise(folder, changed))

    assert "cannot read earlier records (fields: age_band)" in refused[0]


def test_an_event_cannot_move_to_another_stream(tmp_path: Path) -> None:
    folder = tmp_path / SubmissionReceived.type
    list(revise(folder, changed_schema()))

    refused = list(revise(folder, changed_schema(**{"x-stream": "crisis.v1"})))

    assert "moved from stream partner.{partner}.referrals.v1 to crisis.v1" in refused[0]


def test_a_removed_field_cannot_return_with_another_type(tmp_path: Path) -> None:
    folder = tmp_path / SubmissionReceived.type
    without, back = changed_schema(), changed_schema()
    del without["properties"]["postal_code"]
    back["properties"]["postal_code"] = {"type": "integer"}

    assert list(revise(folder, changed_schema())) == []
    assert list(revise(folder, without)) == []
    refused = list(revise(folder, back))

    assert "revision 1 to 3" in refused[0]


def test_what_is_published_is_up_to_date() -> None:
    assert list(check(BASE_FOLDER)) == []
    assert main(["--check"]) == 0


def test_outdated_missing_and_withdrawn_contracts_are_reported(tmp_path: Path) -> None:
    for name in ("schemas", "examples"):
        copy_tree(BASE_FOLDER / name, tmp_path / name)
    (tmp_path / "schemas" / "org.alongside.nobody.announced.v1").mkdir()
    reworded = max((tmp_path / "schemas" / SubmissionReceived.type).glob("*.json"))
    reworded.write_text(json.dumps(json.loads(reworded.read_text()) | {"description": "Old words."}))

    output = "\n".join(check(tmp_path))

    assert f"{SubmissionReceived.type} is not up to date: run make schemas" in output
    assert "org.alongside.nobody.announced.v1 has schemas and no contract" in output
    assert "asyncapi.yaml is not up to date" in output


def test_services_do_not_import_the_gates_dependencies() -> None:
    source = "\n".join(
        line
        for file in (BASE_FOLDER / "alongside_contracts").glob("*.py")
        for line in file.read_text().splitlines()
        if line.startswith(("import ", "from "))
    )

    assert not {"jsoncompat", "jsonschema", "yaml"} & set(source.replace("\n", " ").split())


def changed_schema(**words: Any) -> Schema:
    """Return a copy of the schema of partners' submissions, to be changed."""
    return copy.deepcopy(schema_of(SubmissionReceived)) | words


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder of text files."""
    for file in source.rglob("*"):
        if file.is_file():
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(file.read_text())


FIRST_REASONS = [
    code.code for code in load_codes()["reasons"].codes.values() if code.since == RELEASE_OF_ENUMS
]


class OpenKinds(Contract):
    """The contract with open lists."""

    need: NeedCode
    wishes: tuple[HopeCode, ...] = ()
    reason: ReasonCode | None = None
    status: Status = Status.DRAFT


class EnumeratedKinds(Contract):
    """The contract before its lists were opened; the reasons have grown since."""

    need: Need
    wishes: tuple[Hope, ...] = ()
    reason: Annotated[str, WithJsonSchema({"type": "string", "enum": FIRST_REASONS})] | None = None
    status: Status = Status.DRAFT


class Invented(EnumeratedKinds):
    """An enum with a code that is on no list."""

    need: Literal["grief", "astrology"]  # type: ignore[assignment]


def test_an_enum_may_become_the_open_list_that_holds_its_codes() -> None:
    assert breaks(EnumeratedKinds.model_json_schema(), OpenKinds.model_json_schema()) == ()


def test_an_enum_with_a_code_that_is_not_on_the_list_cannot_become_one() -> None:
    refused = breaks(Invented.model_json_schema(), OpenKinds.model_json_schema())

    assert "an earlier reader cannot read new records (fields: need)" in refused


def test_an_open_list_cannot_become_an_enum_again() -> None:
    refused = breaks(OpenKinds.model_json_schema(), EnumeratedKinds.model_json_schema())

    assert "a new reader cannot read earlier records (fields: need, reason, wishes)" in refused


def test_a_closed_list_cannot_be_opened() -> None:
    opened = OpenKinds.model_json_schema()
    opened["properties"]["status"] = {"type": "string", "pattern": CODE_PATTERN, "x-codes": "statuses"}

    assert "an earlier reader cannot read new records (fields: status)" in breaks(
        OpenKinds.model_json_schema(), opened
    )


def test_a_field_cannot_move_to_another_list() -> None:
    moved = OpenKinds.model_json_schema()
    moved["properties"]["need"]["x-codes"] = "hopes"

    assert breaks(OpenKinds.model_json_schema(), moved) == ("the x-codes of need changed",)


def test_a_code_may_be_added_and_neither_removed_nor_moved_nor_less_protected(tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    record_codes(tmp_path, load_codes(folder=folder))
    assert list(withdrawn_codes(tmp_path, load_codes(folder=folder))) == []

    edit(folder / "lists" / "hopes.json", add_code("rest", since="0.2.0"))
    edit(folder / "lists" / "needs.json", lambda it: it["codes"].pop(0))
    edit(folder / "lists" / "needs.json", lambda it: it["codes"][10].update(protected=None))
    edit(folder / "lists" / "modes.json", lambda it: it["codes"][0].update(since="0.2.0"))
    added = record_codes(tmp_path, load_codes(folder=folder))

    assert added == ["rest of hopes"]
    assert [line.split(";")[0] for line in withdrawn_codes(tmp_path, load_codes(folder=folder))] == [
        "in-person of modes was published with since 0.1.0: restore that (now since 0.2.0)",
        "anxiety is gone from needs: restore it and give it a sunset, because records with it are in the log",
        "alcohol of needs was published with since 0.1.0, protected substance-use: restore that (now since 0.1.0)",
    ]


def test_a_new_code_is_recorded_by_make_schemas_if_it_is_of_the_newest_release(tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    record_codes(tmp_path, load_codes(folder=folder))
    edit(folder / "lists" / "hopes.json", add_code("rest", since="0.2.0"))
    edit(folder / "lists" / "hopes.json", add_code("sleep", since="0.1.0"))
    codes = load_codes(folder=folder)

    assert list(withdrawn_codes(tmp_path, codes)) == [
        "rest of hopes is new: run make schemas",
        "sleep of hopes is new: let since be 0.2.0, the newest release",
    ]
    assert record_codes(tmp_path, codes) == ["rest of hopes"]


def add_code(code: str, *, since: str) -> Callable[[Any], None]:
    """Return a change that adds a code to a list."""
    return lambda it: it["codes"].append(it["codes"][0] | {"code": code, "since": since})
