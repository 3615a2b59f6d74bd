"""Intake's HTTP API: submit, read, complete, clear; and every refusal names the field and the remedy."""

import re
from typing import Any

import pytest

from alongside_contracts.intake import Consent
from alongside_contracts.vocabulary import Answer, ConsentDecision, Need, Risk, Setting
from tests.builders import a_submission
from tests.service.intake.intake_client import IntakeClient

CONSENT = {
    "decision": "given",
    "categories": ["needs", "contact", "substance-use"],
    "signed_at": "2026-11-01T10:00:00Z",
}


async def test_a_person_submits_for_themself_and_is_admitted_without_a_consent_record(
    intake: IntakeClient,
) -> None:
    response = await intake.post(a_submission(setting=Setting.SELF, consent=None))

    assert response.status_code == 201
    result = response.json()
    assert (result["decision"], result["partner"]) == ("admitted", None)
    assert result["referral_id"] is not None
    assert await intake.announced_types() == ["SubmissionAdmitted"]
    assert await intake.answers() == []


async def test_a_person_in_danger_sees_the_crisis_line_of_their_jurisdiction_at_once(
    intake: IntakeClient,
) -> None:
    response = await intake.post(a_submission(setting=Setting.SELF, risks=(Risk.DANGER_TO_SELF,)))

    result = response.json()
    assert (response.status_code, result["decision"]) == (201, "escalated")
    assert [resource["number"] for resource in result["crisis_resources"]] == ["988", "911"]


async def test_a_repeat_by_a_person_in_danger_shows_the_crisis_line_again(intake: IntakeClient) -> None:
    submission = a_submission(setting=Setting.SELF, risks=(Risk.DANGER_TO_SELF,))
    await intake.post(submission)

    result = (await intake.post(submission)).json()

    assert (result["decision"], result["crisis_resources"][0]["number"]) == ("linked", "988")
    assert await intake.announced_types() == ["SubmissionEscalated"]


async def test_in_dublin_the_crisis_line_is_another(intake: IntakeClient) -> None:
    dublin = a_submission(region="ie-dublin", postal_code="D02 AF30", risks=(Risk.DANGER_TO_SELF,))

    result = (await intake.post(dublin)).json()

    assert result["crisis_resources"][0]["number"] == "116 123"


async def test_a_repeated_idempotency_key_gets_the_stored_answer(intake: IntakeClient) -> None:
    body = a_submission().model_dump(mode="json", exclude_none=True)

    first = await intake.http.post("/submissions", json=body, headers={"Idempotency-Key": "k-1"})
    again = await intake.http.post("/submissions", json=body, headers={"Idempotency-Key": "k-1"})

    assert first.json() == again.json()
    assert await intake.announced_types() == ["SubmissionAdmitted"]


async def test_added_consent_admits_a_held_submission_and_answers_the_partner(intake: IntakeClient) -> None:
    held = await intake.hear(needs=(Need.ALCOHOL,), consent=None)

    response = await intake.http.post(f"/submissions/{held.submission_id}/consent", json={"consent": CONSENT})

    result = response.json()
    assert (response.status_code, result["decision"], result["problems"]) == (200, "admitted", [])
    answer = (await intake.answers())[-1]
    assert (answer.answer, answer.submission_id) == (Answer.ADMITTED, held.submission_id)
    assert answer.origin is None
    assert await intake.bench.pool.fetchval("select count(*) from timer") == 0


async def test_consent_that_does_not_cover_everything_leaves_it_held(intake: IntakeClient) -> None:
    held = await intake.hear(needs=(Need.ALCOHOL,), consent=None)
    narrow = {"consent": CONSENT | {"categories": ["needs"]}}

    response = await intake.http.post(f"/submissions/{held.submission_id}/consent", json=narrow)

    assert [problem["where"] for problem in response.json()["problems"]] == ["consent.categories"]
    assert (await intake.answers())[-1].answer == Answer.HELD


async def test_a_guardians_consent_can_be_added(intake: IntakeClient) -> None:
    held = (await intake.post(a_submission(setting=Setting.SELF), age_band="13-17")).json()
    assert held["decision"] == "held"

    response = await intake.http.post(
        f"/submissions/{held['submission_id']}/consent", json={"guardian_consent": True}
    )

    assert response.json()["decision"] == "admitted"


async def test_consent_refused_later_rejects(intake: IntakeClient) -> None:
    held = await intake.hear(consent=None)
    refused = {"consent": Consent(decision=ConsentDecision.REFUSED).model_dump(mode="json")}

    response = await intake.http.post(f"/submissions/{held.submission_id}/consent", json=refused)

    assert response.json()["decision"] == "rejected"


async def test_a_coordinator_clears_an_escalated_submission_and_the_referral_begins(
    intake: IntakeClient,
) -> None:
    escalated = await intake.hear(risks=(Risk.DANGER_TO_OTHERS,))

    response = await intake.clear(escalated.submission_id)

    result = response.json()
    assert (result["decision"], result["cleared_by"]) == ("admitted", "coordinator-7")
    assert (result["risks"], result["crisis_resources"]) == (["danger-to-others"], [])
    assert await intake.announced_types() == ["SubmissionEscalated", "SubmissionAdmitted"]
    assert [answer.answer for answer in await intake.answers()] == [Answer.ESCALATED, Answer.ADMITTED]


async def test_clearing_a_risk_does_not_replace_a_missing_consent(intake: IntakeClient) -> None:
    escalated = await intake.hear(risks=(Risk.DANGER_TO_SELF,), consent=None)

    held = (await intake.clear(escalated.submission_id)).json()
    assert held["decision"] == "held"

    response = await intake.http.post(
        f"/submissions/{held['submission_id']}/consent", json={"consent": CONSENT}
    )
    assert response.json()["decision"] == "admitted"


async def test_the_first_escalation_is_not_cleared_while_a_later_one_is_open(intake: IntakeClient) -> None:
    first = await intake.hear(a_submission(reference="H-1", risks=(Risk.DANGER_TO_SELF,)))
    second = await intake.hear(a_submission(reference="H-1", risks=(Risk.CHILD_AT_RISK,)))

    refused = await intake.clear(first.submission_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "alarm-still-rings")
    assert refused.json()["remedy"] == f"Review submission {second.submission_id} and clear it first."

    await intake.clear(second.submission_id)
    assert (await intake.clear(first.submission_id)).json()["decision"] == "admitted"


@pytest.mark.parametrize(("command", "state"), [("clear", "escalated"), ("consent", "held")])
async def test_a_submission_that_does_not_wait_is_not_decided_again(
    intake: IntakeClient, command: str, state: str
) -> None:
    admitted = await intake.hear()
    body: dict[str, Any] = (
        {"coordinator": "c", "reason": "r"} if command == "clear" else {"guardian_consent": True}
    )

    response = await intake.http.post(f"/submissions/{admitted.submission_id}/{command}", json=body)

    assert (response.status_code, response.json()["code"]) == (409, f"submission-not-{state}")
    assert response.json()["detail"] == "It was admitted."
    remedy = re.fullmatch(r"Read its present decision with GET (\S+)\.", response.json()["remedy"])
    assert remedy is not None
    assert (await intake.http.get(remedy[1])).json()["decision"] == "admitted"


async def test_waiting_submissions_are_listed_newest_first_in_pages(intake: IntakeClient) -> None:
    ids = [str((await intake.hear(consent=None)).submission_id) for _ in range(3)]
    await intake.hear()

    first = (await intake.http.get("/submissions", params={"state": "held", "limit": 2})).json()
    rest = (
        await intake.http.get("/submissions", params={"state": "held", "cursor": first["next_cursor"]})
    ).json()

    assert [item["submission_id"] for item in first["items"]] == [ids[2], ids[1]]
    assert [item["submission_id"] for item in rest["items"]] == [ids[0]]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["nonsense", "WyJub3QgYW4gaWQiXQ"])
async def test_a_cursor_that_this_api_did_not_issue_is_refused(intake: IntakeClient, cursor: str) -> None:
    response = await intake.http.get("/submissions", params={"cursor": cursor})

    assert (response.status_code, response.json()["code"]) == (422, "bad-cursor")


async def test_wrong_fields_are_named_with_their_remedy_and_never_repeated(intake: IntakeClient) -> None:
    response = await intake.post(a_submission(), needs=["sorrow-of-maria"], postal_code="somewhere in Miami")

    problem = response.json()
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert {"body.needs.0", "body.postal_code"} <= {item["where"] for item in problem["errors"]}
    assert all(item["remedy"] for item in problem["errors"])
    assert "maria" not in response.text
    assert "somewhere" not in response.text


async def test_an_unknown_submission_is_not_found(intake: IntakeClient) -> None:
    response = await intake.http.get("/submissions/00000000-0000-7000-8000-000000000000")

    assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_regions_that_can_be_submitted_to_are_listed(intake: IntakeClient) -> None:
    regions = (await intake.http.get("/regions")).json()["items"]

    assert {"us-fl-miami", "us-oh-columbus"} <= {region["id"] for region in regions}


async def test_partners_are_registered_corrected_and_listed_without_their_address(
    intake: IntakeClient,
) -> None:
    await intake.register("north-clinic", contact_email="desk@north-clinic.example")

    corrected = await intake.register("north-clinic", name="North Clinic")
    listed = (await intake.http.get("/partners", params={"limit": 1})).json()

    assert (corrected.json()["name"], corrected.json()["has_contact_route"]) == ("North Clinic", True)
    assert corrected.json()["referrals_topic"] == "partner.north-clinic.referrals.v1"
    assert [item["id"] for item in listed["items"]] == ["north-clinic"]
    assert listed["next_cursor"] is not None
    assert "example" not in corrected.text


@pytest.mark.parametrize(
    ("partner", "region", "code"),
    [
        ("self", "us-fl-miami", "partner-id-reserved"),
        ("north-clinic", "us-ak-nome", "region-not-found"),
        ("North Clinic", "us-fl-miami", "invalid-request"),
    ],
)
async def test_a_reserved_partner_id_or_an_unknown_region_is_refused(
    intake: IntakeClient, partner: str, region: str, code: str
) -> None:
    response = await intake.register(partner, region=region)

    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_an_unregistered_partner_is_not_found(intake: IntakeClient) -> None:
    response = await intake.http.get("/partners/nobody-we-know")

    assert (response.status_code, response.json()["code"]) == (404, "partner-not-found")
