"""Which people a region serves, and what intake suggests to a person who is not quite ready."""

from dataclasses import replace

import pytest

from alongside_intake.domain.facts import Facts, ReadinessAnswers
from alongside_intake.domain.problem import Code
from alongside_intake.domain.readiness import Suggestion, suggestions
from alongside_intake.domain.region import region_problems
from tests.unit.intake.facts import CODES, MIAMI, POLICIES, SUBMISSION


def test_an_unknown_region_is_outside_the_network() -> None:
    assert found(replace(SUBMISSION, region="us-ak-nome")) == [(Code.OUTSIDE_REGION, "region")]


def test_a_postal_code_of_another_region_is_outside_the_region() -> None:
    assert found(replace(SUBMISSION, postal_code="90210")) == [(Code.OUTSIDE_REGION, "postal_code")]


@pytest.mark.parametrize("postal_code", ["33130", "331 30", None])
def test_a_postal_code_of_the_region_or_none_is_accepted(postal_code: str | None) -> None:
    assert found(replace(SUBMISSION, postal_code=postal_code)) == []


def test_an_age_band_the_region_does_not_serve_is_not_eligible() -> None:
    assert found(replace(SUBMISSION, age_band="under-13")) == [(Code.NOT_ELIGIBLE, "age_band")]


def test_nobody_is_rejected_for_not_giving_their_age() -> None:
    assert found(replace(SUBMISSION, age_band=None)) == []


def test_a_person_not_comfortable_sharing_is_suggested_an_online_community() -> None:
    assert suggested(sharing=1, listening=5) == (Suggestion.ONLINE_COMMUNITY_FIRST,)


def test_a_person_not_comfortable_listening_is_suggested_one_to_one() -> None:
    assert suggested(sharing=5, listening=2) == (Suggestion.ONE_TO_ONE_FIRST,)


def test_one_to_one_is_not_suggested_when_it_is_the_only_format_wanted() -> None:
    assert suggested(sharing=5, listening=1, formats=frozenset({"one-to-one"})) == ()


def test_a_person_who_wants_professional_help_is_suggested_it() -> None:
    assert suggested(sharing=5, listening=5, professional=True) == (Suggestion.PROFESSIONAL_SERVICE,)


def test_comfort_at_the_regions_minimum_suggests_nothing() -> None:
    assert suggested(sharing=2, listening=3) == ()


def test_without_readiness_answers_nothing_is_suggested() -> None:
    assert suggestions(SUBMISSION, MIAMI, CODES) == ()


def found(submission: Facts) -> list[tuple[Code, str]]:
    """Return what the region's rules find, as code and place."""
    return [(problem.code, problem.where) for problem in region_problems(submission, POLICIES)]


def suggested(
    *, sharing: int, listening: int, professional: bool = False, formats: frozenset[str] = frozenset()
) -> tuple[Suggestion, ...]:
    """Return the suggestions for these readiness answers."""
    readiness = ReadinessAnswers(sharing, listening, professional)
    return suggestions(replace(SUBMISSION, readiness=readiness, formats=formats), MIAMI, CODES)
