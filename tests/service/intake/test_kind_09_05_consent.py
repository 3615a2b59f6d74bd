"""A consent that names nothing covers nothing, by whatever way it comes in, and also when it is added later."""

from datetime import timedelta
from typing import Any

import pytest

from alongside_contracts.intake import Consent
from alongside_contracts.vocabulary import Answer, Need, Setting
from tests.builders import SUNDAY_NOON, a_submission
from tests.service.intake.intake_client import IntakeClient, codes

GIVEN: dict[str, Any] = {
    "decision": "given",
    "categories": ["needs", "contact"],
    "signed_at": SUNDAY_NOON - timedelta(days=21),
}
CASES = [
    pytest.param({"categories": []}, "consent.categories", id="names nothing"),
    pytest.param({"categories": ["contact"]}, "consent.categories", id="does not name the needs"),
    pytest.param({"signed_at": SUNDAY_NOON + timedelta(days=1)}, "consent.signed_at", id="signed tomorrow"),
    pytest.param(
        {"expires_at": SUNDAY_NOON - timedelta(days=22)}, "consent.expires_at", id="ends before it begins"
    ),
    pytest.param(
        {"expires_at": SUNDAY_NOON - timedelta(days=21)}, "consent.expires_at", id="ends as it begins"
    ),
    pytest.param({"expires_at": SUNDAY_NOON}, "consent.expires_at", id="expired"),
]


@pytest.mark.parametrize(("change", "where"), CASES)
async def test_a_partners_consent_that_covers_nothing_holds_the_submission(
    intake: IntakeClient, change: dict[str, Any], where: str
) -> None:
    answer = await intake.hear(consent=consent(**change))

    assert (answer.answer, codes(answer)) == (Answer.HELD, [("consent-missing", where)])
    assert answer.problems[0].remedy
    assert await intake.announced() == []


@pytest.mark.parametrize(("change", "where"), CASES)
@pytest.mark.parametrize("setting", [Setting.SELF, Setting.HOSPITAL])
async def test_a_consent_sent_over_http_that_covers_nothing_holds_the_submission(
    intake: IntakeClient, change: dict[str, Any], where: str, setting: str
) -> None:
    result = (await intake.post(a_submission(setting=setting, consent=consent(**change)))).json()

    assert (result["decision"], problems(result)) == ("held", [("consent-missing", where)])


@pytest.mark.parametrize(("change", "where"), CASES)
async def test_a_consent_added_later_that_covers_nothing_leaves_the_submission_held(
    intake: IntakeClient, change: dict[str, Any], where: str
) -> None:
    held = await intake.hear(consent=None)

    result = await add_consent(intake, held.submission_id, **change)
    assert (result["decision"], problems(result)) == ("held", [("consent-missing", where)])

    completed = await add_consent(intake, held.submission_id)
    assert (completed["decision"], completed["problems"]) == ("admitted", [])


async def test_the_senders_clock_may_be_a_few_minutes_ahead(intake: IntakeClient) -> None:
    answer = await intake.hear(consent=consent(signed_at=SUNDAY_NOON + timedelta(minutes=5)))

    assert answer.answer == Answer.ADMITTED


async def test_protected_data_wait_until_the_consent_says_when_it_was_signed(intake: IntakeClient) -> None:
    unsigned = {"categories": ["needs", "contact", "substance-use"], "signed_at": None}
    held = await intake.hear(needs=(Need.ALCOHOL,), consent=consent(**unsigned))
    assert (held.answer, codes(held)) == (Answer.HELD, [("consent-missing", "consent.signed_at")])

    again = await add_consent(intake, held.submission_id, **unsigned)
    assert problems(again) == [("consent-missing", "consent.signed_at")]

    signed = await add_consent(intake, held.submission_id, categories=unsigned["categories"])
    assert signed["decision"] == "admitted"


def consent(**change: Any) -> Consent:
    """Return a consent that covers a referral, with some fields changed."""
    return Consent(**GIVEN | change)


def problems(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a submission's problems, as code and place."""
    return [(problem["code"], problem["where"]) for problem in result["problems"]]


async def add_consent(intake: IntakeClient, submission_id: object, **change: Any) -> dict[str, Any]:
    """Add a consent to a held submission; return how it was decided."""
    body = {"consent": consent(**change).model_dump(mode="json", exclude_none=True)}
    response = await intake.http.post(f"/submissions/{submission_id}/consent", json=body)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result
