"""Kind 09.07: a used ce_id with different content is refused, kept, answered and counted, and its danger is heard."""

import pytest

from alongside_contracts import streams
from alongside_contracts.partner import SubmissionWithdrawalRequested
from alongside_contracts.vocabulary import Answer, Reason
from tests.service.intake.intake_client import HOSPITAL, IntakeClient, codes
from tests.service.intake.raw_danger import base, escalations, record
from tests.service.intake.test_kind_09_02_paused_streams import paused, resume

DANGER = base(risks=["danger-to-self"])


async def test_different_content_under_a_used_id_is_refused_with_its_position(intake: IntakeClient) -> None:
    other = record(intake, base(needs=["grief"]), event_id="e-1")
    await intake.bench.hear_records(record(intake, base(), event_id="e-1"))

    await intake.bench.hear_records(other)

    admitted, refused = await intake.answers()
    assert (admitted.answer, refused.answer) == (Answer.ADMITTED, Answer.REFUSED)
    assert codes(refused) == [("id-reused", "id")]
    assert refused.origin is not None
    assert (refused.origin.offset, refused.origin.event_id) == (other.offset, "e-1")
    assert [letter.reason for letter in await intake.bench.dead_letters()] == ["id-reused"]
    assert await intake.announced_types() == ["SubmissionAdmitted"]


@pytest.mark.parametrize("in_one_batch", [True, False], ids=["in one batch", "one by one"])
async def test_a_danger_under_a_used_id_is_escalated_and_the_record_refused(
    intake: IntakeClient, *, in_one_batch: bool
) -> None:
    records = [record(intake, base(), event_id="e-1"), record(intake, DANGER, event_id="e-1")]

    for batch in [records] if in_one_batch else [[item] for item in records]:
        await intake.bench.hear_records(*batch)

    (escalation,) = await escalations(intake)
    assert escalation.risks == ("danger-to-self",)
    admitted, refused = await intake.answers()
    assert (admitted.answer, refused.answer) == (Answer.ADMITTED, Answer.REFUSED)
    assert refused.escalated_as == escalation.submission_id
    assert (await intake.submission(admitted.submission_id))["decision"] == "admitted"


async def test_a_danger_under_a_used_id_is_escalated_once_however_often_it_is_delivered(
    intake: IntakeClient,
) -> None:
    batch = [record(intake, base(), event_id="e-1"), record(intake, DANGER, event_id="e-1")]

    for _ in range(3):
        await intake.bench.hear_records(*batch)

    assert len(await escalations(intake)) == 1
    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED, Answer.REFUSED]


async def test_a_cleared_danger_under_a_used_id_is_rejected_and_the_referral_goes_on(
    intake: IntakeClient,
) -> None:
    await intake.bench.hear_records(record(intake, base(), event_id="e-1"))
    await intake.bench.hear_records(record(intake, DANGER, event_id="e-1"))
    (escalation,) = await escalations(intake)

    cleared = await intake.clear(escalation.submission_id)

    assert (cleared.json()["decision"], cleared.json()["is_read"]) == ("rejected", False)
    assert [problem["code"] for problem in cleared.json()["problems"]] == ["id-reused"]
    assert await intake.announced_types() == ["SubmissionAdmitted", "SubmissionEscalated"]


async def test_what_was_refused_is_taken_under_a_new_id(intake: IntakeClient) -> None:
    other = base(reference="C-2", person_reference="p-c2")
    await intake.bench.hear_records(record(intake, base(), event_id="e-1"))
    await intake.bench.hear_records(record(intake, other, event_id="e-1"))

    await intake.bench.hear_records(record(intake, other, event_id="e-2"))

    answers = [answer.answer for answer in await intake.answers()]
    assert answers == [Answer.ADMITTED, Answer.REFUSED, Answer.ADMITTED]


async def test_another_type_under_a_used_id_is_refused_and_withdraws_nothing(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(), event_id="e-1"))

    withdrawal = SubmissionWithdrawalRequested(reference="C-1", reason=Reason.SENT_IN_ERROR)
    await intake.bench.hear(withdrawal, partner=HOSPITAL, event_id="e-1")

    assert [codes(answer) for answer in await intake.answers()] == [[], [("id-reused", "id")]]
    assert await intake.announced_types() == ["SubmissionAdmitted"]


async def test_a_danger_under_a_used_id_is_heard_behind_a_paused_stream(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, base(), event_id="e-1"))
    await paused(intake)
    repeat = record(intake, base(), event_id="e-1")
    waiting = record(intake, DANGER, event_id="e-1")

    await intake.bench.scan(streams.PARTNER_REFERRALS, repeat, waiting)

    (escalation,) = await escalations(intake)
    await resume(intake)
    await intake.bench.hear_records(repeat, waiting)
    answer = (await intake.answers())[-1]
    assert (codes(answer), answer.escalated_as) == ([("id-reused", "id")], escalation.submission_id)
    assert len(await escalations(intake)) == 1


async def test_a_danger_that_was_read_is_not_heard_again_behind_a_paused_stream(intake: IntakeClient) -> None:
    await intake.bench.hear_records(record(intake, DANGER, event_id="e-1"))
    (escalation,) = await escalations(intake)
    await intake.clear(escalation.submission_id)
    await paused(intake)
    repeat = record(intake, dict(reversed(DANGER.items())), event_id="e-1")

    await intake.bench.scan(streams.PARTNER_REFERRALS, repeat)

    assert await escalations(intake) == []
