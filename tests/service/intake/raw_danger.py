"""Submissions as foreign systems send them, wrong in one way or another, and what intake made of the danger in them."""

import json
from typing import Any
from uuid import uuid4

from alongside_chassis.consume.decoding import Record
from alongside_contracts.intake import SubmissionEscalated, SubmissionReceived
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient

TOPIC = f"partner.{HOSPITAL}.referrals.v1"
BASE: dict[str, Any] = {
    "reference": "C-1",
    "person_reference": "p-c1",
    "setting": "hospital",
    "region": "us-fl-miami",
    "needs": ["depression"],
    "languages": ["en"],
    "consent": {
        "decision": "given",
        "categories": ["needs", "contact"],
        "signed_at": "2026-11-01T10:00:00Z",
    },
}


def base(**changes: Any) -> dict[str, Any]:
    """Return the submission of a hospital, some of its fields changed."""
    return BASE | changes


def record(
    intake: IntakeClient, body: object, *, partner: str = HOSPITAL, event_id: str | None = None
) -> Record:
    """Return the record of a partner with this body, which is sent as it is when it is bytes."""
    value = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", (event_id or str(uuid4())).encode()),
        ("ce_source", f"urn:alongside:partner:{partner}".encode()),
        ("ce_type", SubmissionReceived.type.encode()),
        ("content-type", b"application/json"),
    ]
    return intake.bench.record(b"C-1", value, headers, f"partner.{partner}.referrals.v1")


async def escalations(intake: IntakeClient) -> list[SubmissionEscalated]:
    """Return the escalations that were announced, oldest first."""
    return [item.event for item in await intake.announced() if isinstance(item.event, SubmissionEscalated)]


async def words_of(intake: IntakeClient, submission_id: object) -> list[str]:
    """Return what the sender said, as it is shown to who acknowledges an escalation."""
    answer = await intake.http.get(f"/submissions/{submission_id}/risk-words", headers=SERVICE)
    assert answer.status_code == 200, answer.text
    words: list[str] = answer.json()["words"]
    return words


async def rows(intake: IntakeClient) -> list[dict[str, Any]]:
    """Return every submission as stored, oldest first."""
    return [dict(row) for row in await intake.bench.pool.fetch("select * from submission order by id")]
