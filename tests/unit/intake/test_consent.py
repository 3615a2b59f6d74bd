"""Consent is a record of what may be disclosed until when; and a minor needs a guardian's consent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alongside_intake.domain.consent import consent_problems, guardian_problems
from alongside_intake.domain.facts import ConsentRecord, Facts
from alongside_intake.domain.problem import Code, Problem
from tests.unit.intake.facts import (
    CODES,
    CONSENT,
    EXPIRED_CONSENT,
    NOW,
    PART_2_CONSENT,
    REFUSED_CONSENT,
    SUBMISSION,
)


def test_a_partner_needs_consent_to_refer() -> None:
    assert codes(replace(SUBMISSION, consent=None)) == [(Code.CONSENT_MISSING, "consent")]


def test_a_person_who_asks_for_themself_consents_by_asking() -> None:
    assert codes(replace(SUBMISSION, setting="self", consent=None)) == []


def test_a_refused_consent_is_honoured_for_every_submitter() -> None:
    refused = replace(SUBMISSION, setting="self", consent=REFUSED_CONSENT)

    assert codes(refused) == [(Code.CONSENT_REFUSED, "consent.decision")]


@pytest.mark.parametrize("need", ["substance-use", "alcohol", "opioids", "a-need-of-tomorrow"])
def test_substance_use_data_needs_consent_by_name(need: str) -> None:
    submission = replace(SUBMISSION, needs=frozenset({need, "grief"}))

    assert codes(submission) == [(Code.CONSENT_MISSING, "consent.categories")]
    assert codes(replace(submission, consent=PART_2_CONSENT)) == []


def test_an_expired_consent_counts_as_missing() -> None:
    assert codes(replace(SUBMISSION, consent=EXPIRED_CONSENT)) == [
        (Code.CONSENT_MISSING, "consent.expires_at")
    ]


def test_consent_is_valid_until_the_moment_it_expires() -> None:
    ending = replace(CONSENT, expires_at=NOW + timedelta(seconds=1))

    assert codes(replace(SUBMISSION, consent=ending)) == []


def test_every_gap_of_a_consent_is_named_at_once() -> None:
    submission = replace(SUBMISSION, needs=frozenset({"opioids"}), consent=EXPIRED_CONSENT)

    assert [where for _, where in codes(submission)] == ["consent.expires_at", "consent.categories"]


@pytest.mark.parametrize("band", ["under-13", "13-17"])
def test_a_minor_is_not_met_one_to_one_without_a_guardians_consent(band: str) -> None:
    minor = replace(SUBMISSION, age_band=band, formats=frozenset({"one-to-one", "group"}))

    assert [problem.code for problem in guardian_problems(minor, CODES)] == [Code.GUARDIAN_CONSENT_MISSING]


def test_a_minor_open_to_any_format_needs_a_guardians_consent() -> None:
    minor = replace(SUBMISSION, age_band="13-17", formats=frozenset())

    assert list(guardian_problems(minor, CODES)) != []


@pytest.mark.parametrize(
    "fine",
    [
        replace(SUBMISSION, age_band="13-17", guardian_consent=True),
        replace(SUBMISSION, age_band="13-17", formats=frozenset({"group", "chat"})),
        replace(SUBMISSION, age_band="18-25", formats=frozenset({"one-to-one"})),
        replace(SUBMISSION, age_band=None),
    ],
    ids=["guardian consented", "groups only", "an adult", "age not given"],
)
def test_an_adult_or_a_group_needs_no_guardians_consent(fine: Facts) -> None:
    assert list(guardian_problems(fine, CODES)) == []


def test_a_consent_to_another_purpose_does_not_cover_a_referral() -> None:
    research = replace(CONSENT, purpose="a-purpose-of-tomorrow")

    assert codes(replace(SUBMISSION, consent=research)) == [(Code.CONSENT_MISSING, "consent.purpose")]


def test_a_need_of_a_newer_release_counts_as_protected_and_the_remedy_says_so() -> None:
    submission = replace(SUBMISSION, needs=frozenset({"a-need-of-tomorrow"}))

    (problem,) = consent_problems(submission, CODES, NOW)

    assert (problem.code, problem.where) == (Code.CONSENT_MISSING, "consent.categories")
    assert problem.remedy.endswith("a need is not known in this release, so it counts as protected")


def test_a_format_of_a_newer_release_may_be_one_to_one() -> None:
    minor = replace(SUBMISSION, age_band="13-17", formats=frozenset({"group", "a-format-of-tomorrow"}))

    assert [problem.code for problem in guardian_problems(minor, CODES)] == [Code.GUARDIAN_CONSENT_MISSING]


def test_the_expiry_of_consent_is_compared_with_the_time_passed_in() -> None:
    consent = ConsentRecord(given=True, expires_at=NOW)

    assert list(consent_problems(replace(SUBMISSION, consent=consent), CODES, NOW - timedelta(days=1))) == []


def codes(submission: Facts) -> list[tuple[Code, str]]:
    """Return what the consent rules find, as code and place."""
    found: list[Problem] = list(consent_problems(submission, CODES, NOW))
    return [(problem.code, problem.where) for problem in found]
