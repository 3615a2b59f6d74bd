"""Every submission of a partner ends in exactly one decision, recorded, announced and answered."""

from datetime import datetime, timedelta

from alongside_contracts.intake import (
    Consent,
    Readiness,
    SubmissionAdmitted,
    SubmissionEscalated,
)
from alongside_contracts.vocabulary import (
    AgeBand,
    Answer,
    ConsentDecision,
    Format,
    Need,
    Risk,
    Setting,
    Urgency,
)
from tests.builders import a_submission
from tests.service.failing import break_handlers, fail_until_dead_lettered
from tests.service.intake.intake_client import HOSPITAL, IntakeClient, codes


async def test_an_admitted_submission_begins_a_referral_and_is_answered(intake: IntakeClient) -> None:
    submission = a_submission(reference="H-1", languages=("es", "en"))

    answer = await intake.hear(submission)

    (announced,) = await intake.announced()
    admitted = announced.event
    assert isinstance(admitted, SubmissionAdmitted)
    assert (announced.topic, announced.key) == ("referrals.journey.v1", str(admitted.referral_id))
    assert (admitted.partner, admitted.reference, admitted.setting) == (HOSPITAL, "H-1", Setting.HOSPITAL)
    assert admitted.request.languages == ("es", "en")
    assert (answer.answer, answer.referral_id) == (Answer.ADMITTED, admitted.referral_id)
    assert (answer.reference, answer.submission_id) == ("H-1", admitted.submission_id)


async def test_an_answer_names_the_record_it_is_about(intake: IntakeClient) -> None:
    await intake.bench.hear(a_submission(), partner=HOSPITAL, event_id="e-1")

    (answer,) = await intake.answers()
    assert answer.origin is not None
    assert (answer.origin.topic, answer.origin.event_id) == (f"partner.{HOSPITAL}.referrals.v1", "e-1")


async def test_an_admission_holds_only_what_matching_may_know(intake: IntakeClient) -> None:
    await intake.hear(postal_code="33131", person_reference="mrn-4711")

    (announced,) = await intake.announced()
    text = announced.event.model_dump_json()
    assert "33131" not in text
    assert "mrn-4711" not in text


async def test_a_submission_without_consent_is_held_with_a_next_actor(intake: IntakeClient) -> None:
    answer = await intake.hear(consent=None)

    assert (answer.answer, codes(answer)) == (Answer.HELD, [("consent-missing", "consent")])
    submission = await intake.submission(answer.submission_id)
    assert (submission["decision"], submission["next_actor"]) == ("held", "requester")
    assert await intake.announced() == []


async def test_substance_use_needs_a_consent_that_names_it(intake: IntakeClient) -> None:
    signed_at = intake.bench.clock.now() - timedelta(days=1)
    consent = Consent(decision=ConsentDecision.GIVEN, categories=("needs", "contact"), signed_at=signed_at)

    answer = await intake.hear(needs=(Need.OPIOIDS,), consent=consent)

    assert codes(answer) == [("consent-missing", "consent.categories")]


async def test_a_minor_who_might_be_met_alone_is_held_for_a_guardian(intake: IntakeClient) -> None:
    answer = await intake.hear(age_band=AgeBand.FROM_13_TO_17, formats=(Format.ONE_TO_ONE,))

    assert (answer.answer, codes(answer)) == (
        Answer.HELD,
        [("guardian-consent-missing", "guardian_consent")],
    )


async def test_a_rejection_lists_every_problem_field_by_field(intake: IntakeClient) -> None:
    answer = await intake.hear(postal_code="43215", consent=Consent(decision=ConsentDecision.REFUSED))

    assert answer.answer == Answer.REJECTED
    assert codes(answer) == [("outside-region", "postal_code"), ("consent-refused", "consent.decision")]
    assert all(problem.remedy for problem in answer.problems)
    assert await intake.announced() == []


async def test_a_submission_for_an_unknown_region_is_rejected(intake: IntakeClient) -> None:
    answer = await intake.hear(region="us-ak-nome", postal_code=None)

    assert (answer.answer, codes(answer)) == (Answer.REJECTED, [("outside-region", "region")])


async def test_a_risk_is_announced_on_the_crisis_stream_and_not_on_the_journey(intake: IntakeClient) -> None:
    answer = await intake.hear(risks=(Risk.DANGER_TO_SELF,), urgency=Urgency.CRISIS)

    (announced,) = await intake.announced()
    escalated = announced.event
    assert isinstance(escalated, SubmissionEscalated)
    assert announced.topic == "crisis.v1"
    assert set(escalated.risks) == {Risk.DANGER_TO_SELF, Risk.CRISIS_URGENCY}
    assert escalated.acknowledge_by == intake.bench.clock.now() + timedelta(minutes=15)
    assert (answer.answer, answer.referral_id) == (Answer.ESCALATED, None)


async def test_an_escalated_submission_keeps_the_problems_it_also_has(intake: IntakeClient) -> None:
    answer = await intake.hear(risks=(Risk.DANGER_TO_SELF,), consent=None)

    assert (answer.answer, codes(answer)) == (Answer.ESCALATED, [("consent-missing", "consent")])
    submission = await intake.submission(answer.submission_id)
    assert [problem["code"] for problem in submission["problems"]] == ["consent-missing"]
    assert (submission["next_actor"], submission["risks"]) == ("coordinator", ["danger-to-self"])


async def test_a_person_with_little_comfort_is_admitted_with_a_suggestion(intake: IntakeClient) -> None:
    answer = await intake.hear(readiness=Readiness(comfort_sharing=1, comfort_listening=4))

    assert answer.answer == Answer.ADMITTED
    assert (await intake.submission(answer.submission_id))["suggestions"] == ["online-community-first"]


async def test_an_overdue_held_submission_is_assigned_to_a_coordinator_and_stays_assigned(
    intake: IntakeClient,
) -> None:
    answer = await intake.hear(consent=None)

    await intake.bench.fire_timers(intake.bench.clock.now() + timedelta(days=7))

    submission = await intake.submission(answer.submission_id)
    assert (submission["decision"], submission["next_actor"]) == ("held", "coordinator")
    assert submission["due_at"] == (intake.bench.clock.now() + timedelta(days=7)).isoformat().replace(
        "+00:00", "Z"
    )

    await intake.bench.fire_timers(intake.bench.clock.now() + timedelta(days=7))

    assert (await intake.submission(answer.submission_id))["due_at"] > submission["due_at"]


async def test_a_held_submission_whose_timer_always_fails_is_assigned_to_a_coordinator_daily(
    intake: IntakeClient,
) -> None:
    answer = await intake.hear(consent=None)
    await break_handlers(intake.bench)

    again_at = await fail_until_dead_lettered(intake.bench)

    submission = await intake.submission(answer.submission_id)
    assert (submission["decision"], submission["next_actor"]) == ("held", "coordinator")
    assert (
        datetime.fromisoformat(submission["due_at"])
        == again_at
        == intake.bench.clock.now() + timedelta(days=1)
    )
    assert [dead_letter.topic for dead_letter in await intake.bench.dead_letters()] == ["held-overdue"]


async def test_nothing_about_a_person_is_in_what_intake_announces(intake: IntakeClient) -> None:
    await intake.hear(person_reference="mrn-4711", postal_code="33131", age_band=AgeBand.FROM_65)
    await intake.hear(person_reference="mrn-4712", postal_code="33131", risks=(Risk.CHILD_AT_RISK,))

    rows = await intake.bench.pool.fetch("select headers::text, convert_from(payload, 'utf8') from outbox")
    assert "mrn-47" not in str(rows)
    assert "33131" not in str(rows)
