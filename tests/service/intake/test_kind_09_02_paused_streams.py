"""Kind 09.02: a danger behind a paused stream is heard at once, admits nothing, and the later reading links to it."""

from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.vocabulary import Answer
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient
from tests.service.intake.raw_danger import base, escalations, record

DANGER = base(risks=["immediate-danger"])


async def paused(intake: IntakeClient) -> None:
    """Have the hospital's stream paused by 25 broken records."""
    await intake.bench.hear_records(*[record(intake, b"{") for _ in range(25)])
    await intake.bench.announced(clear=True)


async def resume(intake: IntakeClient) -> None:
    """Have the hospital's stream resumed."""
    answer = await intake.http.post(f"/quarantine/{HOSPITAL}/resume", json={"by": "ana"}, headers=SERVICE)
    assert answer.json()["resumed"] is True


async def test_a_danger_behind_a_paused_stream_is_escalated_and_nothing_is_admitted(
    intake: IntakeClient,
) -> None:
    await paused(intake)
    waiting = [record(intake, base(reference="C-0", person_reference="p-0")), record(intake, DANGER)]

    await intake.bench.hear_records(*waiting)
    await intake.bench.scan(streams.PARTNER_REFERRALS, *waiting)

    (escalation,) = await escalations(intake)
    assert (escalation.risks, escalation.region) == (("immediate-danger",), "us-fl-miami")
    assert await intake.announced_types() == ["SubmissionEscalated"]
    assert (await intake.submission(escalation.submission_id))["is_read"] is False


async def test_looking_twice_pages_once(intake: IntakeClient) -> None:
    await paused(intake)
    waiting = record(intake, DANGER)

    for _ in range(2):
        await intake.bench.scan(streams.PARTNER_REFERRALS, waiting)

    assert len(await escalations(intake)) == 1


async def test_the_later_reading_continues_the_escalation_under_its_id(intake: IntakeClient) -> None:
    await paused(intake)
    waiting = record(intake, DANGER)
    await intake.bench.scan(streams.PARTNER_REFERRALS, waiting)
    (escalation,) = await escalations(intake)
    await resume(intake)

    await intake.bench.hear_records(waiting)

    assert len(await escalations(intake)) == 1
    answer = (await intake.answers())[-1]
    assert (answer.answer, answer.submission_id) == (Answer.ESCALATED, escalation.submission_id)
    cleared = await intake.clear(escalation.submission_id)
    assert (cleared.json()["decision"], cleared.json()["is_read"]) == ("admitted", True)


async def test_a_danger_cleared_before_the_reading_is_not_escalated_again(intake: IntakeClient) -> None:
    await paused(intake)
    waiting = record(intake, DANGER)
    await intake.bench.scan(streams.PARTNER_REFERRALS, waiting)
    (escalation,) = await escalations(intake)
    cleared = await intake.clear(escalation.submission_id)
    assert (cleared.json()["decision"], cleared.json()["next_actor"]) == ("held", "coordinator")
    assert [problem["code"] for problem in cleared.json()["problems"]] == ["unread"]
    await resume(intake)

    await intake.bench.hear_records(waiting)

    assert len(await escalations(intake)) == 1
    answer = (await intake.answers())[-1]
    assert (answer.answer, answer.submission_id) == (Answer.ADMITTED, escalation.submission_id)
    admitted = [item.event for item in await intake.announced() if isinstance(item.event, SubmissionAdmitted)]
    assert [event.submission_id for event in admitted] == [escalation.submission_id]


async def test_a_broken_record_heard_while_paused_is_heard_once_and_rejected_when_it_is_read(
    intake: IntakeClient,
) -> None:
    await paused(intake)
    waiting = record(intake, base(risks=["immediate-danger"], needs=["x"]))
    await intake.bench.scan(streams.PARTNER_REFERRALS, waiting)
    (escalation,) = await escalations(intake)
    await intake.clear(escalation.submission_id)
    await resume(intake)

    await intake.bench.hear_records(waiting)

    assert len(await escalations(intake)) == 1
    answer = (await intake.answers())[-1]
    assert (answer.answer, answer.escalated_as) == (Answer.REFUSED, escalation.submission_id)
    assert (await intake.submission(escalation.submission_id))["decision"] == "rejected"


async def test_a_record_that_was_read_since_is_not_escalated_again(intake: IntakeClient) -> None:
    waiting, broken = record(intake, DANGER), record(intake, base(reference="C-2", risks=["x"], needs=["x"]))
    await intake.bench.hear_records(waiting, broken)

    await intake.bench.scan(streams.PARTNER_REFERRALS, waiting, broken)

    assert len(await escalations(intake)) == 2


async def test_consent_cannot_be_added_to_what_is_not_read(intake: IntakeClient) -> None:
    await paused(intake)
    await intake.bench.scan(streams.PARTNER_REFERRALS, record(intake, DANGER))
    (escalation,) = await escalations(intake)
    await intake.clear(escalation.submission_id)

    answer = await intake.http.post(
        f"/submissions/{escalation.submission_id}/consent", json={"guardian_consent": True}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "submission-not-read")
