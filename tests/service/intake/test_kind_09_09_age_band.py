"""A person from a school or a child-welfare service counts as a minor until the age band is known."""

from typing import Any

import pytest

from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.vocabulary import AgeBand, Answer, Format, Risk, Setting
from tests.builders import a_submission
from tests.service.intake.intake_client import IntakeClient, codes

MISSING = [("age-band-missing", "age_band"), ("guardian-consent-missing", "guardian_consent")]
both_settings = pytest.mark.parametrize("setting", [Setting.EDUCATION, Setting.CHILD_WELFARE])


@both_settings
async def test_a_partners_submission_without_an_age_band_is_held(
    intake: IntakeClient, setting: Setting
) -> None:
    answer = await intake.hear(setting=setting)

    assert (answer.answer, codes(answer)) == (Answer.HELD, MISSING)
    assert await intake.announced() == []


@both_settings
async def test_a_submission_over_http_without_an_age_band_is_held(
    intake: IntakeClient, setting: Setting
) -> None:
    result = (await intake.post(a_submission(setting=setting))).json()

    assert (result["decision"], problems(result)) == ("held", MISSING)


async def test_a_group_needs_the_age_band_too(intake: IntakeClient) -> None:
    answer = await intake.hear(setting=Setting.EDUCATION, formats=(Format.GROUP,))

    assert (answer.answer, codes(answer)) == (Answer.HELD, MISSING[:1])


async def test_sending_it_again_with_the_age_band_admits_an_adult(intake: IntakeClient) -> None:
    held = await intake.hear(a_submission(reference="S-1", setting=Setting.EDUCATION))

    again = await intake.hear(
        a_submission(reference="S-1", setting=Setting.EDUCATION, age_band=AgeBand.FROM_18_TO_25)
    )

    assert again.answer == Answer.ADMITTED
    assert (await intake.submission(held.submission_id))["superseded_by"] == str(again.submission_id)


async def test_the_age_band_of_an_adult_is_added_and_the_referral_begins_with_it(
    intake: IntakeClient,
) -> None:
    held = await intake.hear(setting=Setting.CHILD_WELFARE)

    result = (await add(intake, held.submission_id, age_band="26-64")).json()

    assert (result["decision"], result["problems"]) == ("admitted", [])
    [announced] = await intake.announced()
    assert isinstance(announced.event, SubmissionAdmitted)
    assert announced.event.request.age_band is AgeBand.FROM_26_TO_64


async def test_the_age_band_of_a_minor_leaves_the_guardian_to_be_asked(intake: IntakeClient) -> None:
    held = await intake.hear(setting=Setting.EDUCATION)

    still_held = (await add(intake, held.submission_id, age_band="13-17")).json()
    assert problems(still_held) == MISSING[1:]

    admitted = (await add(intake, held.submission_id, guardian_consent=True)).json()
    assert admitted["decision"] == "admitted"


async def test_a_minor_does_not_become_an_adult_by_an_addition(intake: IntakeClient) -> None:
    held = await intake.hear(setting=Setting.EDUCATION, age_band=AgeBand.FROM_13_TO_17)

    refused = await add(intake, held.submission_id, age_band="18-25")

    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        409,
        "field-not-missing",
        "age_band",
    )
    assert (await intake.submission(held.submission_id))["decision"] == "held"


async def test_an_addition_of_nothing_names_what_can_be_added(intake: IntakeClient) -> None:
    held = await intake.hear(setting=Setting.EDUCATION)

    refused = await add(intake, held.submission_id)

    assert refused.status_code == 422
    assert "send at least one of consent, guardian_consent, age_band" in refused.json()["remedy"]


async def test_a_cleared_risk_does_not_replace_the_age_band(intake: IntakeClient) -> None:
    escalated = await intake.hear(setting=Setting.EDUCATION, risks=(Risk.DANGER_TO_SELF,))
    assert (escalated.answer, codes(escalated)) == (Answer.ESCALATED, MISSING)

    cleared = (await intake.clear(escalated.submission_id)).json()

    assert (cleared["decision"], problems(cleared)) == ("held", MISSING)


@pytest.mark.parametrize("setting", [Setting.HOSPITAL, Setting.SELF, Setting.FAMILY_OR_FRIEND])
async def test_elsewhere_nobody_has_to_state_an_age(intake: IntakeClient, setting: Setting) -> None:
    answer = await intake.hear(setting=setting, age_band=None)

    assert answer.answer == Answer.ADMITTED


def problems(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a submission's problems, as code and place."""
    return [(problem["code"], problem["where"]) for problem in result["problems"]]


async def add(intake: IntakeClient, submission_id: object, **added: Any) -> Any:
    """Add something to a held submission."""
    return await intake.http.post(f"/submissions/{submission_id}/consent", json=added)
