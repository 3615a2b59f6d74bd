"""Policies are read, checked, changed by region, and identified by a version."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside_matching.engine.policy import numbers
from alongside_matching.policy_file import PolicyFileError, parse_policy, read_policies
from alongside_matching.settings import SHIPPED_POLICIES
from tests.builders import SUNDAY_NOON


def written(folder: Path, **changes: Any) -> Path:
    """Write the shipped file with some parts replaced."""
    file = folder / "regions.json"
    file.write_text(json.dumps(json.loads(SHIPPED_POLICIES.read_text()) | changes))
    return file


def test_the_shipped_policies_can_be_read() -> None:
    assert read_policies(SHIPPED_POLICIES).of("us-fl-miami").respond_hours > 0


def test_a_region_changes_the_numbers_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    file = written(tmp_path, regions={"us-fl-miami": {"respond_hours": 24, "weights": {"free_places": 0.9}}})

    policies = read_policies(file)

    assert policies.of("us-fl-miami").respond_hours == 24
    assert policies.of("us-fl-miami").weights.free_places == 0.9
    assert policies.of("us-fl-miami").weights.shared_need == policies.of("elsewhere").weights.shared_need
    assert policies.of("us-fl-miami").wake_max == policies.of("elsewhere").wake_max


@pytest.mark.parametrize(
    "changes",
    [
        {"respond_hours": 0},
        {"respond_hours": "soon"},
        {"invented": 1},
        {"weights": {"shared_need": -1}},
        {"weights": {"shared_need": 0, "free_places": 0}},
        {"weights": {"charm": 1}},
        {"weights": 3},
        {"curves": {"load": [[0, 0], [1, 1]]}},
        {"curves": {"common_minutes": [[0, 1], [60, 0]]}},
        {"curves": {"distance_km": [[0, 1]]}},
        {"curves": {"distance_km": [[5, 1], [5, 0]]}},
        {"curves": {"distance_km": [[0, 2], [5, 0]]}},
        {"curves": {"distance_km": "near"}},
        {"curves": {"distance_km": [[0, 1], [5]]}},
        {"curves": {"distance_km": [[0, 1], ["far", 0]]}},
        {"curves": {"distance_km": 7}},
        {"sharing": {"waits_cost": 0}},
        {"sharing": {"crowding": 2}},
    ],
    ids=str,
)
def test_an_invalid_number_is_refused_at_start(tmp_path: Path, changes: dict[str, Any]) -> None:
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


def test_a_region_changes_one_curve_and_keeps_the_others(tmp_path: Path) -> None:
    file = written(tmp_path, regions={"us-fl-miami": {"curves": {"distance_km": [[0, 1], [10, 0]]}}})

    policies = read_policies(file)

    assert policies.of("us-fl-miami").curves.distance_km.at(5) == 0.5
    assert policies.of("us-fl-miami").curves.load == policies.everywhere.curves.load


def test_a_policy_can_be_read_back_from_its_numbers() -> None:
    policy = read_policies(SHIPPED_POLICIES).everywhere

    assert parse_policy(json.loads(json.dumps(numbers(policy)))) == policy


def test_numbers_that_are_no_policy_are_refused() -> None:
    with pytest.raises(PolicyFileError, match="respond_hours"):
        parse_policy({"respond_hours": -1})


def places_in(plain: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path to every number in a document."""
    if isinstance(plain, dict):
        return [place for key, value in plain.items() for place in places_in(value, (*path, key))]
    if isinstance(plain, list):
        return [place for key, value in enumerate(plain) for place in places_in(value, (*path, key))]
    return [path] if isinstance(plain, int | float) else []


SHIPPED = json.loads(SHIPPED_POLICIES.read_text())["everywhere"]


@pytest.mark.parametrize("place", places_in(SHIPPED), ids=lambda place: "/".join(map(str, place)))
def test_whichever_number_changes_the_version_changes(place: tuple[Any, ...]) -> None:
    changed = json.loads(json.dumps(SHIPPED))
    inside = changed
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = inside[place[-1]] + (
        1 if isinstance(inside[place[-1]], int) and place[0] != "curves" else 0.001
    )
    if place[0] == "curves" and inside[1] > 1:
        inside[1] -= 0.002

    assert parse_policy(changed).version != parse_policy(SHIPPED).version


def test_the_same_numbers_are_the_same_version_wherever_they_are_written(tmp_path: Path) -> None:
    everywhere = read_policies(SHIPPED_POLICIES).everywhere
    region = read_policies(written(tmp_path, regions={"us-fl-miami": {"wake_max": everywhere.wake_max}}))

    assert region.of("us-fl-miami").version == everywhere.version
