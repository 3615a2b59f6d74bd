"""The regions' numbers."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside_matching.policy_file import PolicyFileError, read_policies
from alongside_matching.settings import SHIPPED_POLICIES
from tests.builders import SUNDAY_NOON


def written(folder: Path, **changes: Any) -> Path:
    """The shipped file with some parts replaced."""
    file = folder / "regions.json"
    file.write_text(json.dumps(json.loads(SHIPPED_POLICIES.read_text()) | changes))
    return file


def test_the_shipped_policies_can_be_read() -> None:
    assert read_policies(SHIPPED_POLICIES).of("us-fl-miami").respond_hours > 0


def test_a_region_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    file = written(tmp_path, regions={"us-fl-miami": {"respond_hours": 24, "weights": {"free_places": 0.9}}})

    policies = read_policies(file)

    assert policies.of("us-fl-miami").respond_hours == 24
    assert policies.of("us-fl-miami").weights.free_places == 0.9
    assert policies.of("us-fl-miami").weights.shared_need == policies.of("elsewhere").weights.shared_need
    assert policies.of("us-fl-miami").wake_max == policies.of("elsewhere").wake_max


@pytest.mark.parametrize("changes", [{"respond_hours": 0}, {"respond_hours": "soon"}, {"invented": 1}])
def test_a_number_no_rule_can_work_with_is_refused_at_the_start(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    file = written(tmp_path, regions={"us-fl-miami": changes})

    with pytest.raises(PolicyFileError, match=next(iter(changes))):
        read_policies(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="nowhere"):
        read_policies(tmp_path / "nowhere.json")


def test_an_urgent_proposal_has_less_time_than_a_routine_one() -> None:
    policy = read_policies(SHIPPED_POLICIES).everywhere

    assert policy.answer_due("urgent", SUNDAY_NOON) < policy.answer_due("routine", SUNDAY_NOON)
    assert policy.answer_due("routine", SUNDAY_NOON) == SUNDAY_NOON + timedelta(hours=policy.respond_hours)
