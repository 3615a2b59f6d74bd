"""A region's numbers are read from a file; a wrong file is refused at start, with the wrong fields."""

import json
from pathlib import Path

import pytest

from alongside_intake.policy_file import PolicyFileError, read_policies
from alongside_intake.settings import SHIPPED_POLICIES
from tests.unit.intake.facts import CODES


@pytest.mark.parametrize(("region", "postal_code"), [("us-fl-miami", "33130"), ("us-oh-columbus", "43215")])
def test_the_shipped_regions_accept_their_own_postal_codes(region: str, postal_code: str) -> None:
    policies = read_policies(SHIPPED_POLICIES, CODES)

    assert policies.serves(region)
    assert postal_code.startswith(policies.of(region).postal_prefixes)


def test_every_shipped_region_names_help_for_a_crisis_and_for_immediate_danger() -> None:
    policies = read_policies(SHIPPED_POLICIES, CODES)

    for policy in (*policies.regions.values(), policies.elsewhere):
        assert {resource.purpose for resource in policy.crisis_resources} == {"crisis", "immediate-danger"}


def test_the_jurisdictions_crisis_numbers_are_those_of_the_domain() -> None:
    policies = read_policies(SHIPPED_POLICIES, CODES)

    assert [resource.number for resource in policies.of("us-fl-miami").crisis_resources] == ["988", "911"]
    assert policies.of("ie-dublin").crisis_resources[0].number == "116 123"
    assert [resource.number for resource in policies.of("gb-manchester").crisis_resources] == [
        "116 123",
        "999",
    ]


def test_an_unknown_region_has_the_policy_elsewhere() -> None:
    policies = read_policies(SHIPPED_POLICIES, CODES)

    assert not policies.serves("us-ak-nome")
    assert policies.of("us-ak-nome") is policies.elsewhere


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"cannot read the region policies at .*absent\.json"):
        read_policies(tmp_path / "absent.json", CODES)


def test_a_wrong_number_is_named_by_its_place(tmp_path: Path) -> None:
    document = json.loads(SHIPPED_POLICIES.read_text())
    document["regions"]["us-fl-miami"]["escalation_minutes_max"] = 0
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(document))

    with pytest.raises(PolicyFileError, match=r"regions\.us-fl-miami\.escalation_minutes_max"):
        read_policies(wrong, CODES)
