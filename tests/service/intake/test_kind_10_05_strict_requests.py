"""Intake reads requests as strictly as records, and hears a danger in every one that it refuses."""

import gzip
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from alongside_contracts.intake import SubmissionEscalated
from tests.builders import a_submission
from tests.service.intake.intake_client import IntakeClient

JSON = {"content-type": "application/json"}
READINESS = {"comfort_sharing": 3, "comfort_listening": 3}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"readiness": READINESS | {"comfort_sharing": "3"}}, "body.readiness.comfort_sharing"),
        ({"readiness": READINESS | {"comfort_sharing": 3.0}}, "body.readiness.comfort_sharing"),
        ({"readiness": READINESS | {"wants_professional_help_instead": 1}}, "body.readiness.wants_professional_help_instead"),
        ({"guardian_consent": "true"}, "body.guardian_consent"),
        ({"distance_km_max": "10"}, "body.distance_km_max"),
        ({"near": {"latitude": "25.7", "longitude": -80}}, "body.near.latitude"),
        ({"reference": 5}, "body.reference"),
    ],
)  # fmt: skip
async def test_a_value_of_another_type_is_refused_as_on_a_stream(
    intake: IntakeClient, change: dict[str, Any], field: str
) -> None:
    answer = await intake.post(a_submission(), **change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


REFUSED: dict[str, tuple[Mapping[str, str], str]] = {
    "a wrong type": (JSON, "/submissions"),
    "another charset": ({"content-type": "application/json; charset=latin-1"}, "/submissions"),
    "no JSON by its content type": ({"content-type": "text/plain"}, "/submissions"),
    "no content type": ({}, "/submissions"),
    "a compressed body, by its header": (JSON | {"content-encoding": "gzip"}, "/submissions"),
    "a parameter given twice": (JSON, "/submissions?a=1&a=2"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_danger_is_heard_whatever_a_request_is_refused_for(intake: IntakeClient, kind: str) -> None:
    headers, path = REFUSED[kind]
    said = a_submission().model_dump(mode="json", exclude_none=True)
    body = orjson.dumps(said | {"risks": ["danger-to-self"], "guardian_consent": "true"})

    answer = await intake.http.post(path, content=body, headers=headers)

    assert answer.status_code in (415, 422)
    await assert_heard(intake, answer.json())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
async def test_a_danger_is_heard_in_a_body_of_another_encoding(intake: IntakeClient, encoding: str) -> None:
    body = '{"reference": "A-1", "region": "us-fl-miami", "risks": ["danger-to-self"]}'.encode(encoding)

    answer = await intake.http.post("/submissions", content=body, headers=JSON)

    assert answer.status_code == 422
    await assert_heard(intake, answer.json())


@pytest.mark.parametrize("kept", [1, 0.9])
async def test_a_danger_is_heard_in_a_compressed_body_also_when_it_was_cut_off(
    intake: IntakeClient, kept: float
) -> None:
    packed = gzip.compress(
        b'{"risks": ["danger-to-self"], "reference": "A-1", "needs": [' + b'"grief", ' * 99
    )
    body = packed[: int(len(packed) * kept)]

    answer = await intake.http.post("/submissions", content=body, headers=JSON | {"content-encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    await assert_heard(intake, answer.json())


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
async def test_a_danger_is_heard_beside_a_number_that_is_none(intake: IntakeClient, number: str) -> None:
    body = f'{{"distance_km_max": {number}, "risks": ["danger-to-self"]}}'.encode()

    answer = await intake.http.post("/submissions", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    await assert_heard(intake, answer.json())


async def assert_heard(intake: IntakeClient, refusal: dict[str, Any]) -> None:
    """Assert that the danger was escalated once, and that the refusal names the escalation and the crisis lines."""
    (escalated,) = [row.event for row in await intake.announced()]
    assert isinstance(escalated, SubmissionEscalated)
    assert (escalated.risks, refusal["escalated_as"]) == (("danger-to-self",), str(escalated.submission_id))
    assert "crisis_resources" in refusal
