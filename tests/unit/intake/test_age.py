"""A person without an age band is no adult where minors are likely; elsewhere nobody has to state an age."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from alongside_contracts.codes import load_codes
from alongside_intake.domain.age import age_problems, may_be_minor
from alongside_intake.domain.decide import Admitted, Held
from alongside_intake.domain.problem import Code
from tests.unit.intake.facts import CODES, SUBMISSION, decide_submission

MINORS_LIKELY = ["education", "child-welfare", "a-setting-of-tomorrow"]


@pytest.mark.parametrize("setting", MINORS_LIKELY)
def test_a_missing_age_band_is_asked_for_where_minors_are_likely(setting: str) -> None:
    problems = list(age_problems(replace(SUBMISSION, setting=setting, age_band=None), CODES))

    assert [(problem.code, problem.where) for problem in problems] == [(Code.AGE_BAND_MISSING, "age_band")]
    assert problems[0].remedy


@pytest.mark.parametrize(("broader", "expected"), [("education", True), ("community", False)])
def test_a_regions_own_setting_is_as_its_broader_one(broader: str, expected: bool, tmp_path: Path) -> None:
    labels = {language: {"staff": "Boatyard", "person": "A boatyard"} for language in ("en", "es")}
    own = {
        "code": "boatyard",
        "description": "A boatyard.",
        "since": "0.1.0",
        "broader": broader,
        "labels": labels,
    }
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": {"settings": [own]}}), encoding="utf-8")

    referred = replace(SUBMISSION, setting="boatyard", age_band=None)

    assert may_be_minor(referred, load_codes(regions=tmp_path)) is expected


@pytest.mark.parametrize("setting", sorted(CODES["settings"].names - set(MINORS_LIKELY)))
def test_from_any_other_setting_nobody_has_to_state_an_age(setting: str) -> None:
    assert decide_submission(replace(SUBMISSION, setting=setting, age_band=None)) == Admitted()


@pytest.mark.parametrize(
    ("setting", "band", "expected"),
    [
        ("education", None, True),
        ("education", "13-17", True),
        ("education", "18-25", False),
        ("hospital", None, False),
        ("hospital", "under-13", True),
        ("hospital", "65-plus", False),
    ],
)
def test_a_person_may_be_a_minor_by_their_age_or_for_want_of_one(
    setting: str, band: str | None, expected: bool
) -> None:
    assert may_be_minor(replace(SUBMISSION, setting=setting, age_band=band), CODES) is expected


def test_until_the_age_is_known_a_guardian_has_to_agree_to_a_meeting_alone() -> None:
    unknown = replace(SUBMISSION, setting="education", age_band=None)

    decision = decide_submission(unknown)

    assert isinstance(decision, Held)
    assert [problem.code for problem in decision.problems] == [
        Code.AGE_BAND_MISSING,
        Code.GUARDIAN_CONSENT_MISSING,
    ]


def test_a_guardians_consent_does_not_replace_the_age_band() -> None:
    unknown = replace(SUBMISSION, setting="education", age_band=None, guardian_consent=True)

    decision = decide_submission(unknown)

    assert isinstance(decision, Held)
    assert [problem.code for problem in decision.problems] == [Code.AGE_BAND_MISSING]
