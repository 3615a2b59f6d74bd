"""Kind 09.03: a field given twice is malformed at every door, and a danger in either of its values is heard."""

import json

import pytest

from alongside_contracts.vocabulary import Answer
from tests.service.intake.intake_client import IntakeClient, codes
from tests.service.intake.raw_danger import base, escalations, record

ONCE = json.dumps(base()).encode()
TWICE = ONCE[:-1] + b',"risks":["danger-to-self"],"risks":[]}'


async def test_a_key_given_twice_is_malformed_on_a_partners_stream_and_its_danger_is_with_crisis_lines(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear_records(record(intake, TWICE))

    (answer,) = await intake.answers()
    assert (answer.answer, codes(answer)) == (Answer.REFUSED, [("malformed", "risks")])
    assert answer.problems[0].remedy == "give each field once"
    assert [escalation.risks for escalation in await escalations(intake)] == [("danger-to-self",)]


async def test_the_same_over_http(intake: IntakeClient) -> None:
    answer = await intake.http.post(
        "/submissions", content=TWICE, headers={"content-type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "malformed", "risks")
    assert answer.json()["remedy"] == "Give each field once."
    assert len(await escalations(intake)) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(ONCE.replace(b'"decision"', b'"decision":"refused","decision"'), id="inside an object"),
        pytest.param(
            ONCE.replace(b'"needs":', b'"need\\u0073":["grief"],"needs":', 1), id="spelt with an escape"
        ),
        pytest.param(ONCE[:-1] + b',"note":"\\u0000"}', id="a control character"),
        pytest.param(ONCE[:-1] + b',"note":' + b"[" * 40 + b"]" * 40 + b"}", id="too deep"),
    ],
)
async def test_what_readers_would_read_differently(intake: IntakeClient, body: bytes) -> None:
    await intake.bench.hear_records(record(intake, body))
    answer = await intake.http.post(
        "/submissions", content=body, headers={"content-type": "application/json"}
    )

    assert [code for code, _ in codes((await intake.answers())[0])] == ["malformed"]
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_field_given_once_at_each_level_is_no_repeat(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(more={"reference": "inner", "needs": ["x"]})))

    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED]
