"""Kind 09.01: a danger that can be read is escalated once, whatever else is wrong with the record or request."""

import json
from uuid import uuid4

import pytest

from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.vocabulary import Answer, Risk
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient, codes
from tests.service.intake.raw_danger import base, escalations, record, rows, words_of


async def test_a_risk_beside_one_wrong_field_is_refused_and_escalated(intake: IntakeClient) -> None:
    wrong = base(risks=["danger-to-self"], needs=["suicidal thoughts"])

    await intake.bench.hear_records(record(intake, wrong))

    (escalation,) = await escalations(intake)
    assert escalation.risks == (Risk.DANGER_TO_SELF,)
    assert (escalation.partner, escalation.region) == (HOSPITAL, "us-fl-miami")
    (answer,) = await intake.answers()
    assert (answer.answer, codes(answer)) == (Answer.REFUSED, [("invalid-field", "needs.0")])
    assert answer.escalated_as == escalation.submission_id
    assert [letter.reason for letter in await intake.bench.dead_letters()] == ["invalid-field"]


async def test_a_risk_that_is_no_code_of_ours_escalates_in_the_partners_own_sealed_words(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["wants-to-die"])))

    (escalation,) = await escalations(intake)
    assert escalation.risks == (Risk.UNRECOGNISED_RISK,)
    assert [answer.answer for answer in await intake.answers()] == [Answer.REFUSED]
    assert await words_of(intake, escalation.submission_id) == ["wants-to-die"]
    stored = await rows(intake)
    assert "wants-to-die" not in str(stored)
    assert "wants-to-die" not in str(await intake.bench.pool.fetch("select payload from outbox"))


async def test_the_words_are_shown_with_the_service_token_only(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["wants-to-die"])))
    (escalation,) = await escalations(intake)

    answer = await intake.http.get(f"/submissions/{escalation.submission_id}/risk-words")

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(base(risks=["danger-to-self"], needs=["x"]), "body.needs.0", id="a wrong need"),
        pytest.param(base(risks=["wants-to-die"]), "body.risks.0", id="no code of ours"),
        pytest.param(base(risks="danger-to-self"), "body.risks", id="a text, no list"),
        pytest.param(base(urgency="CRISIS"), "body.urgency", id="urgency in capitals"),
        pytest.param({"risks": ["immediate-danger"]}, "body.region", id="nothing else"),
    ],
)
async def test_over_http_the_refusal_names_the_field_and_shows_the_crisis_line(
    intake: IntakeClient, body: dict[str, object], field: str
) -> None:
    answer = await intake.http.post("/submissions", json=body)

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["field"] == field
    assert "988" in [resource["number"] for resource in problem["crisis_resources"]]
    (escalation,) = await escalations(intake)
    assert problem["escalated_as"] == str(escalation.submission_id)
    assert escalation.partner is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"reference":"C-1","region":"us-fl-miami","risks":["danger-to-self"', id="cut"),
        pytest.param(b'{"risks":["danger-to-self"], needs:}', id="broken"),
        pytest.param(b"risks=danger-to-self&needs=depression", id="a form"),
        pytest.param(b" " * 1_100_000 + b'{"risks":["late"]}', id="too late to be read"),
        pytest.param(b'{"risks":["danger-to-self"]}' + b" " * 1_100_000, id="too large"),
    ],
)
async def test_a_body_that_cannot_be_parsed_is_heard_too(intake: IntakeClient, body: bytes) -> None:
    answer = await intake.http.post(
        "/submissions", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code in (413, 422)
    expected = 0 if b"late" in body else 1
    assert len(await escalations(intake)) == expected


async def test_a_request_refused_twice_pages_once(intake: IntakeClient) -> None:
    for _ in range(3):
        await intake.http.post("/submissions", json=base(risks=["wants-to-die"]))

    assert len(await escalations(intake)) == 1


async def test_new_words_on_the_same_reference_page_again(intake: IntakeClient) -> None:
    await intake.http.post("/submissions", json=base(risks=["wants-to-die"]))

    await intake.http.post("/submissions", json=base(risks=["wants-to-die", "has a weapon"]))

    first, second = await escalations(intake)
    assert first.submission_id != second.submission_id
    assert await words_of(intake, second.submission_id) == ["wants-to-die", "has a weapon"]


@pytest.mark.parametrize(
    "risks", [[], "none", ["None"], "N/A", False, None, "", ["ninguno"], [""], ["no", "n/a"]]
)
async def test_an_answer_that_says_no_escalates_nothing(intake: IntakeClient, risks: object) -> None:
    await intake.bench.hear_records(record(intake, base(risks=risks, needs=["no-need"])))

    assert await escalations(intake) == []
    assert [answer.answer for answer in await intake.answers()] == [Answer.REFUSED]


async def test_a_topic_whose_partner_is_not_registered_escalates_to_the_reserved_region(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["danger-to-self"]), partner="nobody-we-know"))

    (escalation,) = await escalations(intake)
    assert (escalation.region, escalation.partner) == ("elsewhere", "nobody-we-know")
    assert await intake.answers() == []


@pytest.mark.parametrize("region", [None, "atlantis", "US FL", 7])
async def test_a_region_that_cannot_be_read_or_is_not_served_is_the_reserved_one(
    intake: IntakeClient, region: object
) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["wants-to-die"], region=region)))

    assert [escalation.region for escalation in await escalations(intake)] == ["elsewhere"]


async def test_without_a_person_reference_the_danger_belongs_to_a_fresh_opaque_person(
    intake: IntakeClient,
) -> None:
    nameless = base(risks=["danger-to-self"])
    del nameless["person_reference"]

    await intake.bench.hear_records(record(intake, nameless), record(intake, nameless | {"reference": "C-2"}))

    first, second = await escalations(intake)
    assert first.person_id != second.person_id


async def test_a_danger_at_a_key_that_is_not_read_is_heard_in_an_accepted_submission(
    intake: IntakeClient,
) -> None:
    elsewhere = base(RISKS=["danger-to-self"], assessment={"risks": ["has a weapon"]})

    await intake.bench.hear_records(record(intake, elsewhere))

    (escalation,) = await escalations(intake)
    assert escalation.risks == (Risk.DANGER_TO_SELF, Risk.UNRECOGNISED_RISK)
    (answer,) = await intake.answers()
    assert (answer.answer, answer.submission_id) == (Answer.ESCALATED, escalation.submission_id)
    assert await words_of(intake, escalation.submission_id) == ["has a weapon"]


async def test_new_words_at_a_key_that_is_not_read_page_again(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(RISKS=["wants to die"])))

    await intake.bench.hear_records(
        record(intake, base(RISKS=["Wants to die"])), record(intake, base(RISKS=["has a weapon"]))
    )

    first, second = await escalations(intake)
    assert first.submission_id != second.submission_id
    assert await words_of(intake, second.submission_id) == ["has a weapon"]


async def test_new_words_in_a_corrected_record_page_again_and_the_earlier_are_kept(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["wants to die"])))

    await intake.bench.hear_records(record(intake, base(RISKS=["has a weapon"])))

    first, second = await escalations(intake)
    assert first.submission_id == second.submission_id
    assert await words_of(intake, second.submission_id) == ["wants to die", "has a weapon"]


async def test_the_same_words_in_another_case_page_once(intake: IntakeClient) -> None:
    for words in ("wants to die", "Wants to die", "WANTS TO DIE "):
        await intake.bench.hear_records(record(intake, base(risks=[words])))

    assert len(await escalations(intake)) == 1


async def test_the_same_over_http_shows_the_crisis_line(intake: IntakeClient) -> None:
    answer = await intake.http.post("/submissions", json=base(Risks="has a weapon", setting="self"))

    assert answer.status_code == 201
    assert (answer.json()["decision"], answer.json()["risks"]) == ("escalated", ["unrecognised-risk"])
    assert answer.json()["crisis_resources"]
    assert len(await escalations(intake)) == 1


async def test_a_danger_beside_a_forged_source_is_with_crisis_lines(intake: IntakeClient) -> None:
    forged = record(intake, base(risks=["danger-to-self"]))
    forged.headers = tuple(
        (name, b"urn:alongside:partner:somebody-else" if name == "ce_source" else value)
        for name, value in forged.headers
    )

    await intake.bench.hear_records(forged)

    assert [escalation.partner for escalation in await escalations(intake)] == [HOSPITAL]


async def test_a_redelivered_record_is_heard_once(intake: IntakeClient) -> None:
    sent = record(intake, base(risks=["danger-to-self"], needs=["x"]))

    await intake.bench.hear_records(sent, sent)
    await intake.bench.hear_records(sent)

    assert len(await escalations(intake)) == 1


async def test_a_corrected_record_takes_the_place_of_the_danger_heard_before_it(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["danger-to-self"], needs=["x"])))
    (escalation,) = await escalations(intake)

    await intake.bench.hear_records(record(intake, base(risks=["danger-to-self"])))

    assert len(await escalations(intake)) == 1, "nobody is paged twice for one danger"
    assert (await intake.answers())[-1].submission_id == escalation.submission_id
    cleared = await intake.clear(escalation.submission_id)
    assert cleared.json()["decision"] == "admitted"
    assert isinstance((await intake.announced())[-1].event, SubmissionAdmitted)


async def test_a_corrected_record_with_a_new_risk_pages_for_it(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["danger-to-self"], needs=["x"])))

    await intake.bench.hear_records(record(intake, base(risks=["danger-to-others"])))

    first, second = await escalations(intake)
    assert first.submission_id == second.submission_id
    assert second.risks == (Risk.DANGER_TO_OTHERS, Risk.DANGER_TO_SELF)


async def test_a_cleared_danger_in_a_refused_record_is_a_rejected_submission_and_can_be_sent_again(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["danger-to-self"], needs=["x"])))
    (escalation,) = await escalations(intake)

    cleared = await intake.clear(escalation.submission_id)

    assert (cleared.json()["decision"], cleared.json()["is_read"]) == ("rejected", False)
    assert [problem["where"] for problem in cleared.json()["problems"]] == ["needs.0"]
    await intake.bench.hear_records(record(intake, base()))
    assert (await intake.answers())[-1].answer == Answer.ADMITTED


async def test_a_danger_in_a_broken_repeat_leaves_the_held_submission_as_it_is(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(consent=None)))
    held = (await intake.answers())[-1]

    await intake.bench.hear_records(record(intake, base(risks=["danger-to-self"], needs=["x"])))

    assert len(await escalations(intake)) == 1
    assert (await intake.submission(held.submission_id))["decision"] == "held"


async def test_nothing_is_written_of_a_refused_record_without_danger(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(needs=["x"])))

    assert await rows(intake) == []


async def test_erasing_a_person_erases_the_words_about_them(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(risks=["wants-to-die"])))
    (escalation,) = await escalations(intake)
    await intake.clear(escalation.submission_id)

    answer = await intake.http.delete(f"/people/{escalation.person_id}", headers=SERVICE)

    assert answer.status_code == 200, answer.text
    assert await intake.bench.pool.fetchval("select count(*) from risk_words") == 0


async def test_a_danger_in_a_command_on_a_submission_is_heard_too(intake: IntakeClient) -> None:
    answer = await intake.http.post(
        f"/submissions/{uuid4()}/consent", json={"guardian_consent": True, "risks": ["danger-to-self"]}
    )

    assert answer.status_code == 422
    assert len(await escalations(intake)) == 1


async def test_a_danger_in_a_structured_record_with_base64_is_with_crisis_lines(intake: IntakeClient) -> None:
    import base64

    inner = base64.b64encode(json.dumps(base(risks=["danger-to-self"], needs=["x"])).encode()).decode()
    sent = record(
        intake, {"specversion": "1.0", "id": "e", "source": "urn:x", "type": "t", "data_base64": inner}
    )
    sent.headers = (("content-type", b"application/cloudevents+json"),)

    await intake.bench.hear_records(sent)

    assert [escalation.risks for escalation in await escalations(intake)] == [(Risk.DANGER_TO_SELF,)]


async def test_two_strangers_with_the_same_references_are_both_heard(intake: IntakeClient) -> None:
    await intake.http.post("/submissions", json=base(risks=["danger-to-self"], needs=["x"]))

    await intake.http.post("/submissions", json=base(risks=["danger-to-self"], needs=["y"]))

    first, second = await escalations(intake)
    assert first.person_id != second.person_id
