"""One query looks up many recipients; a problem with one of them does not affect the others."""

from typing import Any
from uuid import UUID

import pytest

from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient
from tests.service.intake.test_people import ADDRESS, register_person_route

NOBODY = str(UUID(int=404))


async def query_routes(
    intake: IntakeClient, *recipients: dict[str, Any], headers: dict[str, str] = SERVICE
) -> Any:
    """Query the routes of these recipients at once."""
    return await intake.http.post(
        "/contact-routes/query", json={"recipients": list(recipients)}, headers=headers
    )


def person(person_id: str) -> dict[str, str]:
    """Return a person as a recipient of a query."""
    return {"kind": "person", "id": person_id}


def partner(partner_id: str) -> dict[str, str]:
    """Return a partner as a recipient of a query."""
    return {"kind": "partner", "id": partner_id}


async def test_each_recipient_is_answered_in_the_order_they_were_asked_for(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "p-1")
    await intake.register(HOSPITAL, contact_email="desk@st-mary.example")

    response = await query_routes(
        intake, person(NOBODY), partner(HOSPITAL), person(person_id), partner(HOSPITAL)
    )

    known = {"kind": "partner", "id": HOSPITAL, "email": "desk@st-mary.example", "problem": None}
    assert response.status_code == 200
    assert response.json()["routes"] == [
        {"kind": "person", "id": NOBODY, "email": None, "problem": "contact-route-missing"},
        known,
        {"kind": "person", "id": person_id, "email": ADDRESS, "problem": None},
        known,
    ]


async def test_a_partners_id_does_not_find_a_persons_contact_route(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "p-1")

    response = await query_routes(intake, partner(person_id))

    assert [route["problem"] for route in response.json()["routes"]] == ["contact-route-missing"]


async def test_a_contact_route_that_cannot_be_opened_is_reported_and_hides_no_other(
    intake: IntakeClient,
) -> None:
    unreadable, sound = await register_person_route(intake, "p-1"), await register_person_route(intake, "p-2")
    await intake.bench.pool.execute(
        "update contact_route set sealed = (select sealed from contact_route where owner = $1) where owner = $2",
        sound,
        unreadable,
    )

    response = await query_routes(intake, person(unreadable), person(sound))

    assert [(route["email"], route["problem"]) for route in response.json()["routes"]] == [
        (None, "contact-route-unreadable"),
        (ADDRESS, None),
    ]


async def test_an_erased_person_has_no_route(intake: IntakeClient) -> None:
    person_id = await register_person_route(intake, "p-1")
    await intake.http.delete(f"/people/{person_id}", headers=SERVICE)

    response = await query_routes(intake, person(person_id))

    assert response.json()["routes"][0]["problem"] == "contact-route-missing"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["none", "wrong"])
async def test_a_query_for_contact_routes_requires_the_service_token(
    intake: IntakeClient, headers: dict[str, str]
) -> None:
    person_id = await register_person_route(intake, "p-1")

    response = await query_routes(intake, person(person_id), headers=headers)

    assert (response.status_code, response.json()["code"]) == (401, "service-token-required")
    assert ADDRESS not in response.text


@pytest.mark.parametrize(
    ("recipients", "field"),
    [
        ([], "body.recipients"),
        ([person(NOBODY)] * 201, "body.recipients"),
        ([{"kind": "offer", "id": NOBODY}], "body.recipients.0.kind"),
        ([person("x" * 101)], "body.recipients.0.id"),
        ([person(NOBODY) | {"name": "Maria"}], "body.recipients.0.name"),
    ],
    ids=["none", "too-many", "not-kept-here", "too-long", "a-field-too-many"],
)
async def test_an_invalid_query_for_contact_routes_names_the_field(
    intake: IntakeClient, recipients: list[dict[str, Any]], field: str
) -> None:
    response = await query_routes(intake, *recipients)

    assert (response.status_code, response.json()["field"]) == (422, field)
    assert "Maria" not in response.text


async def test_as_many_as_the_limit_are_answered_at_once(intake: IntakeClient) -> None:
    response = await query_routes(intake, *[person(str(UUID(int=number))) for number in range(200)])

    assert len(response.json()["routes"]) == 200
