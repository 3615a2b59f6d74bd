"""A sending round asks for all contact routes at once, with the service token."""

from typing import Any
from uuid import UUID

import pytest

from alongside_chassis.testing import ServiceBench
from tests.conftest import SERVICE_TOKEN
from tests.service.matching.bench import an_offer

SERVICE = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
NOBODY = UUID(int=404)


async def ask(bench: ServiceBench, *recipients: dict[str, Any], headers: dict[str, str] = SERVICE) -> Any:
    """Query the contact routes of these recipients."""
    return await bench.client.post(
        "/contact-routes/query", json={"recipients": list(recipients)}, headers=headers
    )


def offer(offer_id: object) -> dict[str, str]:
    """Return an offer as a recipient of the query."""
    return {"kind": "offer", "id": str(offer_id)}


async def test_each_offer_is_answered_in_the_order_it_was_asked_for(matching_bench: ServiceBench) -> None:
    reached = await an_offer(matching_bench, contact_email="supporter@example.org")
    silent = await an_offer(matching_bench)

    response = await ask(matching_bench, offer(silent), offer(reached), offer(NOBODY), offer(reached))

    known = offer(reached) | {"email": "supporter@example.org", "problem": None}
    nothing = {"email": None, "problem": "no-contact-route"}
    assert response.status_code == 200
    assert response.json()["routes"] == [offer(silent) | nothing, known, offer(NOBODY) | nothing, known]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}], ids=["none", "wrong"])
async def test_a_query_for_many_contact_routes_requires_the_service_token(
    matching_bench: ServiceBench, headers: dict[str, str]
) -> None:
    reached = await an_offer(matching_bench, contact_email="supporter@example.org")

    response = await ask(matching_bench, offer(reached), headers=headers)

    assert (response.status_code, response.json()["code"]) == (401, "service-token-required")
    assert "example.org" not in response.text


@pytest.mark.parametrize(
    ("recipients", "field"),
    [
        ([], "body.recipients"),
        ([offer(NOBODY)] * 201, "body.recipients"),
        ([{"kind": "person", "id": str(NOBODY)}], "body.recipients.0.kind"),
        ([offer("nonsense")], "body.recipients.0.id"),
    ],
    ids=["none", "too-many", "not-kept-here", "no-id"],
)
async def test_an_invalid_query_is_refused_with_the_field(
    matching_bench: ServiceBench, recipients: list[dict[str, Any]], field: str
) -> None:
    response = await ask(matching_bench, *recipients)

    assert (response.status_code, response.json()["field"]) == (422, field)
