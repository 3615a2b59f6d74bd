"""Consent is a record of what may be disclosed until when; and a minor needs a guardian's consent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alongside_intake.domain.consent import CLOCK_SKEW_MAX, consent_problems, guardian_problems
from alongside_intake.domain.facts import Facts
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
    unnamed = replace(PART_2_CONSENT, categories=CONSENT.categories)
    submission = replace(SUBMISSION, needs=frozenset({need, "grief"}), consent=unnamed)

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
    empty = replace(EXPIRED_CONSENT, categories=frozenset(), purpose="a-purpose-of-tomorrow")
    submission = replace(SUBMISSION, needs=frozenset({"opioids"}), consent=empty)

    assert [where.removeprefix("consent.") for _, where in codes(submission)] == [
        "signed_at", "expires_at", "purpose", "categories", "categories",
    ]  # fmt: skip


@pytest.mark.parametrize("categories", [set(), {"contact"}, {"contact", "substance-use"}])
@pytest.mark.parametrize("setting", ["hospital", "self"])
def test_a_consent_that_does_not_name_the_needs_covers_nothing(categories: set[str], setting: str) -> None:
    consent = replace(CONSENT, categories=frozenset(categories))

    assert codes(replace(SUBMISSION, setting=setting, consent=consent)) == [
        (Code.CONSENT_MISSING, "consent.categories")
    ]


def test_a_consent_is_signed_by_now_but_for_the_difference_of_two_clocks() -> None:
    now = replace(CONSENT, signed_at=NOW + CLOCK_SKEW_MAX)
    later = replace(CONSENT, signed_at=NOW + CLOCK_SKEW_MAX + timedelta(seconds=1))

    assert codes(replace(SUBMISSION, consent=now)) == []
    assert codes(replace(SUBMISSION, consent=later)) == [(Code.CONSENT_MISSING, "consent.signed_at")]


@pytest.mark.parametrize("begun", [timedelta(), timedelta(minutes=4), timedelta(days=-3)])
@pytest.mark.parametrize("lasts", [timedelta(), timedelta(hours=-1), timedelta(days=-400)])
def test_a_consent_that_ends_before_it_begins_covers_nothing(begun: timedelta, lasts: timedelta) -> None:
    backwards = replace(CONSENT, signed_at=NOW + begun, expires_at=NOW + begun + lasts)

    assert codes(replace(SUBMISSION, consent=backwards)) == [(Code.CONSENT_MISSING, "consent.expires_at")]


@pytest.mark.parametrize("need", ["opioids", "a-need-of-tomorrow"])
def test_protected_data_need_a_consent_that_says_when_it_was_signed(need: str) -> None:
    unsigned = replace(PART_2_CONSENT, signed_at=None)

    assert codes(replace(SUBMISSION, needs=frozenset({need}), consent=unsigned)) == [
        (Code.CONSENT_MISSING, "consent.signed_at")
    ]
    assert codes(replace(SUBMISSION, consent=unsigned)) == []


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
        replace(SUBMISSION, setting="education", age_band="18-25"),
        replace(SUBMISSION, setting="education", age_band=None, formats=frozenset({"group"})),
    ],
    ids=[
        "guardian consented",
        "groups only",
        "an adult",
        "no age",
        "a student",
        "no age from a school, groups only",
    ],
)
def test_an_adult_or_a_group_needs_no_guardians_consent(fine: Facts) -> None:
    assert list(guardian_problems(fine, CODES)) == []


def test_a_consent_to_another_purpose_does_not_cover_a_referral() -> None:
    research = replace(CONSENT, purpose="a-purpose-of-tomorrow")

    assert codes(replace(SUBMISSION, consent=research)) == [(Code.CONSENT_MISSING, "consent.purpose")]


def test_a_need_of_a_newer_release_counts_as_protected_and_the_remedy_says_so() -> None:
    submission = replace(SUBMISSION, needs=frozenset({"a-need-of-tomorrow"}))

    *_, problem = consent_problems(submission, CODES, NOW)

    assert (problem.code, problem.where) == (Code.CONSENT_MISSING, "consent.categories")
    assert problem.remedy.endswith("a need is not known in this release, so it counts as protected")


def test_a_format_of_a_newer_release_may_be_one_to_one() -> None:
    minor = replace(SUBMISSION, age_band="13-17", formats=frozenset({"group", "a-format-of-tomorrow"}))

    assert [problem.code for problem in guardian_problems(minor, CODES)] == [Code.GUARDIAN_CONSENT_MISSING]


def test_the_expiry_of_consent_is_compared_with_the_time_passed_in() -> None:
    consent = replace(CONSENT, expires_at=NOW)

    assert list(consent_problems(replace(SUBMISSION, consent=consent), CODES, NOW - timedelta(days=1))) == []


def codes(submission: Facts) -> list[tuple[Code, str]]:
    """Return what the consent rules find, as code and place."""
    found: list[Problem] = list(consent_problems(submission, CODES, NOW))
    return [(problem.code, problem.where) for problem in found]
