"""Two hundred identical submissions at once are one referral, and every one of them is answered."""

import asyncio

from alongside_contracts.vocabulary import Risk, Setting
from tests.builders import a_submission
from tests.service.intake.intake_client import IntakeClient

AT_ONCE = 200


async def test_two_hundred_identical_submissions_at_once_are_one_referral(intake: IntakeClient) -> None:
    submission = a_submission(setting=Setting.SELF, consent=None)

    answers = await asyncio.gather(*(intake.post(submission) for _ in range(AT_ONCE)))

    assert {answer.status_code for answer in answers} == {201}
    assert sorted({answer.json()["decision"] for answer in answers}) == ["admitted", "linked"]
    assert (await intake.announced_types()).count("SubmissionAdmitted") == 1


async def test_a_danger_waits_in_a_full_line_and_is_escalated_once(intake: IntakeClient) -> None:
    intake.bench.runtime.turns.waiting_max = 3
    submission = a_submission(setting=Setting.SELF, risks=(Risk.DANGER_TO_SELF,))

    answers = await asyncio.gather(*(intake.post(submission) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json()["crisis_resources"][0]["number"] == "988" for answer in answers)
    assert await intake.announced_types() == ["SubmissionEscalated"]


async def test_a_submission_that_finds_its_line_full_is_told_when_to_come_back(intake: IntakeClient) -> None:
    intake.bench.runtime.turns.waiting_max = 3
    submission = a_submission(setting=Setting.SELF, consent=None)

    answers = await asyncio.gather(*(intake.post(submission) for _ in range(20)))

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 16
    assert {(answer.json()["code"], answer.headers["Retry-After"]) for answer in refused} == {
        ("too-many-alike", "2")
    }


async def test_strangers_who_use_one_guessable_reference_do_not_wait_for_each_other(
    intake: IntakeClient,
) -> None:
    intake.bench.runtime.turns.waiting_max = 0
    submissions = [
        a_submission(setting=Setting.SELF, consent=None, person_reference="web-visitor") for _ in range(5)
    ]

    answers = await asyncio.gather(*(intake.post(each) for each in submissions))

    assert {answer.status_code for answer in answers} == {201}
