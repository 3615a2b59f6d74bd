"""Texts that come in at intake can be stored and shown; every other one is refused with its field."""

import pytest

from tests.builders import a_submission
from tests.service.intake.intake_client import SERVICE, IntakeClient

PERSON = "0197c1c0-0000-7000-8000-00000000abcd"


@pytest.mark.parametrize(
    "name", ["St. \x85 Mary", "St. \u202eyraM", "St.\nMary", "\u200b", "\uffff"], ids=ascii
)
async def test_a_partners_name_that_does_not_show_is_refused(intake: IntakeClient, name: str) -> None:
    answer = await intake.register("clinic", name=name)

    assert (answer.status_code, answer.json()["field"]) == (422, "body.name")
    assert (await intake.http.get("/partners/clinic")).status_code == 404


async def test_a_partners_name_in_another_script_is_shown_as_it_is(intake: IntakeClient) -> None:
    answer = await intake.register("clinic", name="بیمارستان می\u200cخواهم")

    assert answer.json()["name"] == "بیمارستان می\u200cخواهم"


async def test_the_reason_of_a_clearance_may_have_lines_and_no_control_characters(
    intake: IntakeClient,
) -> None:
    escalated = (await intake.post(a_submission(), risks=["danger-to-self"])).json()["submission_id"]
    body = {"coordinator": "coordinator-7", "reason": "called\nspoke with her"}

    refused = await intake.http.post(f"/submissions/{escalated}/clear", json=body | {"reason": "call\x9fed"})
    cleared = await intake.http.post(f"/submissions/{escalated}/clear", json=body)

    assert (refused.status_code, refused.json()["field"]) == (422, "body.reason")
    assert cleared.status_code == 200


@pytest.mark.parametrize("path", ["/contact-routes/person/a%00b", "/contact-routes/partner/%C2%85"])
async def test_no_contact_route_is_looked_up_by_a_control_character(intake: IntakeClient, path: str) -> None:
    answer = await intake.http.get(path, headers=SERVICE)

    assert (answer.status_code, answer.json()["field"]) == (422, "path.owner_id")


async def test_a_persons_id_in_capitals_finds_the_same_contact_route(intake: IntakeClient) -> None:
    reference = f"self/{PERSON}"
    stored = await intake.http.put(
        f"/people/self/{reference}/contact-route", json={"email": "a@b.test"}, headers=SERVICE
    )
    person = stored.json()["person_id"]
    both = {"recipients": [{"kind": "person", "id": person}, {"kind": "person", "id": person.upper()}]}

    answers = (await intake.http.post("/contact-routes/query", json=both, headers=SERVICE)).json()["routes"]
    one = await intake.http.get(f"/contact-routes/person/{person.upper()}", headers=SERVICE)

    assert [answer["email"] for answer in answers] == ["a@b.test", "a@b.test"]
    assert one.json()["email"] == "a@b.test"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "2026-03-02T15:04:05", "1772463845", 1772463845])
async def test_a_consent_signed_at_no_time_is_refused(intake: IntakeClient, at: str | int) -> None:
    consent = {"decision": "given", "categories": ["needs"], "signed_at": at}

    answer = await intake.post(a_submission(), consent=consent)

    assert (answer.status_code, answer.json()["field"]) == (422, "body.consent.signed_at")


async def test_a_consent_may_be_signed_in_a_leap_second(intake: IntakeClient) -> None:
    consent = {"decision": "given", "categories": ["needs", "contact"], "signed_at": "2016-12-31T23:59:60Z"}

    answer = await intake.post(a_submission(), consent=consent)

    assert (answer.status_code, answer.json()["decision"]) == (201, "admitted")
