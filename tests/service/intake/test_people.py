"""Contact routes are sealed, shown only to the network's own services, and gone without a trace after an erasure."""

from datetime import timedelta
from typing import Any

import pytest

from alongside_contracts.vocabulary import Answer, Risk
from tests.builders import a_submission
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient

ADDRESS = "someone.quiet@example.org"


async def test_a_contact_route_is_sealed_and_opened_for_our_services(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "p-1")

    response = await intake.http.get(f"/contact-routes/person/{person_id}", headers=SERVICE)

    assert response.json()["email"] == ADDRESS
    assert "quiet" not in await intake.all_text()


async def test_the_person_of_a_contact_route_is_the_person_who_is_submitted_later(
    intake: IntakeClient,
) -> None:
    person_id = await register_person_route(intake, "p-1")

    answer = await intake.hear(person_reference="p-1")

    assert (await intake.submission(answer.submission_id))["person_id"] == person_id


async def test_a_contact_route_can_be_corrected(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "p-1")

    await register_person_route(intake, "p-1", email="other@example.org")

    response = await intake.http.get(f"/contact-routes/person/{person_id}", headers=SERVICE)
    assert response.json()["email"] == "other@example.org"


async def test_the_answer_to_a_contact_route_does_not_repeat_it(intake: IntakeClient) -> None:
    response = await put_route(intake, "p-1", email=ADDRESS)

    assert "example" not in response.text


async def test_a_partners_address_is_sealed_like_a_persons(intake: IntakeClient) -> None:
    await intake.register(HOSPITAL, contact_email="intake.desk@st-mary.example")

    response = await intake.http.get(f"/contact-routes/partner/{HOSPITAL}", headers=SERVICE)

    assert response.json()["email"] == "intake.desk@st-mary.example"
    assert "st-mary.example" not in await intake.all_text()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["none", "wrong"])
async def test_contact_routes_and_erasure_require_the_service_token(
    intake: IntakeClient, headers: dict[str, str]
) -> None:
    person_id = await register_person_route(intake, "p-1")

    responses = [
        await intake.http.get(f"/contact-routes/person/{person_id}", headers=headers),
        await put_route(intake, "p-1", headers=headers, email="thief@example.org"),
        await intake.http.delete(f"/people/{person_id}", headers=headers),
    ]

    assert [response.status_code for response in responses] == [401, 401, 401]


async def test_a_contact_route_that_was_not_registered_is_not_found(intake: IntakeClient) -> None:
    response = await intake.http.get("/contact-routes/partner/north-clinic", headers=SERVICE)

    assert (response.status_code, response.json()["code"]) == (404, "contact-route-missing")
    assert "contact_email of PUT /partners/{partner_id}" in response.json()["remedy"]

    await intake.register("north-clinic", contact_email="office@north-clinic.example")
    found = await intake.http.get("/contact-routes/partner/north-clinic", headers=SERVICE)
    assert found.json()["email"] == "office@north-clinic.example"


async def test_a_wrong_address_is_refused_without_being_repeated(intake: IntakeClient) -> None:
    response = await put_route(intake, "p-1", email="maria at home")

    assert (response.status_code, response.json()["field"]) == (422, "body.email")
    assert "maria" not in response.text


async def test_an_erased_person_leaves_no_trace(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "mrn-4711")
    answer = await intake.hear(
        a_submission(reference="H-4711", person_reference="mrn-4711", postal_code="33131")
    )
    await intake.bench.announced(clear=True)

    response = await intake.http.delete(f"/people/{person_id}", headers=SERVICE)

    erasure = response.json()
    assert (erasure["contact_route_erased"], erasure["submissions_emptied"]) == (True, 1)
    assert erasure["remains"] != []
    everything = await intake.all_text()
    assert not [trace for trace in ("4711", "33131", "grief") if trace in everything]
    found = await intake.submission(answer.submission_id)
    assert (found["decision"], found["problems"]) == ("admitted", [])
    gone = await intake.http.get(f"/contact-routes/person/{person_id}", headers=SERVICE)
    assert gone.status_code == 404


async def test_answers_kept_for_repeated_requests_are_erased_too(intake: IntakeClient) -> None:
    body = a_submission(reference="W-4711", person_reference="web-4711").model_dump(
        mode="json", exclude_none=True
    )
    result = (await intake.http.post("/submissions", json=body, headers={"Idempotency-Key": "k-1"})).json()
    await intake.bench.announced(clear=True)

    await intake.http.delete(f"/people/{result['person_id']}", headers=SERVICE)

    assert "4711" not in await intake.all_text()
    assert await intake.bench.pool.fetchval("select count(*) from idempotency_key") == 0


async def test_erasing_twice_reports_the_time_of_the_first_erasure(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "p-1")

    first = await intake.http.delete(f"/people/{person_id}", headers=SERVICE)
    again = await intake.http.delete(f"/people/{person_id}", headers=SERVICE)

    assert again.json()["erased_at"] == first.json()["erased_at"]
    assert (again.json()["contact_route_erased"], again.json()["submissions_emptied"]) == (False, 0)


async def test_a_person_who_returns_after_erasure_is_a_new_person(intake: IntakeClient) -> None:
    before = await register_person_route(intake, "p-1")
    await intake.hear(person_reference="p-1")
    await intake.http.delete(f"/people/{before}", headers=SERVICE)
    intake.bench.clock.advance(timedelta(seconds=1))

    answer = await intake.hear(person_reference="p-1")

    assert answer.answer == Answer.ADMITTED
    assert (await intake.submission(answer.submission_id))["person_id"] != before


async def test_a_held_submission_of_an_erased_person_has_no_next_actor(intake: IntakeClient) -> None:
    held = await intake.hear(consent=None)
    person_id = (await intake.submission(held.submission_id))["person_id"]

    await intake.http.delete(f"/people/{person_id}", headers=SERVICE)

    assert (await intake.submission(held.submission_id))["next_actor"] is None
    assert await intake.bench.pool.fetchval("select count(*) from timer where kind = 'held-overdue'") == 0
    refused = await intake.http.post(
        f"/submissions/{held.submission_id}/consent", json={"guardian_consent": True}
    )
    assert (refused.status_code, refused.json()["code"]) == (410, "person-erased")


async def test_nobody_is_erased_while_an_escalation_about_them_is_open(intake: IntakeClient) -> None:
    escalated = await intake.hear(risks=(Risk.DANGER_TO_SELF,))
    person_id = (await intake.submission(escalated.submission_id))["person_id"]

    response = await intake.http.delete(f"/people/{person_id}", headers=SERVICE)

    assert (response.status_code, response.json()["code"]) == (409, "alarm-still-rings")
    assert response.json()["remedy"] == f"Review submission {escalated.submission_id} and clear it first."

    await intake.clear(escalated.submission_id)
    assert (await intake.http.delete(f"/people/{person_id}", headers=SERVICE)).status_code == 200


async def test_an_unknown_person_cannot_be_erased(intake: IntakeClient) -> None:
    response = await intake.http.delete("/people/00000000-0000-7000-8000-000000000000", headers=SERVICE)

    assert (response.status_code, response.json()["code"]) == (404, "person-not-found")


async def register_person_route(intake: IntakeClient, person_reference: str, email: str = ADDRESS) -> str:
    """Register how to reach a person of the hospital; return the person's id."""
    response = await put_route(intake, person_reference, email=email)
    assert response.status_code == 200, response.text
    person_id: str = response.json()["person_id"]
    return person_id


async def put_route(
    intake: IntakeClient, person_reference: str, *, email: str, headers: dict[str, str] = SERVICE
) -> Any:
    """Send a contact route for a person of the hospital."""
    return await intake.http.put(
        f"/people/{HOSPITAL}/{person_reference}/contact-route", json={"email": email}, headers=headers
    )
