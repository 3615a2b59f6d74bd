"""Intake's HTTP door: submit, look, complete, clear; and every refusal names the field and the remedy."""

from typing import Any

import pytest

from alongside_contracts.intake import Consent
from alongside_contracts.vocabulary import Answer, Need, Risk, Setting
from tests.builders import a_submission
from tests.service.intake.desk import Desk

CONSENT = {"decision": "given", "categories": ["needs", "contact", "substance-use"]}


async def test_a_person_submits_for_themself_and_is_admitted_without_a_consent_record(desk: Desk) -> None:
    response = await desk.post(a_submission(setting=Setting.SELF, consent=None))

    assert response.status_code == 201
    told = response.json()
    assert (told["decision"], told["partner"]) == ("admitted", None)
    assert told["referral_id"] is not None
    assert await desk.announced_types() == ["SubmissionAdmitted"]
    assert await desk.answers() == []


async def test_a_person_in_danger_sees_the_crisis_line_of_their_jurisdiction_at_once(desk: Desk) -> None:
    response = await desk.post(a_submission(setting=Setting.SELF, risks=(Risk.DANGER_TO_SELF,)))

    told = response.json()
    assert (response.status_code, told["decision"]) == (201, "escalated")
    assert [resource["number"] for resource in told["crisis_resources"]] == ["988", "911"]


async def test_asking_again_in_danger_shows_the_crisis_line_again(desk: Desk) -> None:
    submission = a_submission(setting=Setting.SELF, risks=(Risk.DANGER_TO_SELF,))
    await desk.post(submission)

    told = (await desk.post(submission)).json()

    assert (told["decision"], told["crisis_resources"][0]["number"]) == ("linked", "988")
    assert await desk.announced_types() == ["SubmissionEscalated"]


async def test_in_dublin_the_crisis_line_is_another(desk: Desk) -> None:
    dublin = a_submission(region="ie-dublin", postal_code="D02 AF30", risks=(Risk.DANGER_TO_SELF,))

    told = (await desk.post(dublin)).json()

    assert told["crisis_resources"][0]["number"] == "116 123"


async def test_the_same_request_with_its_key_is_answered_from_the_first_time(desk: Desk) -> None:
    body = a_submission().model_dump(mode="json", exclude_none=True)

    first = await desk.http.post("/submissions", json=body, headers={"Idempotency-Key": "k-1"})
    again = await desk.http.post("/submissions", json=body, headers={"Idempotency-Key": "k-1"})

    assert first.json() == again.json()
    assert await desk.announced_types() == ["SubmissionAdmitted"]


async def test_added_consent_lets_a_held_submission_go_on_and_tells_the_partner(desk: Desk) -> None:
    held = await desk.hear(needs=(Need.ALCOHOL,), consent=None)

    response = await desk.http.post(f"/submissions/{held.submission_id}/consent", json={"consent": CONSENT})

    told = response.json()
    assert (response.status_code, told["decision"], told["problems"]) == (200, "admitted", [])
    answer = (await desk.answers())[-1]
    assert (answer.answer, answer.submission_id) == (Answer.ADMITTED, held.submission_id)
    assert answer.origin is None
    assert await desk.bench.pool.fetchval("select count(*) from timer") == 0


async def test_consent_that_does_not_cover_everything_leaves_it_held(desk: Desk) -> None:
    held = await desk.hear(needs=(Need.ALCOHOL,), consent=None)
    narrow = {"consent": {"decision": "given", "categories": ["needs"]}}

    response = await desk.http.post(f"/submissions/{held.submission_id}/consent", json=narrow)

    assert [problem["where"] for problem in response.json()["problems"]] == ["consent.categories"]
    assert (await desk.answers())[-1].answer is Answer.HELD


async def test_a_guardians_consent_can_be_added(desk: Desk) -> None:
    held = (await desk.post(a_submission(setting=Setting.SELF), age_band="13-17")).json()
    assert held["decision"] == "held"

    response = await desk.http.post(
        f"/submissions/{held['submission_id']}/consent", json={"guardian_consent": True}
    )

    assert response.json()["decision"] == "admitted"


async def test_consent_refused_later_rejects(desk: Desk) -> None:
    held = await desk.hear(consent=None)
    refused = {"consent": Consent(decision="refused").model_dump(mode="json")}

    response = await desk.http.post(f"/submissions/{held.submission_id}/consent", json=refused)

    assert response.json()["decision"] == "rejected"


async def test_a_coordinator_clears_an_escalated_submission_and_the_referral_begins(desk: Desk) -> None:
    escalated = await desk.hear(risks=(Risk.DANGER_TO_OTHERS,))

    response = await desk.clear(escalated.submission_id)

    told = response.json()
    assert (told["decision"], told["cleared_by"]) == ("admitted", "coordinator-7")
    assert (told["risks"], told["crisis_resources"]) == (["danger-to-others"], [])
    assert await desk.announced_types() == ["SubmissionEscalated", "SubmissionAdmitted"]
    assert [answer.answer for answer in await desk.answers()] == [Answer.ESCALATED, Answer.ADMITTED]


async def test_clearing_does_not_stand_in_for_what_else_is_missing(desk: Desk) -> None:
    escalated = await desk.hear(risks=(Risk.DANGER_TO_SELF,), consent=None)

    held = (await desk.clear(escalated.submission_id)).json()
    assert held["decision"] == "held"

    response = await desk.http.post(
        f"/submissions/{held['submission_id']}/consent", json={"consent": CONSENT}
    )
    assert response.json()["decision"] == "admitted"


async def test_the_first_alarm_is_not_cleared_while_a_later_one_rings(desk: Desk) -> None:
    first = await desk.hear(a_submission(reference="H-1", risks=(Risk.DANGER_TO_SELF,)))
    later = await desk.hear(a_submission(reference="H-1", risks=(Risk.CHILD_AT_RISK,)))

    refused = await desk.clear(first.submission_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "alarm-still-rings")

    await desk.clear(later.submission_id)
    assert (await desk.clear(first.submission_id)).json()["decision"] == "admitted"


@pytest.mark.parametrize(("door", "state"), [("clear", "escalated"), ("consent", "held")])
async def test_what_is_decided_is_not_decided_again(desk: Desk, door: str, state: str) -> None:
    admitted = await desk.hear()
    body: dict[str, Any] = (
        {"coordinator": "c", "reason": "r"} if door == "clear" else {"guardian_consent": True}
    )

    response = await desk.http.post(f"/submissions/{admitted.submission_id}/{door}", json=body)

    assert (response.status_code, response.json()["code"]) == (409, f"submission-not-{state}")
    assert response.json()["detail"] == "It was admitted."


async def test_the_list_of_what_waits_is_paged_newest_first(desk: Desk) -> None:
    ids = [str((await desk.hear(consent=None)).submission_id) for _ in range(3)]
    await desk.hear()

    first = (await desk.http.get("/submissions", params={"state": "held", "limit": 2})).json()
    rest = (
        await desk.http.get("/submissions", params={"state": "held", "cursor": first["next_cursor"]})
    ).json()

    assert [item["submission_id"] for item in first["items"]] == [ids[2], ids[1]]
    assert [item["submission_id"] for item in rest["items"]] == [ids[0]]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["nonsense", "WyJub3QgYW4gaWQiXQ"])
async def test_a_cursor_of_ones_own_making_is_refused(desk: Desk, cursor: str) -> None:
    response = await desk.http.get("/submissions", params={"cursor": cursor})

    assert (response.status_code, response.json()["code"]) == (422, "bad-cursor")


async def test_wrong_fields_are_named_with_their_remedy_and_never_repeated(desk: Desk) -> None:
    response = await desk.post(a_submission(), needs=["sorrow-of-maria"], postal_code="somewhere in Miami")

    problem = response.json()
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert {"body.needs.0", "body.postal_code"} <= {item["where"] for item in problem["errors"]}
    assert all(item["remedy"] for item in problem["errors"])
    assert "maria" not in response.text
    assert "somewhere" not in response.text


async def test_an_id_nobody_was_given_is_not_found(desk: Desk) -> None:
    response = await desk.http.get("/submissions/00000000-0000-7000-8000-000000000000")

    assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
    assert response.headers["content-type"] == "application/problem+json"


async def test_the_regions_that_can_be_submitted_to_are_listed(desk: Desk) -> None:
    regions = (await desk.http.get("/regions")).json()["items"]

    assert {"us-fl-miami", "us-oh-columbus"} <= {region["id"] for region in regions}


async def test_partners_are_registered_corrected_and_listed_without_their_address(desk: Desk) -> None:
    await desk.register("north-clinic", contact_email="desk@north-clinic.example")

    corrected = await desk.register("north-clinic", name="North Clinic")
    listed = (await desk.http.get("/partners", params={"limit": 1})).json()

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
async def test_a_partner_that_cannot_be_is_refused(desk: Desk, partner: str, region: str, code: str) -> None:
    response = await desk.register(partner, region=region)

    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_a_partner_nobody_registered_is_not_found(desk: Desk) -> None:
    response = await desk.http.get("/partners/nobody-we-know")

    assert (response.status_code, response.json()["code"]) == (404, "partner-not-found")
