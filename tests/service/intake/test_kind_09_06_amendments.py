"""Kind 09.06: a repeat that says something new amends the running request, and what it does not change is named."""

import json
from typing import Any

import pytest

from alongside_contracts.intake import (
    ConsentChanged,
    SubmissionAdmitted,
    SubmissionAmended,
    SubmissionEscalated,
    SubmissionWithdrawn,
)
from alongside_contracts.partner import SubmissionAnswered, SubmissionWithdrawalRequested
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Answer, Status, Urgency
from tests.builders import a_referral_id, a_submission
from tests.service.intake.intake_client import HOSPITAL, IntakeClient, codes
from tests.service.intake.raw_danger import base, record


async def send(intake: IntakeClient, **changes: Any) -> SubmissionAnswered:
    """Send the submission of the hospital, some of its fields changed; return the answer."""
    await intake.bench.hear_records(record(intake, base(**changes)))
    return (await intake.answers())[-1]


async def amendments(intake: IntakeClient) -> list[SubmissionAmended]:
    """Return the amendments that were announced, oldest first."""
    return [item.event for item in await intake.announced() if isinstance(item.event, SubmissionAmended)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("urgency", "urgent"),
        ("avoid_needs", ["grief"]),
        ("languages", ["es"]),
        ("languages", ["en", "es"]),
        ("needs", ["depression", "grief"]),
        ("hopes", ["connection"]),
        ("formats", ["group"]),
        ("modes", ["phone"]),
        ("age_band", "26-64"),
        ("guardian_consent", True),
        ("organisations_avoided", ["org-1"]),
        ("distance_km_max", 5.0),
    ],
)
async def test_a_repeat_that_says_something_new_amends_the_referral(
    intake: IntakeClient, field: str, value: object
) -> None:
    first = await send(intake)

    again = await send(intake, **{field: value})

    assert (again.answer, again.referral_id, again.problems) == (Answer.AMENDED, first.referral_id, ())
    assert again.submission_id == first.submission_id
    (amended,) = await amendments(intake)
    assert (amended.referral_id, amended.sequence) == (first.referral_id, 1)
    announced = json.loads(amended.request.model_dump_json())
    assert announced[field] == value
    assert (await intake.submission(amended.submission_id))["repeats"] == str(first.submission_id)


async def test_an_identical_repeat_is_a_repeat(intake: IntakeClient) -> None:
    first = await send(intake, urgency="urgent", hopes=["connection"])

    again = await send(intake, urgency="urgent", hopes=["connection"])

    assert (again.answer, again.referral_id) == (Answer.LINKED, first.referral_id)
    assert await amendments(intake) == []


async def test_fields_that_are_not_sent_again_stay_as_they_are(intake: IntakeClient) -> None:
    await send(intake, languages=["es"], avoid_needs=["grief"], urgency="urgent", age_band="26-64")
    without = base(hopes=["connection"])
    del without["languages"]

    await intake.bench.hear_records(record(intake, without))

    (amended,) = await amendments(intake)
    request = amended.request
    assert (request.languages, request.avoid_needs, request.urgency) == (("es",), ("grief",), Urgency.URGENT)
    assert (request.age_band, request.hopes) == ("26-64", ("connection",))


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ({"urgency": "urgent"}, {"urgency": "routine"}, "urgency"),
        ({"avoid_needs": ["grief", "ptsd"]}, {"avoid_needs": ["grief"]}, "avoid_needs"),
        ({"avoid_needs": ["grief"]}, {"avoid_needs": []}, "avoid_needs"),
        ({"guardian_consent": True}, {"guardian_consent": False}, "guardian_consent"),
        ({}, {"region": "us-fl-broward"}, "region"),
        ({}, {"setting": "primary-care"}, "setting"),
        ({}, {"person_reference": "p-other"}, "person_reference"),
        ({"postal_code": "33131"}, {"postal_code": "10001"}, "postal_code"),
        ({}, {"needs": ["depression", "alcohol"]}, "needs"),
    ],
)
async def test_what_is_not_taken_over_is_named(
    intake: IntakeClient, before: dict[str, object], after: dict[str, object], field: str
) -> None:
    first = await send(intake, **before)

    again = await send(intake, **(before | after))

    assert codes(again) == [("not-taken-over", field)]
    assert (again.answer, again.referral_id) == (Answer.LINKED, first.referral_id)
    assert await amendments(intake) == []


async def test_what_is_taken_over_and_what_is_not_are_told_apart(intake: IntakeClient) -> None:
    await send(intake, urgency="urgent")

    again = await send(intake, urgency="routine", languages=["es"])

    assert (again.answer, codes(again)) == (Answer.AMENDED, [("not-taken-over", "urgency")])
    (amended,) = await amendments(intake)
    assert (amended.request.urgency, amended.request.languages) == (Urgency.URGENT, ("es",))


async def test_amendments_are_numbered_and_build_on_each_other(intake: IntakeClient) -> None:
    await send(intake)
    await send(intake, urgency="urgent")

    await send(intake, urgency="urgent", languages=["es"])

    first, second = await amendments(intake)
    assert (first.sequence, second.sequence) == (1, 2)
    assert (second.request.urgency, second.request.languages) == (Urgency.URGENT, ("es",))


async def test_three_repeats_in_one_batch_build_on_each_other(intake: IntakeClient) -> None:
    bodies = [base(), base(urgency="urgent"), base(urgency="urgent", avoid_needs=["grief"])]

    await intake.bench.hear_records(*(record(intake, body) for body in bodies))

    assert [item.sequence for item in await amendments(intake)] == [1, 2]
    assert (await amendments(intake))[-1].request.avoid_needs == ("grief",)


async def test_another_reference_of_the_same_person_and_need_raises_and_extends(intake: IntakeClient) -> None:
    first = await send(intake, needs=["depression", "grief"], languages=["en"])

    again = await send(
        intake, reference="C-2", urgency="urgent", languages=["es"], avoid_needs=["ptsd"], needs=["grief"]
    )

    assert (again.answer, again.referral_id) == (Answer.AMENDED, first.referral_id)
    (amended,) = await amendments(intake)
    request = amended.request
    assert (request.urgency, request.languages, request.avoid_needs) == ("urgent", ("en", "es"), ("ptsd",))
    assert set(request.needs) == {"depression", "grief"}


async def test_what_a_repeat_says_of_a_referral_that_ended_is_named(intake: IntakeClient) -> None:
    first = await send(intake)
    assert first.referral_id is not None
    (admitted,) = [item.event for item in await intake.announced()]
    await intake.bench.hear(
        ReferralStatusChanged(
            referral_id=first.referral_id,
            sequence=2,
            person_id=admitted.person_id,  # type: ignore[attr-defined]  # the only announcement is the admission
            status=Status.CANCELLED,
            reason="person-declined",
            actor=Actor.REQUESTER,
        )
    )

    again = await send(intake, urgency="urgent")

    assert (again.answer, codes(again)) == (Answer.LINKED, [("not-taken-over", "reference")])
    assert await amendments(intake) == []


async def test_a_repeat_of_an_escalated_submission_counts_when_it_is_cleared(intake: IntakeClient) -> None:
    first = await send(intake, risks=["danger-to-self"])

    again = await send(intake, risks=["danger-to-self"], languages=["es"])

    assert (again.answer, again.submission_id) == (Answer.AMENDED, first.submission_id)
    await intake.clear(first.submission_id)
    admitted = (await intake.announced())[-1].event
    assert admitted.request.languages == ("es",)  # type: ignore[attr-defined]  # it is the admission


async def test_a_repeat_with_a_new_risk_escalates_and_amends_once_it_is_cleared(intake: IntakeClient) -> None:
    await send(intake)

    again = await send(intake, risks=["danger-to-self"], languages=["es"])

    assert again.answer == Answer.ESCALATED
    assert await amendments(intake) == []
    cleared = await intake.clear(again.submission_id)
    assert cleared.json()["decision"] == "amended"
    assert [item.request.languages for item in await amendments(intake)] == [("es",)]
    assert len([1 for item in await intake.announced() if isinstance(item.event, SubmissionEscalated)]) == 1


async def test_the_same_over_http(intake: IntakeClient) -> None:
    person = "0195586e-3a10-7c41-9b7e-52d0c1f4a8e3"
    submission = a_submission(reference="W-1", person_reference=person)
    first = await intake.post(submission)

    again = await intake.post(submission, urgency="urgent", region="us-fl-broward")

    assert again.json()["decision"] == "amended"
    assert again.json()["referral_id"] == first.json()["referral_id"]
    assert [problem["where"] for problem in again.json()["problems"]] == ["region"]
    assert [item.request.urgency for item in await amendments(intake)] == [Urgency.URGENT]


async def test_amendments_announce_no_consent_when_none_was_stated(intake: IntakeClient) -> None:
    await send(intake)

    await send(intake, urgency="urgent")

    assert [1 for item in await intake.announced() if isinstance(item.event, ConsentChanged)] == []


async def succeed(intake: IntakeClient, first: SubmissionAnswered) -> ReferralSucceeded:
    """Have the referral of a submission end and be replaced, with the request that was admitted."""
    (admitted,) = [
        item.event for item in await intake.announced() if isinstance(item.event, SubmissionAdmitted)
    ]
    ended = ReferralStatusChanged(
        referral_id=admitted.referral_id,
        sequence=2,
        person_id=admitted.person_id,
        status=Status.CANCELLED,
        business_status="recalled",
        reason="no-response",
        actor=Actor.COORDINATOR,
    )
    successor = ReferralSucceeded(
        referral_id=a_referral_id(),
        replaces=admitted.referral_id,
        person_id=admitted.person_id,
        partner=HOSPITAL,
        reference="C-1",
        request=admitted.request,
        excluded_offers=(),
    )
    await intake.bench.hear(ended)
    await intake.bench.hear(successor)
    return successor


async def test_a_successor_that_missed_an_amendment_is_amended(intake: IntakeClient) -> None:
    first = await send(intake)
    await send(intake, urgency="urgent")

    successor = await succeed(intake, first)

    amended = (await amendments(intake))[-1]
    assert (amended.referral_id, amended.sequence) == (successor.referral_id, 1)
    assert amended.request.urgency == Urgency.URGENT
    again = await send(intake, urgency="urgent", languages=["es"])
    assert (again.answer, again.referral_id) == (Answer.AMENDED, successor.referral_id)
    assert (await amendments(intake))[-1].sequence == 2


async def test_a_successor_of_a_referral_without_consent_is_stopped(intake: IntakeClient) -> None:
    first = await send(intake)
    await send(intake, consent={"decision": "refused"})

    successor = await succeed(intake, first)

    changed = (await intake.announced())[-1].event
    assert isinstance(changed, ConsentChanged)
    assert (changed.referral_id, changed.covers) == (successor.referral_id, False)


async def test_a_withdrawal_between_the_end_and_the_successor_cancels_the_successor(
    intake: IntakeClient,
) -> None:
    first = await send(intake)
    admitted = (await intake.announced())[-1].event
    assert isinstance(admitted, SubmissionAdmitted)
    await intake.bench.hear(
        ReferralStatusChanged(
            referral_id=admitted.referral_id,
            sequence=2,
            person_id=admitted.person_id,
            status=Status.CANCELLED,
            reason="no-response",
            actor=Actor.COORDINATOR,
        ),
    )
    await intake.bench.hear(
        SubmissionWithdrawalRequested(reference="C-1", reason="no-longer-needs"), partner=HOSPITAL
    )

    successor = await succeed(intake, first)

    withdrawn = (await intake.announced())[-1].event
    assert isinstance(withdrawn, SubmissionWithdrawn)
    assert (withdrawn.referral_id, withdrawn.reason) == (successor.referral_id, "no-longer-needs")


async def test_a_successor_that_missed_nothing_is_left_alone(intake: IntakeClient) -> None:
    first = await send(intake)

    await succeed(intake, first)

    assert await intake.announced_types() == ["SubmissionAdmitted"]
