"""Where codes come in they must be listed; readers of the network's own streams carry any well-formed code along."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alongside_contracts.codes import Codes, load_codes, using
from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.event import Event, parse
from alongside_contracts.intake import Submission, SubmissionReceived
from alongside_contracts.registry import all_events
from alongside_contracts.schemas.examples import examples_of
from alongside_contracts.schemas.gate import BASE_FOLDER
from alongside_contracts.vocabulary import ProblemCode
from tests.contracts.test_codes import OWN_NEED, copied_lists, edit, with_region

SUBMISSION: dict[str, Any] = {
    "region": "us-fl-miami",
    "reference": "r-1",
    "person_reference": "p-1",
    "setting": "hospital",
    "needs": ["grief"],
}
OWN_STREAMS = [contract for contract in all_events() if contract.announced_by != "partner"]


@pytest.mark.parametrize("contract", OWN_STREAMS, ids=lambda contract: contract.__name__)
def test_a_reader_of_our_own_streams_carries_every_unknown_code_along(contract: type[Event]) -> None:
    full = json.loads(examples_of(contract.type, BASE_FOLDER / "examples")["full"])
    tomorrow, changed = of_tomorrow(contract.model_json_schema(), full)

    event = parse(contract, json.dumps(tomorrow).encode())

    assert event.model_dump_json().count("-of-tomorrow") == json.dumps(tomorrow).count("-of-tomorrow")
    assert changed or contract.__name__ in {
        "IntakeResumed",
        "MatchAccepted",
        "MatchLapsed",
        "MatchWaitlisted",
        "PartnerStreamResumed",
        "PersonErased",
    }


@pytest.mark.parametrize(
    ("field", "value", "where", "says"),
    [
        ("needs", ["depresion"], "needs.0", "send a listed code, such as depression"),
        ("needs", ["grief", "Child Welfare"], "needs.1", "such as child-welfare"),
        ("needs", ["qqqq"], "needs.0", "send a listed code; GET /codes/needs lists the codes"),
        ("avoid_needs", ["traumma"], "avoid_needs.0", "such as trauma"),
        ("risks", ["wants-to-die"], "risks.0", "GET /codes/risks lists the codes"),
        ("setting", "hospitel", "setting", "such as hospital"),
        ("formats", ["one to one"], "formats.0", "such as one-to-one"),
        ("modes", ["zz"], "modes.0", "send one of in-person, phone, video, text"),
        ("consent", {"decision": "given", "categories": ["need"]}, "consent.categories.0", "such as needs"),
        ("consent", {"decision": "given", "method": "verbally"}, "consent.method", "such as verbal"),
    ],
)  # fmt: skip
def test_a_partners_unknown_code_is_refused_with_the_nearest_and_the_address_of_the_list(
    field: str, value: Any, where: str, says: str
) -> None:
    with pytest.raises(MalformedEvent) as refused:
        parse(SubmissionReceived, json.dumps(SUBMISSION | {field: value}).encode())

    assert (refused.value.code, refused.value.where) == (ProblemCode.INVALID_FIELD, where)
    assert says in refused.value.remedy
    assert "qqqq" not in refused.value.remedy


def test_a_code_of_the_next_release_is_taken_once_the_network_is_on_it(tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    edit(
        folder / "lists" / "needs.json",
        lambda it: it["codes"].append(OWN_NEED | {"code": "gambling", "since": "0.2.0"}),
    )

    with using(load_codes(folder=folder, release="0.1.0")), pytest.raises(MalformedEvent) as refused:
        submitted(needs=["gambling"])
    with using(load_codes(folder=folder, release="0.2.0")):
        taken = submitted(needs=["gambling"])

    assert "this code is taken once the network is on release 0.2.0" in refused.value.remedy
    assert taken.needs == ("gambling",)


def test_a_code_whose_sunset_has_come_is_not_taken_any_more_and_still_read_where_it_is_stored(
    tmp_path: Path,
) -> None:
    folder = copied_lists(tmp_path)
    edit(
        folder / "lists" / "needs.json",
        lambda it: it["codes"][8].update(sunset="0.2.0", broader="anxiety"),
    )
    stored = json.dumps(SUBMISSION | {"needs": ["stress"]})

    with using(load_codes(folder=folder, release="0.2.0")) as codes:
        with pytest.raises(MalformedEvent, match="this code is no longer taken: send anxiety"):
            submitted(needs=["stress"])

        assert Submission.model_validate_json(stored, context=AS_STORED).needs == ("stress",)
        assert "stress" not in [code.code for code in codes.offered("needs")]
        assert codes["needs"].codes["stress"].label("en", "staff") == "Stress"


def test_a_list_longer_than_its_limit_is_refused_before_its_codes_are_read() -> None:
    with pytest.raises(ValidationError) as refused:
        Submission.model_validate(SUBMISSION | {"needs": ("qqqq",) * 50_000, "hopes": ("rest", "sleep")})

    assert [(each["loc"], each["type"]) for each in refused.value.errors()] == [
        (("needs",), "too_long"),
        (("hopes", 0), "unlisted_code"),
        (("hopes", 1), "unlisted_code"),
    ]


@pytest.fixture
def miami(tmp_path: Path) -> Iterator[Codes]:
    """Work with Miami's own need."""
    with using(with_region(tmp_path, needs=[OWN_NEED])) as codes:
        yield codes


@pytest.mark.usefixtures("miami")
def test_a_regions_own_code_is_taken_in_its_region_alone() -> None:
    assert submitted(needs=["hurricane-loss"]).needs == ("hurricane-loss",)
    with pytest.raises(MalformedEvent) as refused:
        submitted(region="us-oh-columbus", needs=["hurricane-loss"])

    assert refused.value.where == "needs.0"
    assert (
        refused.value.remedy == "this code is another region's: send grief; GET /codes/needs lists the codes"
    )


@pytest.mark.usefixtures("miami")
def test_the_address_of_the_list_names_a_region_with_its_own_codes() -> None:
    with pytest.raises(MalformedEvent) as refused:
        submitted(needs=["huricane-loss"])

    assert refused.value.remedy == (
        "send a listed code, such as hurricane-loss; GET /codes/needs?region=us-fl-miami lists the codes"
    )


def submitted(**changes: Any) -> SubmissionReceived:
    """Read a submission as intake does. Raises MalformedEvent."""
    event = parse(SubmissionReceived, json.dumps(SUBMISSION | changes).encode())
    assert isinstance(event, SubmissionReceived)
    return event


def of_tomorrow(schema: dict[str, Any], value: Any) -> tuple[Any, bool]:
    """Return a value with every code of an open list replaced by one nobody knows, and whether there was any."""
    return replaced(schema, schema, value)


def replaced(node: dict[str, Any], root: dict[str, Any], value: Any) -> tuple[Any, bool]:
    """Return the value of one node of the schema, replaced."""
    if "$ref" in node:
        node = root["$defs"][node["$ref"].rpartition("/")[2]]
    if "x-codes" in node:
        return f"{node['x-codes']}-of-tomorrow", True
    for option in node.get("anyOf", []):
        if option != {"type": "null"} and value is not None:
            return replaced(option, root, value)
    if isinstance(value, list):
        items = [replaced(node.get("items", {}), root, item) for item in value]
        return [item for item, _ in items], any(changed for _, changed in items)
    if isinstance(value, dict):
        properties = node.get("properties", {})
        fields = {name: replaced(properties.get(name, {}), root, child) for name, child in value.items()}
        return {name: child for name, (child, _) in fields.items()}, any(c for _, c in fields.values())
    return value, False
