"""A region's policy is read from a file; a file that would break a rule is refused at start."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from alongside_contracts.vocabulary import Actor
from alongside_referrals.domain.business_days import Span
from alongside_referrals.domain.codes import WaitKind
from alongside_referrals.domain.policy import LastRungAction
from alongside_referrals.policy_file import PolicyFileError, read_policies
from alongside_referrals.settings import SHIPPED_POLICIES


def test_the_shipped_policies_have_the_numbers_of_the_domain() -> None:
    miami = read_policies(SHIPPED_POLICIES).of("us-fl-miami")

    response = miami.ladders[WaitKind.RESPONSE]
    assert [rung.actor for rung in response.rungs] == [Actor.TARGET, Actor.TARGET, Actor.SUPERVISOR]
    assert (response.rungs[0].within, response.at_the_top) == (Span(business_days=2), LastRungAction.RECALL)
    assert (miami.note_within, miami.contact_attempts_min) == (Span(days=15), 3)
    assert not miami.calendar.is_business_day(date(2026, 11, 26))


def test_a_region_that_is_not_in_the_file_has_a_policy_too() -> None:
    assert read_policies(SHIPPED_POLICIES).of("nowhere").calendar.zone.key == "UTC"


def test_a_region_may_differ_from_the_standard(tmp_path: Path) -> None:
    def differ(document: dict[str, Any]) -> None:
        document["regions"]["ie-dublin"] |= {
            "contact_attempts_min": 5,
            "weekend": ["sunday"],
            "ladders": {
                "place": {"rungs": [{"actor": "supervisor", "within": {"days": 1}}], "at_the_top": "recall"}
            },
        }

    dublin = read_policies(changed(tmp_path, differ)).of("ie-dublin")

    assert (dublin.contact_attempts_min, dublin.calendar.weekend) == (5, frozenset({7}))
    assert dublin.ladders[WaitKind.PLACE].at_the_top is LastRungAction.RECALL
    assert dublin.ladders[WaitKind.MATCH].rungs[0].actor == Actor.MATCHING


def no_such_zone(document: dict[str, Any]) -> None:
    document["regions"]["ie-dublin"]["zone"] = "Dublin"


def no_such_holidays(document: dict[str, Any]) -> None:
    document["regions"]["ie-dublin"]["holidays"] = "mars"


def no_ladder_for_a_wait(document: dict[str, Any]) -> None:
    del document["standard"]["ladders"]["place"]


def a_ladder_without_rungs(document: dict[str, Any]) -> None:
    document["standard"]["ladders"]["place"]["rungs"] = []


def no_time_at_all(document: dict[str, Any]) -> None:
    document["standard"]["note_within"] = {"days": 0}


def a_misspelt_word(document: dict[str, Any]) -> None:
    document["standard"]["contact_attempt_min"] = 3


@pytest.mark.parametrize(
    "fault",
    [
        no_such_zone,
        no_such_holidays,
        no_ladder_for_a_wait,
        a_ladder_without_rungs,
        no_time_at_all,
        a_misspelt_word,
    ],
)
def test_a_policy_file_that_would_break_a_rule_is_refused(
    tmp_path: Path, fault: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(PolicyFileError, match="referral policies at"):
        read_policies(changed(tmp_path, fault))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"nowhere\.json"):
        read_policies(tmp_path / "nowhere.json")


def changed(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    document = json.loads(SHIPPED_POLICIES.read_text())
    change(document)
    file = folder / "regions.json"
    file.write_text(json.dumps(document))
    return file
