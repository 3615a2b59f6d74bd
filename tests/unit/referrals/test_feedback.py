"""Feedback on how person and offer get on: without consequence, or with a request for a rematch."""

import pytest

from alongside_contracts.vocabulary import Actor, BusinessStatus, Fit, Reason, Status
from alongside_referrals.domain.codes import EntryKind
from alongside_referrals.domain.commands import AskRematch, Cancel, GiveFeedback
from alongside_referrals.domain.decisions import Feedback, Refusal
from alongside_referrals.domain.referral import Referral
from tests.unit.referrals.facts import (
    ACCEPTED,
    ASKED,
    IN_PROGRESS,
    OFFER,
    ON_HOLD,
    refused,
    timeline_only,
    transitioned,
)

PERSON = Actor.PERSON


@pytest.mark.parametrize("fit", Fit)
def test_feedback_alone_adds_a_timeline_entry_and_no_transition(fit: Fit) -> None:
    decision = timeline_only(IN_PROGRESS, GiveFeedback(actor=PERSON, fit=fit, meetings=3))

    assert (decision.referral.status, decision.referral.sequence) == (
        IN_PROGRESS.status,
        IN_PROGRESS.sequence,
    )
    assert decision.referral.waiting == IN_PROGRESS.waiting
    assert (decision.entry.kind, decision.entry.feedback) == (
        EntryKind.FEEDBACK_GIVEN,
        Feedback(fit, 3, rematch=False),
    )


@pytest.mark.parametrize("referral", [ACCEPTED, IN_PROGRESS, ON_HOLD], ids=lambda it: it.status)
def test_a_rematch_returns_the_person_to_matching_without_this_offer(referral: Referral) -> None:
    recalled = transitioned(referral, AskRematch(actor=PERSON, meetings=3))

    after = recalled.referral
    assert (after.status, after.business, after.reason) == (
        Status.CANCELLED,
        BusinessStatus.RECALLED,
        Reason.PERSON_DECLINED,
    )
    assert (recalled.returns_to_matching, after.excluded_offers, after.waiting) == (True, (OFFER,), None)
    assert recalled.entry.feedback == Feedback(Fit.POOR, 3, rematch=True)


@pytest.mark.parametrize(
    ("actor", "reason", "returns_to_matching"),
    [
        (Actor.TARGET, Reason.NO_CAPACITY, True),
        (Actor.TARGET, Reason.SAFETY_CONFLICT, True),
        (Actor.TARGET, Reason.NO_LONGER_NEEDS, False),
        (Actor.TARGET, Reason.UNABLE_TO_CONTACT, False),
        (Actor.PERSON, Reason.NO_CAPACITY, False),
        (Actor.REQUESTER, Reason.NO_CAPACITY, False),
    ],
)
def test_a_withdrawal_returns_the_person_to_matching_unless_the_reason_ends_the_search(
    actor: Actor, reason: Reason, returns_to_matching: bool
) -> None:
    assert (
        transitioned(IN_PROGRESS, Cancel(actor=actor, reason=reason)).returns_to_matching
        is returns_to_matching
    )


def test_only_the_person_or_a_coordinator_may_ask_for_a_rematch() -> None:
    assert refused(IN_PROGRESS, AskRematch(actor=Actor.TARGET)).code is Refusal.ACTOR_NOT_ALLOWED


def test_feedback_needs_an_accepted_offer() -> None:
    assert refused(ASKED, GiveFeedback(actor=PERSON, fit=Fit.GOOD)).code is Refusal.WRONG_STATUS
