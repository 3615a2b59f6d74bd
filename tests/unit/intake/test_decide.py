"""Every submission ends in exactly one decision, with all its reasons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alongside_contracts.vocabulary import Actor, Answer, LinkReason, ProblemCode
from alongside_intake.domain.decide import (
    Admitted,
    Escalated,
    Held,
    Linked,
    NextActor,
    Rejected,
    assign_to_coordinator,
    can_be_replaced,
)
from alongside_intake.domain.facts import CurrentSubmission, OpenEscalation, PriorRecords, State
from alongside_intake.domain.problem import Code
from tests.unit.intake.facts import (
    FIRST,
    MIAMI,
    NOW,
    REFERRAL,
    REFUSED_CONSENT,
    SUBMISSION,
    decide_submission,
    prior_decision,
    prior_referral,
)


def test_a_consented_newcomer_within_the_region_is_admitted() -> None:
    assert decide_submission(SUBMISSION) == Admitted()


def test_a_missing_consent_holds_the_submission_until_a_due_time() -> None:
    decision = decide_submission(replace(SUBMISSION, consent=None))

    assert isinstance(decision, Held)
    assert (decision.next_actor, decision.due_at) == (NextActor.REQUESTER, NOW + timedelta(days=7))


def test_the_next_actor_of_a_held_self_referral_is_the_person() -> None:
    decision = decide_submission(replace(SUBMISSION, setting="self", age_band="13-17"))

    assert isinstance(decision, Held)
    assert decision.next_actor is NextActor.PERSON


def test_an_overdue_held_submission_is_assigned_to_a_coordinator() -> None:
    assert assign_to_coordinator(MIAMI, NOW) == (NextActor.COORDINATOR, NOW + timedelta(days=7))


def test_a_rejection_also_lists_problems_that_an_addition_could_solve() -> None:
    decision = decide_submission(replace(SUBMISSION, postal_code="10001", age_band="under-13"))

    assert isinstance(decision, Rejected)
    assert [problem.code for problem in decision.problems] == [
        Code.OUTSIDE_REGION,
        Code.NOT_ELIGIBLE,
        Code.GUARDIAN_CONSENT_MISSING,
    ]


@pytest.mark.parametrize("risk", ["danger-to-self", "danger-to-others", "immediate-danger", "child-at-risk"])
def test_a_risk_escalates_with_a_time_to_acknowledge(risk: str) -> None:
    decision = decide_submission(replace(SUBMISSION, risks=frozenset({risk})))

    assert decision == Escalated((risk,), (), NOW + timedelta(minutes=15))


def test_urgency_crisis_counts_as_a_risk() -> None:
    decision = decide_submission(replace(SUBMISSION, urgency="crisis"))

    assert isinstance(decision, Escalated)
    assert decision.risks == ("crisis-urgency",)


def test_risks_are_checked_before_anything_that_would_reject() -> None:
    decision = decide_submission(
        replace(SUBMISSION, consent=REFUSED_CONSENT, risks=frozenset({"danger-to-self"}))
    )

    assert isinstance(decision, Escalated)
    assert [problem.code for problem in decision.problems] == [Code.CONSENT_REFUSED]


def test_a_person_in_danger_whom_no_region_serves_is_escalated_all_the_same() -> None:
    decision = decide_submission(
        replace(SUBMISSION, region="us-ak-nome", risks=frozenset({"danger-to-self"}))
    )

    assert isinstance(decision, Escalated)
    assert decision.acknowledge_by == NOW + timedelta(minutes=5)


def test_a_submission_with_a_cleared_risk_is_decided_without_it() -> None:
    assert decide_submission(replace(SUBMISSION, urgency="crisis"), cleared=True) == Admitted()


def test_clearing_a_risk_does_not_replace_consent() -> None:
    decision = decide_submission(replace(SUBMISSION, consent=None, urgency="crisis"), cleared=True)

    assert isinstance(decision, Held)


def test_the_same_reference_again_is_linked_to_its_referral() -> None:
    decision = decide_submission(SUBMISSION, prior_decision(State.ADMITTED, referral=REFERRAL))

    assert decision == Linked(LinkReason.SAME_REFERENCE, FIRST, REFERRAL)


def test_a_repeat_of_an_escalated_submission_is_linked_to_the_submission_alone() -> None:
    decision = decide_submission(SUBMISSION, prior_decision(State.ESCALATED))

    assert decision == Linked(LinkReason.SAME_REFERENCE, FIRST, None)


@pytest.mark.parametrize("state", [State.HELD, State.REJECTED])
def test_a_repeat_of_a_held_or_rejected_submission_is_decided_by_itself(state: State) -> None:
    assert decide_submission(SUBMISSION, prior_decision(state)) == Admitted()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.HELD, True),
        (State.REJECTED, True),
        (State.ADMITTED, False),
        (State.LINKED, False),
        (State.ESCALATED, False),
    ],
)
def test_only_held_and_rejected_submissions_are_replaced_by_a_repeat(state: State, expected: bool) -> None:
    assert can_be_replaced(CurrentSubmission(FIRST, state)) is expected


def test_a_risk_of_an_open_escalation_causes_no_second_escalation() -> None:
    prior = PriorRecords(
        CurrentSubmission(FIRST, State.ESCALATED), (OpenEscalation(FIRST, frozenset({"danger-to-self"})),)
    )

    decision = decide_submission(replace(SUBMISSION, risks=frozenset({"danger-to-self"})), prior)

    assert decision == Linked(LinkReason.SAME_REFERENCE, FIRST, None)


def test_a_new_risk_escalates_again_even_for_a_known_reference() -> None:
    prior = PriorRecords(
        CurrentSubmission(FIRST, State.ESCALATED), (OpenEscalation(FIRST, frozenset({"danger-to-self"})),)
    )

    decision = decide_submission(
        replace(SUBMISSION, risks=frozenset({"danger-to-self", "child-at-risk"})), prior
    )

    assert isinstance(decision, Escalated)


def test_a_risk_reported_after_admission_is_escalated_and_not_linked() -> None:
    prior = prior_decision(State.ADMITTED, referral=REFERRAL)

    decision = decide_submission(replace(SUBMISSION, risks=frozenset({"danger-to-self"})), prior)

    assert isinstance(decision, Escalated)


def test_the_same_person_with_an_open_referral_for_the_same_need_is_linked() -> None:
    decision = decide_submission(SUBMISSION, prior_referral("grief", "housing"))

    assert decision == Linked(LinkReason.SAME_PERSON_AND_NEED, FIRST, REFERRAL)


def test_one_new_need_is_enough_for_a_separate_referral() -> None:
    wider = replace(SUBMISSION, needs=frozenset({"grief", "housing"}))

    assert decide_submission(wider, prior_referral("grief")) == Admitted()


def test_refused_consent_rejects_even_where_a_referral_is_open() -> None:
    decision = decide_submission(replace(SUBMISSION, consent=REFUSED_CONSENT), prior_referral("grief"))

    assert isinstance(decision, Rejected)


def test_a_rule_never_repeats_what_was_submitted() -> None:
    decision = decide_submission(replace(SUBMISSION, region="us-ak-nome", postal_code="99762", consent=None))

    assert isinstance(decision, Rejected)
    assert not any("99762" in problem.remedy or "nome" in problem.remedy for problem in decision.problems)


def test_the_codes_of_decisions_are_in_the_contracts_vocabulary() -> None:
    assert {code.value for code in Code} <= {code.value for code in ProblemCode}
    assert {actor.value for actor in NextActor} <= {actor.value for actor in Actor}
    assert {state.value for state in State} <= {answer.value for answer in Answer}
