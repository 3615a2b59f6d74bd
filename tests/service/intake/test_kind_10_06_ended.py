"""A submission whose referral has ended is not withdrawn, and nothing is announced that says it changed."""

from typing import Any
from uuid import uuid4

import pytest

from alongside_contracts.intake import Consent, ConsentChanged, SubmissionAmended, SubmissionWithdrawn
from alongside_contracts.partner import ConsentStated, SubmissionAnswered, SubmissionWithdrawalRequested
from alongside_contracts.referrals import ReferralStatusChanged
from alongside_contracts.vocabulary import TERMINAL, Actor, Answer, ConsentDecision, Status
from tests.builders import a_submission
from tests.service.intake.intake_client import IntakeClient, codes

NOT_TAKEN_OVER = [("not-taken-over", "reference")]
CHANGES = SubmissionWithdrawn | SubmissionAmended | ConsentChanged


@pytest.mark.parametrize("status", sorted(TERMINAL))
async def test_a_partner_that_withdraws_what_has_ended_is_told_so(
    intake: IntakeClient, status: Status
) -> None:
    first = await intake.hear(reference="E-1")
    await end(intake, first, status)

    answer = await intake.hear(withdrawal("E-1"))

    assert (answer.answer, codes(answer)) == (Answer.LINKED, NOT_TAKEN_OVER)
    assert await changes(intake) == []
    assert (await intake.submission(first.submission_id))["decision"] == "admitted"


@pytest.mark.parametrize("changed", [{}, {"languages": ["es"]}], ids=["linked", "amended"])
async def test_a_submission_that_was_linked_to_what_has_ended_is_not_withdrawn(
    intake: IntakeClient, changed: dict[str, Any]
) -> None:
    first = await intake.hear(reference="E-1", person_reference="p-1")
    second = await intake.hear(reference="E-2", person_reference="p-1", **changed)
    assert second.answer in (Answer.LINKED, Answer.AMENDED)
    before = await changes(intake)
    await end(intake, first, Status.COMPLETED)

    answer = await intake.hear(withdrawal("E-2"))

    assert (answer.answer, codes(answer)) == (Answer.LINKED, NOT_TAKEN_OVER)
    assert await changes(intake) == before


async def test_a_submission_that_is_linked_to_a_running_referral_is_withdrawn_alone(
    intake: IntakeClient,
) -> None:
    await intake.hear(reference="E-1", person_reference="p-1")
    await intake.hear(reference="E-2", person_reference="p-1")

    answer = await intake.hear(withdrawal("E-2"))

    assert answer.answer == Answer.WITHDRAWN
    assert await changes(intake) == []


async def test_a_person_who_withdraws_what_has_ended_over_http_is_told_so(intake: IntakeClient) -> None:
    posted = (await intake.post(a_submission(person_reference=str(uuid4())))).json()
    (admitted,) = [item.event for item in await intake.announced()]
    await intake.bench.hear(ended(admitted, Status.COMPLETED))

    answer = await intake.http.post(
        f"/submissions/{posted['submission_id']}/withdrawal", json={"reason": "no-longer-needs"}
    )

    assert (answer.status_code, answer.json()["outcome"]) == (200, "linked")
    assert [item["code"] for item in answer.json()["problems"]] == ["not-taken-over"]
    assert answer.json()["submission"]["decision"] == "admitted"
    assert await changes(intake) == []


async def test_a_consent_that_is_stated_of_what_has_ended_changes_nothing(intake: IntakeClient) -> None:
    first = await intake.hear(reference="E-1")
    await end(intake, first, Status.COMPLETED)

    answer = await intake.hear(
        ConsentStated(reference="E-1", consent=Consent(decision=ConsentDecision.REFUSED))
    )
    over_http = await intake.http.post(
        f"/submissions/{first.submission_id}/consent", json={"consent": {"decision": "refused"}}
    )

    assert (answer.answer, codes(answer)) == (Answer.LINKED, NOT_TAKEN_OVER)
    assert [item["code"] for item in over_http.json()["problems"]] == ["not-taken-over"]
    assert await changes(intake) == []


def withdrawal(reference: str) -> SubmissionWithdrawalRequested:
    """Return the hospital's request to take a submission back."""
    return SubmissionWithdrawalRequested(reference=reference, reason="no-longer-needs")


async def end(intake: IntakeClient, first: SubmissionAnswered, status: Status) -> None:
    """Let intake hear that the referral of a submission has ended."""
    (admitted,) = [
        item.event
        for item in await intake.announced()
        if getattr(item.event, "submission_id", None) == first.submission_id
        and type(item.event).__name__ == "SubmissionAdmitted"
    ]
    await intake.bench.hear(ended(admitted, status))


def ended(admitted: Any, status: Status) -> ReferralStatusChanged:
    """Return the end of an admitted referral."""
    return ReferralStatusChanged(
        referral_id=admitted.referral_id,
        sequence=2,
        person_id=admitted.person_id,
        status=status,
        actor=Actor.COORDINATOR,
    )


async def changes(intake: IntakeClient) -> list[object]:
    """Return what intake announced as changes of referrals."""
    return [item.event for item in await intake.announced() if isinstance(item.event, CHANGES)]
