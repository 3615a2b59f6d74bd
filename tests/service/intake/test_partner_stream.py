"""Bad records, unregistered partners and forged sources: refused alone, answered on the right stream, never blocking."""

import json

import pytest

from alongside_chassis.testing import Headers
from alongside_contracts.cloudevents import CloudEvent, encode_structured
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.partner import IntakePaused, IntakeResumed
from alongside_contracts.vocabulary import Answer, PauseReason
from tests.builders import a_submission
from tests.conftest import SERVICE_TOKEN
from tests.service.intake.intake_client import HOSPITAL, IntakeClient, codes

TOPIC = f"partner.{HOSPITAL}.referrals.v1"


def headers(**changed: bytes | None) -> Headers:
    """Return the headers of a submission by the hospital, some of them changed."""
    plain: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": b"e-1",
        "ce_source": f"urn:alongside:partner:{HOSPITAL}".encode(),
        "ce_type": SubmissionReceived.type.encode(),
        "content-type": b"application/json",
    }
    return list((plain | changed).items())


BODY = a_submission(reference="H-1").model_dump_json(exclude_none=True).encode()


@pytest.mark.parametrize(
    ("value", "changed", "code"),
    [
        pytest.param(b"{not json", {}, "malformed", id="malformed JSON"),
        pytest.param(b'{"reference": "H-1"}', {}, "invalid-field", id="wrong schema"),
        pytest.param(None, {}, "malformed", id="tombstone"),
        pytest.param(BODY, {"ce_type": b"org.example.unknown.v1"}, "unknown-type", id="unknown type"),
        pytest.param(
            BODY,
            {"ce_type": b"org.alongside.submission.received.v9"},
            "unsupported-version",
            id="future version",
        ),
        pytest.param(BODY, {"ce_id": b"\xff\xfe"}, "malformed", id="binary header"),
        pytest.param(BODY, {"ce_source": None}, "malformed", id="null header"),
        pytest.param(b" " * 2_000_000, {}, "too-large", id="2 MB"),
        pytest.param(
            BODY, {"ce_source": b"urn:alongside:partner:north-clinic"}, "forged-source", id="forged source"
        ),
    ],
)
async def test_a_bad_record_is_refused_alone_and_the_partner_is_answered(
    intake: IntakeClient, value: bytes | None, changed: dict[str, bytes | None], code: str
) -> None:
    bench = intake.bench
    good = [bench.record_of(a_submission(), partner=HOSPITAL) for _ in range(2)]
    bad = bench.record(b"H-1", value, headers(**changed), TOPIC)

    await bench.hear_records(good[0], bad, good[1])

    answers = await intake.answers()
    assert sorted(answer.answer for answer in answers) == ["admitted", "admitted", "refused"]
    refused = next(answer for answer in answers if answer.answer == Answer.REFUSED)
    assert [found for found, _ in codes(refused)] == [code]
    assert refused.origin is not None
    assert (refused.origin.topic, refused.origin.offset) == (TOPIC, bad.offset)
    assert [dead_letter.reason for dead_letter in await bench.dead_letters()] == [code]


async def test_a_forged_source_is_reported_to_the_partner_of_the_stream(intake: IntakeClient) -> None:
    await intake.register("north-clinic")

    await intake.bench.hear(a_submission(), partner=HOSPITAL, source="urn:alongside:partner:north-clinic")

    (announced,) = await intake.bench.announced()
    assert announced.topic == f"partner.{HOSPITAL}.status.v1"


async def test_a_forged_source_does_not_use_up_the_ids_of_its_owner(intake: IntakeClient) -> None:
    await intake.register("north-clinic")
    clinic = "urn:alongside:partner:north-clinic"
    await intake.bench.hear(a_submission(), partner=HOSPITAL, source=clinic, event_id="e-1")

    await intake.bench.hear(a_submission(), partner="north-clinic", event_id="e-1")

    assert [answer.answer for answer in await intake.answers()] == [Answer.REFUSED, Answer.ADMITTED]


async def test_an_unregistered_partners_record_is_dead_lettered_and_not_answered(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear(a_submission(), partner="nobody-we-know")

    assert [dead_letter.reason for dead_letter in await intake.bench.dead_letters()] == ["unknown-partner"]
    assert await intake.bench.announced() == []


async def test_a_submission_in_structured_mode_is_admitted_too(intake: IntakeClient) -> None:
    event = CloudEvent(
        id="e-1", source=f"urn:alongside:partner:{HOSPITAL}", type=SubmissionReceived.type, data=BODY
    )
    structured, value = encode_structured(event)

    await intake.bench.hear_raw(b"H-1", value, structured, TOPIC)

    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED]


async def test_an_unknown_field_of_an_event_is_ignored(intake: IntakeClient) -> None:
    newer = json.dumps(json.loads(BODY) | {"pronouns": "they/them"}).encode()

    await intake.bench.hear_raw(b"H-1", newer, headers(), TOPIC)

    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED]
    assert "they/them" not in await intake.all_text()


async def test_announcements_of_intake_continue_the_partners_trace(intake: IntakeClient) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"

    await intake.bench.hear(
        a_submission(), partner=HOSPITAL, trace={"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    )

    assert {item.trace["traceparent"].split("-")[1] for item in await intake.bench.announced()} == {trace_id}


async def test_a_partner_is_notified_when_its_stream_is_paused_and_resumed(
    intake: IntakeClient,
) -> None:
    bench = intake.bench
    await bench.hear_records(*[bench.record(b"H-1", b"{", headers(), TOPIC) for _ in range(30)])

    answer = await bench.client.post(
        f"/quarantine/{HOSPITAL}/resume",
        json={"by": "ana"},
        headers={"Authorization": f"Bearer {SERVICE_TOKEN}"},
    )

    assert answer.json()["resumed"] is True
    *refusals, paused, resumed = await bench.announced()
    assert len(refusals) == len(await bench.dead_letters()) == 25
    assert isinstance(paused.event, IntakePaused)
    assert (paused.topic, paused.key) == (f"partner.{HOSPITAL}.status.v1", HOSPITAL)
    assert (paused.event.because, paused.event.refused) == (PauseReason.REFUSED_IN_A_ROW, 25)
    assert (paused.event.problem.code, paused.event.origin.offset) == ("malformed", 25)
    assert isinstance(resumed.event, IntakeResumed)
    assert resumed.event.paused_at == paused.event.paused_at


async def test_an_unregistered_partner_with_too_many_records_is_paused_and_not_answered(
    intake: IntakeClient,
) -> None:
    for _ in range(30):
        await intake.bench.hear(a_submission(), partner="nobody-we-know")

    assert len(await intake.bench.dead_letters()) == 25
    assert await intake.bench.announced() == []
