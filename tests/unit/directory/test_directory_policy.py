"""The directory's policy file names the regions that have directories."""

import json
from pathlib import Path

import pytest

from alongside_directory.policy import DirectoryPolicyError, read_directory_policies
from alongside_directory.settings import SHIPPED_POLICIES as SHIPPED_DIRECTORY_POLICIES
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES


def written(tmp_path: Path, document: object) -> Path:
    """Write a policy file."""
    file = tmp_path / "directory.json"
    file.write_text(json.dumps(document))
    return file


def test_every_region_that_is_shipped_has_directories_and_an_area() -> None:
    shipped = read_directory_policies(SHIPPED_DIRECTORY_POLICIES)

    assert shipped.keys() == read_policies(SHIPPED_POLICIES).regions.keys()
    assert all(policy.area is not None for policy in shipped.values())
    assert {policy.retire_share_max for policy in shipped.values()} == {0.2}


def test_a_region_may_leave_out_everything(tmp_path: Path) -> None:
    policy = read_directory_policies(written(tmp_path, {"regions": {"us-fl-miami": {}}}))["us-fl-miami"]

    assert (policy.retire_share_max, policy.area) == (0.2, None)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"regions": {"Miami": {}}},
        {"regions": {"us-fl-miami": {"retire_share_max": 1.1}}},
        {"regions": {"us-fl-miami": {"retire_share_max": -0.1}}},
        {"regions": {"us-fl-miami": {"invented": 1}}},
        {"regions": {"us-fl-miami": {"area": {"latitude": 91, "longitude": 0, "km": 1}}}},
        {"regions": {"us-fl-miami": {"area": {"latitude": 1, "longitude": 1, "km": 0}}}},
        {"regions": {"us-fl-miami": {"area": {"latitude": 1, "longitude": 1}}}},
        "regions",
    ],
    ids=str,
)
def test_an_invalid_policy_file_is_refused_at_start(tmp_path: Path, document: object) -> None:
    with pytest.raises(DirectoryPolicyError, match=r"directory\.json"):
        read_directory_policies(written(tmp_path, document))


def test_a_missing_policy_file_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(DirectoryPolicyError, match="ALONGSIDE_DIRECTORY_POLICY_FILE"):
        read_directory_policies(tmp_path / "none.json")
