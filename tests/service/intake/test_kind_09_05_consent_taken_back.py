"""Kind 09.05: consent that is refused, expired or emptied under a running reference counts at once, for every referral it covers."""

from typing import Any

import pytest

from alongside_contracts.intake import Consent, ConsentChanged, SubmissionAmended, SubmissionWithdrawn
from alongside_contracts.partner import ConsentStated, SubmissionAnswered, SubmissionWithdrawalRequested
from alongside_contracts.vocabulary import Answer
from tests.service.intake.intake_client import HOSPITAL, IntakeClient, codes
from tests.service.intake.raw_danger import BASE, base, record

GIVEN = BASE["consent"]
REFUSED = {"decision": "refused"}
EXPIRED = GIVEN | {"expires_at": "2026-11-20T10:00:00Z"}
EMPTIED = GIVEN | {"categories": []}


async def send(intake: IntakeClient, **changes: Any) -> SubmissionAnswered:
    """Send the submission of the hospital, some of its fields changed; return the answer."""
    await intake.bench.hear_records(record(intake, base(**changes)))
    return (await intake.answers())[-1]


async def consents(intake: IntakeClient) -> list[ConsentChanged]:
    """Return the changes of consent that were announced, oldest first."""
    return [item.event for item in await intake.announced() if isinstance(item.event, ConsentChanged)]


@pytest.mark.parametrize(
    ("consent", "where"),
    [
        pytest.param(REFUSED, ["consent.decision"], id="refused"),
        pytest.param(EXPIRED, ["consent.expires_at"], id="expired"),
        pytest.param(EMPTIED, ["consent.categories"], id="emptied"),
    ],
)
async def test_consent_taken_back_by_a_repeat_is_announced_and_the_partner_is_told(
    intake: IntakeClient, consent: dict[str, object], where: list[str]
) -> None:
    first = await send(intake)

    again = await send(intake, consent=consent)

    assert (again.answer, again.referral_id) == (Answer.CONSENT_CHANGED, first.referral_id)
    assert [place for _, place in codes(again)] == where
    (changed,) = await consents(intake)
    assert (changed.referral_id, changed.covers, changed.sequence) == (first.referral_id, False, 1)
    assert changed.consent.decision == consent["decision"]


@pytest.mark.parametrize("consent", [REFUSED, EXPIRED, EMPTIED])
async def test_consent_taken_back_under_another_reference_counts_for_every_referral_of_the_person(
    intake: IntakeClient, consent: dict[str, object]
) -> None:
    one = await send(intake)
    other = await send(intake, reference="C-2", needs=["grief"])

    await send(intake, reference="C-3", needs=["housing"], consent=consent)

    assert {(item.referral_id, item.covers) for item in await consents(intake)} == {
        (one.referral_id, False),
        (other.referral_id, False),
    }


async def test_a_narrower_consent_to_another_referral_takes_nothing_back(intake: IntakeClient) -> None:
    protected = GIVEN | {"categories": ["needs", "contact", "substance-use"]}
    await send(intake, needs=["alcohol"], consent=protected)

    await send(intake, reference="C-2", needs=["grief"], consent=GIVEN)

    assert await consents(intake) == []


async def test_an_older_record_under_another_reference_takes_nothing_back(intake: IntakeClient) -> None:
    await send(intake)
    older = EXPIRED | {"signed_at": "2025-01-01T10:00:00Z"}

    await send(intake, reference="C-2", needs=["grief"], consent=older)

    assert await consents(intake) == []


async def test_somebody_elses_refusal_takes_nothing_back(intake: IntakeClient) -> None:
    await send(intake)

    await send(intake, reference="C-2", person_reference="p-other", consent=REFUSED)

    assert await consents(intake) == []


async def test_consent_taken_back_beside_a_risk_counts_at_once(intake: IntakeClient) -> None:
    first = await send(intake)

    again = await send(intake, consent=REFUSED, risks=["danger-to-self"])

    assert again.answer == Answer.ESCALATED
    assert [(item.referral_id, item.covers) for item in await consents(intake)] == [
        (first.referral_id, False)
    ]


async def test_an_identical_repeat_after_a_refusal_does_not_give_the_consent_back(
    intake: IntakeClient,
) -> None:
    await send(intake)
    await send(intake, consent=REFUSED)

    again = await send(intake, consent=REFUSED)

    assert again.answer == Answer.LINKED
    assert [item.covers for item in await consents(intake)] == [False]


async def test_consent_stated_over_http_stands_against_a_repeat_of_what_was_sent_before(
    intake: IntakeClient,
) -> None:
    first = await send(intake)
    answer = await intake.http.post(f"/submissions/{first.submission_id}/consent", json={"consent": REFUSED})
    assert answer.json()["decision"] == "amended", answer.text

    await send(intake)

    assert [item.covers for item in await consents(intake)] == [False]
    assert (await intake.answers())[-1].answer == Answer.LINKED


async def test_consent_that_is_given_again_gives_the_request_again(intake: IntakeClient) -> None:
    await send(intake)
    await send(intake, consent=REFUSED, urgency="urgent")
    signed = GIVEN | {"signed_at": "2026-11-21T10:00:00Z"}

    await send(intake, consent=signed, urgency="urgent")

    refused, given = await consents(intake)
    assert (refused.covers, given.covers) == (False, True)
    (amended,) = [
        item.event for item in await intake.announced() if isinstance(item.event, SubmissionAmended)
    ]
    assert amended.request.urgency == "urgent"
    assert refused.sequence < amended.sequence < given.sequence


async def test_a_submission_is_not_linked_to_a_referral_that_is_being_stopped(intake: IntakeClient) -> None:
    first = await send(intake)
    await send(intake, consent=REFUSED)

    new = await send(intake, reference="C-2")

    assert new.answer == Answer.ADMITTED
    assert new.referral_id != first.referral_id


@pytest.mark.parametrize("consent", [REFUSED, EXPIRED, EMPTIED])
async def test_consent_stated_on_the_stream_counts_like_a_repeat(
    intake: IntakeClient, consent: dict[str, object]
) -> None:
    first = await send(intake)

    await intake.bench.hear(
        ConsentStated(reference="C-1", consent=Consent.model_validate(consent)), partner=HOSPITAL
    )

    answer = (await intake.answers())[-1]
    assert (answer.answer, answer.referral_id) == (Answer.CONSENT_CHANGED, first.referral_id)
    assert [item.covers for item in await consents(intake)] == [False]


async def test_consent_stated_on_the_stream_completes_a_held_submission(intake: IntakeClient) -> None:
    held = await send(intake, consent=None)
    assert held.answer == Answer.HELD

    await intake.bench.hear(
        ConsentStated(reference="C-1", consent=Consent.model_validate(GIVEN)), partner=HOSPITAL
    )

    assert (await intake.answers())[-1].answer == Answer.ADMITTED


async def test_consent_stated_after_a_risk_was_cleared_does_not_escalate_again(intake: IntakeClient) -> None:
    first = await send(intake, risks=["danger-to-self"])
    await intake.clear(first.submission_id)

    await intake.bench.hear(
        ConsentStated(reference="C-1", consent=Consent.model_validate(REFUSED)), partner=HOSPITAL
    )

    assert (await intake.announced_types()).count("SubmissionEscalated") == 1
    assert [item.covers for item in await consents(intake)] == [False]


async def test_a_withdrawal_cancels_the_running_referral_and_is_answered(intake: IntakeClient) -> None:
    first = await send(intake)

    await intake.bench.hear(
        SubmissionWithdrawalRequested(reference="C-1", reason="no-longer-needs"), partner=HOSPITAL
    )

    answer = (await intake.answers())[-1]
    assert (answer.answer, answer.referral_id) == (Answer.WITHDRAWN, first.referral_id)
    withdrawn = (await intake.announced())[-1].event
    assert isinstance(withdrawn, SubmissionWithdrawn)
    assert (withdrawn.referral_id, withdrawn.reason) == (first.referral_id, "no-longer-needs")
    assert (await intake.submission(first.submission_id))["decision"] == "withdrawn"


async def test_a_held_submission_is_taken_back_without_an_announcement(intake: IntakeClient) -> None:
    held = await send(intake, consent=None)

    answer = await intake.http.post(
        f"/submissions/{held.submission_id}/withdrawal", json={"reason": "sent-in-error"}
    )

    assert answer.json()["outcome"] == "withdrawn", answer.text
    assert answer.json()["submission"]["next_actor"] is None
    assert (await intake.answers())[-1].answer == Answer.WITHDRAWN
    assert await intake.announced() == []


async def test_an_escalated_submission_is_taken_back_when_the_risk_is_cleared(intake: IntakeClient) -> None:
    first = await send(intake, risks=["danger-to-self"])

    await intake.bench.hear(
        SubmissionWithdrawalRequested(reference="C-1", reason="person-declined"), partner=HOSPITAL
    )

    answer = (await intake.answers())[-1]
    assert (answer.answer, codes(answer)) == (Answer.ESCALATED, [("not-taken-over", "risks")])
    cleared = await intake.clear(first.submission_id)
    assert cleared.json()["decision"] == "withdrawn"
    assert "SubmissionAdmitted" not in await intake.announced_types()


@pytest.mark.parametrize(
    "event",
    [
        SubmissionWithdrawalRequested(reference="C-9", reason="duplicate"),
        ConsentStated(reference="C-9", consent=Consent.model_validate(REFUSED)),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_a_statement_about_an_unknown_reference_is_refused(intake: IntakeClient, event: Any) -> None:
    await send(intake)

    await intake.bench.hear(event, partner=HOSPITAL)

    answer = (await intake.answers())[-1]
    assert (answer.answer, codes(answer)) == (Answer.REFUSED, [("unknown-reference", "reference")])


async def test_a_withdrawal_in_the_batch_of_its_submission_is_handled_after_it(intake: IntakeClient) -> None:
    submission = record(intake, base())
    withdrawal = intake.bench.record_of(
        SubmissionWithdrawalRequested(reference="C-1", reason="duplicate"), partner=HOSPITAL
    )

    await intake.bench.hear_records(submission, withdrawal)

    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED, Answer.WITHDRAWN]


async def test_a_repeat_of_a_withdrawn_submission_begins_nothing_and_says_so(intake: IntakeClient) -> None:
    await send(intake)
    await intake.bench.hear(
        SubmissionWithdrawalRequested(reference="C-1", reason="duplicate"), partner=HOSPITAL
    )

    again = await send(intake)

    assert (again.answer, codes(again)) == (Answer.LINKED, [("not-taken-over", "reference")])
    assert (await send(intake, reference="C-2")).answer == Answer.ADMITTED
