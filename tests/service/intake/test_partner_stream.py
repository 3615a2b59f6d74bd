"""Bad records, unregistered partners and forged sources: refused alone, answered on the right stream, never blocking."""

import json
from datetime import timedelta

import pytest

from alongside_chassis.testing import Headers
from alongside_contracts.cloudevents import CloudEvent, encode_structured
from alongside_contracts.intake import PartnerStreamPaused, PartnerStreamResumed, SubmissionReceived
from alongside_contracts.partner import IntakePaused, IntakeResumed
from alongside_contracts.vocabulary import Answer, PauseReason
from tests.builders import REGION, a_submission
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient, codes

TOPIC, STATUS_TOPIC = f"partner.{HOSPITAL}.referrals.v1", f"partner.{HOSPITAL}.status.v1"


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
    assert announced.topic == STATUS_TOPIC


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
    await send_bad_records(intake)

    await resume(intake, HOSPITAL)

    paused, resumed = [row for row in await intake.bench.announced() if row.topic == STATUS_TOPIC][25:]
    assert (paused.key, resumed.key) == (HOSPITAL, HOSPITAL)
    assert len(await intake.answers()) == len(await intake.bench.dead_letters()) == 25
    assert isinstance(paused.event, IntakePaused)
    assert (paused.event.because, paused.event.refused) == (PauseReason.REFUSED_IN_A_ROW, 25)
    assert (paused.event.problem.code, paused.event.origin.offset) == ("malformed", 25)
    assert isinstance(resumed.event, IntakeResumed)
    assert resumed.event.paused_at == paused.event.paused_at


async def test_the_network_is_notified_once_that_a_partners_stream_is_unread_and_once_that_it_is_read_again(
    intake: IntakeClient,
) -> None:
    paused_at = intake.bench.clock.now()
    await send_bad_records(intake)
    await send_bad_records(intake)  # while it is paused
    intake.bench.clock.advance(timedelta(hours=2))

    await resume(intake, HOSPITAL)
    await resume(intake, HOSPITAL)

    announced = [row for row in await intake.bench.announced() if row.topic == "crisis.v1"]
    assert [(row.key, row.event) for row in announced] == [
        (
            HOSPITAL,
            PartnerStreamPaused(
                partner=HOSPITAL, region=REGION, because=PauseReason.REFUSED_IN_A_ROW, paused_at=paused_at
            ),
        ),
        (
            HOSPITAL,
            PartnerStreamResumed(
                partner=HOSPITAL,
                region=REGION,
                paused_at=paused_at,
                resumed_at=paused_at + timedelta(hours=2),
            ),
        ),
    ]


async def test_a_stream_that_is_paused_again_is_announced_again(intake: IntakeClient) -> None:
    for _ in range(2):
        await send_bad_records(intake)
        await resume(intake, HOSPITAL)
        intake.bench.clock.advance(timedelta(minutes=1))

    pauses = [
        row.event for row in await intake.bench.announced() if isinstance(row.event, PartnerStreamPaused)
    ]
    first, second = (pause.paused_at for pause in pauses)
    assert second - first == timedelta(minutes=1)


async def test_the_network_is_notified_of_a_paused_stream_whose_partner_is_not_registered(
    intake: IntakeClient,
) -> None:
    for _ in range(30):
        await intake.bench.hear(a_submission(), partner="nobody-we-know")

    await resume(intake, "nobody-we-know")

    assert len(await intake.bench.dead_letters()) == 25
    paused, resumed = await intake.bench.announced()  # and nothing on a status stream: it has none
    assert isinstance(paused.event, PartnerStreamPaused)
    assert isinstance(resumed.event, PartnerStreamResumed)
    assert (paused.event.partner, paused.event.region) == ("nobody-we-know", None)
    assert (resumed.event.partner, resumed.event.region) == ("nobody-we-know", None)


async def send_bad_records(intake: IntakeClient) -> None:
    """Send more bad records of the hospital than its stream may have in a row."""
    bench = intake.bench
    await bench.hear_records(*[bench.record(b"H-1", b"{", headers(), TOPIC) for _ in range(30)])


async def resume(intake: IntakeClient, partner: str) -> None:
    """Resume a partner's stream, as an operator does."""
    answer = await intake.http.post(f"/quarantine/{partner}/resume", json={"by": "ana"}, headers=SERVICE)
    assert answer.is_success, answer.text
