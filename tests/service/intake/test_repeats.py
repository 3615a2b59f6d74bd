"""Repeated submissions are linked, completed or decided again, and never begin a second referral."""

import asyncio
from uuid import UUID, uuid4

import pytest

from alongside_contracts.ids import PersonId, ReferralId, new_id
from alongside_contracts.intake import SubmissionLinked
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Answer, Need, Outcome, Risk, Status
from tests.builders import a_request, a_submission
from tests.service.intake.intake_client import HOSPITAL, IntakeClient


async def test_the_same_event_again_changes_nothing(intake: IntakeClient) -> None:
    submission = a_submission()

    await intake.bench.hear(submission, partner=HOSPITAL, event_id="e-1")
    await intake.bench.hear(submission, partner=HOSPITAL, event_id="e-1")

    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED]


async def test_the_same_reference_again_is_linked_to_the_first_referral(intake: IntakeClient) -> None:
    first = await intake.hear(a_submission(reference="H-1"))

    again = await intake.hear(a_submission(reference="H-1"))

    assert (again.answer, again.referral_id) == (Answer.LINKED, first.referral_id)
    assert again.submission_id == first.submission_id
    linked = (await intake.announced())[-1].event
    assert isinstance(linked, SubmissionLinked)
    assert (linked.referral_id, linked.because) == (first.referral_id, "same-reference")
    assert linked.submission_id != first.submission_id


async def test_two_partners_may_use_the_same_reference(intake: IntakeClient) -> None:
    await intake.register("north-clinic")
    await intake.hear(a_submission(reference="1"))

    await intake.bench.hear(a_submission(reference="1"), partner="north-clinic")

    assert [answer.answer for answer in await intake.answers()] == [Answer.ADMITTED, Answer.ADMITTED]


async def test_the_same_person_with_an_open_referral_for_the_same_need_is_linked(
    intake: IntakeClient,
) -> None:
    first = await intake.hear(person_reference="p-1", needs=(Need.GRIEF, Need.HOUSING))

    again = await intake.hear(person_reference="p-1", needs=(Need.GRIEF,))

    assert (again.answer, again.referral_id) == (Answer.LINKED, first.referral_id)
    linked = (await intake.announced())[-1].event
    assert isinstance(linked, SubmissionLinked)
    assert linked.because == "same-person-and-need"


async def test_a_further_need_of_the_same_person_begins_a_separate_referral(intake: IntakeClient) -> None:
    await intake.hear(person_reference="p-1", needs=(Need.GRIEF,))

    again = await intake.hear(person_reference="p-1", needs=(Need.GRIEF, Need.HOUSING))

    assert again.answer == Answer.ADMITTED


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.REJECTED, Status.FAILED])
async def test_once_the_referral_has_ended_the_same_need_is_admitted_again(
    intake: IntakeClient, status: Status
) -> None:
    first = await intake.hear(person_reference="p-1")
    await intake.bench.hear(status_changed(first.referral_id, status))

    again = await intake.hear(person_reference="p-1")

    assert again.answer == Answer.ADMITTED


async def test_a_referral_under_way_still_counts_as_open(intake: IntakeClient) -> None:
    first = await intake.hear(person_reference="p-1")
    await intake.bench.hear(status_changed(first.referral_id, Status.IN_PROGRESS))

    again = await intake.hear(person_reference="p-1")

    assert again.answer == Answer.LINKED


@pytest.mark.parametrize("ended_first", [True, False], ids=["ended first", "succeeded first"])
async def test_repeats_are_linked_to_the_successor_of_a_referral(
    intake: IntakeClient, ended_first: bool
) -> None:
    first = await intake.hear(a_submission(reference="H-1", person_reference="p-1"))
    successor = ReferralId(new_id())
    events = [status_changed(first.referral_id, Status.REJECTED), succeeded(first.referral_id, successor)]
    await intake.bench.hear(*(events if ended_first else reversed(events)))

    same_reference = await intake.hear(a_submission(reference="H-1", person_reference="p-1"))
    same_need = await intake.hear(person_reference="p-1")

    assert (same_reference.answer, same_reference.referral_id) == (Answer.LINKED, successor)
    assert (same_need.answer, same_need.referral_id) == (Answer.LINKED, successor)


async def test_a_completed_repeat_supersedes_a_held_submission(intake: IntakeClient) -> None:
    held = await intake.hear(a_submission(reference="H-1", consent=None))

    completed = await intake.hear(a_submission(reference="H-1"))

    assert completed.answer == Answer.ADMITTED
    earlier = await intake.submission(held.submission_id)
    assert (earlier["decision"], earlier["next_actor"]) == ("held", None)
    assert earlier["superseded_by"] == str(completed.submission_id)
    assert await intake.bench.pool.fetchval("select count(*) from timer") == 0


async def test_a_rejected_reference_may_be_submitted_again_with_corrections(intake: IntakeClient) -> None:
    await intake.hear(a_submission(reference="H-1", postal_code="43215"))

    again = await intake.hear(a_submission(reference="H-1"))

    assert again.answer == Answer.ADMITTED


async def test_a_repeat_of_an_escalated_submission_is_linked_to_it_and_causes_no_second_escalation(
    intake: IntakeClient,
) -> None:
    first = await intake.hear(a_submission(reference="H-1", risks=(Risk.DANGER_TO_SELF,)))

    again = await intake.hear(a_submission(reference="H-1", risks=(Risk.DANGER_TO_SELF,)))

    assert (again.answer, again.submission_id, again.referral_id) == (
        Answer.LINKED,
        first.submission_id,
        None,
    )
    assert await intake.announced_types() == ["SubmissionEscalated"]


async def test_a_risk_reported_after_admission_is_escalated_and_then_linked(intake: IntakeClient) -> None:
    first = await intake.hear(a_submission(reference="H-1"))

    again = await intake.hear(a_submission(reference="H-1", risks=(Risk.IMMEDIATE_DANGER,)))
    assert again.answer == Answer.ESCALATED

    cleared = await intake.clear(again.submission_id)
    assert (cleared.json()["decision"], cleared.json()["referral_id"]) == ("linked", str(first.referral_id))


async def test_once_cleared_the_repeats_of_an_escalated_submission_share_its_referral(
    intake: IntakeClient,
) -> None:
    first = await intake.hear(a_submission(reference="H-1", risks=(Risk.DANGER_TO_SELF,)))
    await intake.hear(a_submission(reference="H-1", risks=(Risk.DANGER_TO_SELF,)))

    referral_id = (await intake.clear(first.submission_id)).json()["referral_id"]

    listed = (await intake.http.get("/submissions")).json()["items"]
    assert [item["decision"] for item in listed] == ["linked", "admitted"]
    assert {item["referral_id"] for item in listed} == {referral_id}


async def test_two_submissions_of_one_person_at_once_begin_one_referral(intake: IntakeClient) -> None:
    person = f"web-{uuid4()}"
    submissions = [a_submission(person_reference=person) for _ in range(6)]

    responses = await asyncio.gather(*(intake.post(submission) for submission in submissions))

    decisions = sorted(response.json()["decision"] for response in responses)
    assert decisions == ["admitted", *["linked"] * 5]
    assert len({response.json()["referral_id"] for response in responses}) == 1


async def test_the_same_reference_at_once_for_one_person_is_decided_one_after_the_other(
    intake: IntakeClient,
) -> None:
    person = f"web-{uuid4()}"
    submissions = [
        a_submission(reference="W-1", person_reference=person, needs=(need,))
        for need in (Need.GRIEF, Need.HOUSING, Need.STRESS, Need.TRAUMA, Need.EATING, Need.VETERAN)
    ]

    responses = await asyncio.gather(*(intake.post(submission) for submission in submissions))

    assert {response.status_code for response in responses} == {201}
    results = [response.json() for response in responses]
    assert sorted(result["decision"] for result in results) == ["admitted", *["amended"] * 5]
    assert len([result for result in results if result["repeats"]]) == 5
    assert len({result["referral_id"] for result in results}) == 1


async def test_the_same_reference_at_once_for_different_people_begins_a_referral_for_each(
    intake: IntakeClient,
) -> None:
    submissions = [a_submission(reference="W-1") for _ in range(6)]

    responses = await asyncio.gather(*(intake.post(submission) for submission in submissions))

    assert {response.status_code for response in responses} == {201}
    assert {response.json()["decision"] for response in responses} == {"admitted"}
    assert len({response.json()["referral_id"] for response in responses}) == 6


def status_changed(referral_id: UUID | None, status: Status) -> ReferralStatusChanged:
    """Return the event that a referral changed its status."""
    assert referral_id is not None
    return ReferralStatusChanged(
        referral_id=ReferralId(referral_id),
        sequence=2,
        person_id=PersonId(new_id()),
        partner=HOSPITAL,
        previous=Status.REQUESTED,
        status=status,
        outcome=Outcome.CONNECTED if status is Status.COMPLETED else None,
        actor=Actor.TARGET,
    )


def succeeded(replaced: UUID | None, successor: ReferralId) -> ReferralSucceeded:
    """Return the event that a successor replaces a referral."""
    assert replaced is not None
    return ReferralSucceeded(
        referral_id=successor,
        replaces=ReferralId(replaced),
        person_id=PersonId(new_id()),
        partner=HOSPITAL,
        reference="H-1",
        request=a_request(),
        excluded_offers=(),
    )
