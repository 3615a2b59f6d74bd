"""A referral follows what its submitter and its person say later: amended, without consent, with it again, withdrawn."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alongside_contracts.vocabulary import Actor, BusinessStatus, Fit, Reason, Status
from alongside_referrals.domain.codes import EntryKind, WaitKind
from alongside_referrals.domain.commands import (
    Amend,
    AskRematch,
    Cancel,
    Command,
    Complete,
    Erase,
    Fail,
    NoteInterim,
    Recall,
    RestoreConsent,
    Resume,
    Review,
    RevokeConsent,
    Start,
    TakeBack,
    Withdraw,
)
from alongside_referrals.domain.decisions import Refusal, Stale
from alongside_referrals.domain.due import Overdue, escalate
from alongside_referrals.domain.machine import decide
from alongside_referrals.domain.policy import LastRungAction
from alongside_referrals.domain.referral import Referral
from alongside_referrals.domain.reopen import successor_of
from tests.unit.referrals.facts import (
    ACCEPTED,
    ASKED,
    IN_PROGRESS,
    NOW,
    OFFER,
    ON_HOLD,
    ONE_DAY,
    POLICY,
    PROPOSAL,
    REQUESTED,
    WAITLISTED,
    ladder,
    refused,
    timeline_only,
    transitioned,
)

TUESDAY = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
BEFORE_AN_OFFER_ACCEPTS = pytest.mark.parametrize("referral", [REQUESTED, WAITLISTED, ASKED])
TAKEN_ON = pytest.mark.parametrize("referral", [ACCEPTED, IN_PROGRESS, ON_HOLD])


@BEFORE_AN_OFFER_ACCEPTS
def test_an_amendment_before_an_offer_accepts_is_noted_and_left_to_matching(referral: Referral) -> None:
    noted = timeline_only(referral, amend(sequence=4))

    assert noted.entry.kind is EntryKind.AMENDED
    assert noted.referral == replace(referral, amendment=4, entries=referral.entries + 1)


@TAKEN_ON
def test_an_amendment_after_an_offer_accepted_goes_to_the_coordinator(referral: Referral) -> None:
    held = replace(referral, business=BusinessStatus.PAUSED, reason=Reason.OTHER)

    after = transitioned(held, amend()).referral

    assert (after.status, after.business, after.reason) == (held.status, held.business, held.reason)
    assert waiting(after) == (Actor.COORDINATOR, WaitKind.CHANGE_REVIEW, TUESDAY)
    assert after.sequence == held.sequence + 1


def test_an_amended_region_is_the_referrals_region() -> None:
    assert timeline_only(ASKED, amend(region="ie-dublin")).referral.region == "ie-dublin"


@pytest.mark.parametrize("sequence", [3, 4])
def test_an_amendment_that_is_not_newer_changes_nothing(sequence: int) -> None:
    assert decide(replace(ACCEPTED, amendment=4), amend(sequence=sequence), NOW, POLICY) == Stale()


def test_an_amendment_older_than_a_change_of_consent_still_counts() -> None:
    restored = timeline_only(ACCEPTED, RestoreConsent(actor=Actor.PERSON, sequence=4)).referral

    assert transitioned(restored, amend(sequence=3)).referral.amendment == 3


def test_the_coordinator_stays_the_next_actor_until_they_have_looked() -> None:
    amended = transitioned(IN_PROGRESS, amend()).referral

    later = transitioned(amended, NoteInterim(actor=Actor.TARGET), NOW + timedelta(hours=3)).referral
    again = transitioned(later, amend(sequence=2), NOW + timedelta(hours=4)).referral
    reviewed = transitioned(again, Review(actor=Actor.COORDINATOR)).referral

    assert later.waiting == again.waiting == amended.waiting
    assert reviewed.waiting is not None
    assert (reviewed.waiting.actor, reviewed.waiting.kind) == (Actor.TARGET, WaitKind.PROGRESS)
    assert (reviewed.status, reviewed.business) == (again.status, again.business)


def test_a_started_referral_keeps_the_coordinators_review() -> None:
    amended = transitioned(ACCEPTED, amend()).referral

    assert transitioned(amended, Start(actor=Actor.TARGET)).referral.waiting == amended.waiting


def test_without_a_change_there_is_nothing_to_review() -> None:
    assert refused(ACCEPTED, Review(actor=Actor.COORDINATOR)).code is Refusal.NOTHING_TO_REVIEW


@BEFORE_AN_OFFER_ACCEPTS
def test_without_consent_a_referral_that_no_offer_accepted_is_cancelled(referral: Referral) -> None:
    move = transitioned(referral, revoke())

    assert (move.referral.status, move.referral.business) == (
        Status.CANCELLED,
        BusinessStatus.CONSENT_REVOKED,
    )
    assert (move.referral.reason, move.entry.actor) == (Reason.PERSON_DECLINED, Actor.PERSON)
    assert not move.returns_to_matching


@TAKEN_ON
def test_without_consent_an_accepted_referral_is_on_hold_for_the_coordinator(referral: Referral) -> None:
    after = transitioned(referral, revoke()).referral

    assert (after.status, after.business) == (Status.ON_HOLD, BusinessStatus.CONSENT_REVOKED)
    assert (after.reason, after.offer_id) == (Reason.PERSON_DECLINED, OFFER)
    assert waiting(after) == (Actor.COORDINATOR, WaitKind.CHANGE_REVIEW, TUESDAY)


def test_another_consent_that_does_not_cover_it_is_only_noted() -> None:
    again = timeline_only(without_consent(), revoke(sequence=2))

    assert (again.entry.kind, again.referral.consent_change) == (EntryKind.CONSENT_REVOKED, 2)


def test_a_change_of_consent_that_is_not_newer_changes_nothing() -> None:
    given = timeline_only(ACCEPTED, RestoreConsent(actor=Actor.PERSON, sequence=3)).referral

    assert decide(given, revoke(sequence=2), NOW, POLICY) == Stale()
    assert decide(given, RestoreConsent(actor=Actor.PERSON, sequence=3), NOW, POLICY) == Stale()


@pytest.mark.parametrize("referral", [REQUESTED, WAITLISTED, ASKED, ACCEPTED, IN_PROGRESS, ON_HOLD])
def test_a_consent_that_covers_the_referral_is_only_noted(referral: Referral) -> None:
    noted = timeline_only(referral, RestoreConsent(actor=Actor.PERSON, sequence=1))

    assert noted.referral == replace(referral, consent_change=1, entries=referral.entries + 1)


def test_only_the_coordinator_resumes_after_consent_was_given_again() -> None:
    restored = timeline_only(without_consent(), RestoreConsent(actor=Actor.PERSON, sequence=2)).referral

    assert waiting(restored) == (Actor.COORDINATOR, WaitKind.CHANGE_REVIEW, TUESDAY)
    assert refused(restored, Resume(actor=Actor.TARGET)).code is Refusal.ACTOR_NOT_ALLOWED
    resumed = transitioned(restored, Resume(actor=Actor.COORDINATOR)).referral
    assert (resumed.status, resumed.business) == (Status.IN_PROGRESS, None)
    assert resumed.waiting is not None
    assert resumed.waiting.actor == Actor.TARGET


NEEDS_CONSENT = (
    Resume(actor=Actor.TARGET),
    Resume(actor=Actor.COORDINATOR),
    Review(actor=Actor.COORDINATOR),
    AskRematch(actor=Actor.PERSON, fit=Fit.POOR),
    Recall(actor=Actor.COORDINATOR, reason=Reason.NO_RESPONSE),
    Fail(actor=Actor.TARGET, reason=Reason.SAFETY_CONFLICT, return_to_matching=True),
)


@pytest.mark.parametrize("command", NEEDS_CONSENT, ids=lambda command: type(command).__name__)
def test_without_consent_nobody_continues_or_returns_a_person_to_matching(command: Command) -> None:
    decision = refused(without_consent(), command)

    assert decision.code is Refusal.CONSENT_REVOKED
    assert "intake" in decision.remedy or "consent" in decision.remedy


ENDS = (
    Cancel(actor=Actor.TARGET, reason=Reason.NO_CAPACITY),
    Cancel(actor=Actor.PERSON, reason=Reason.NO_LONGER_NEEDS),
    Fail(actor=Actor.TARGET, reason=Reason.SAFETY_CONFLICT),
    Complete(actor=Actor.TARGET, outcome="engaged"),
)


@pytest.mark.parametrize("command", ENDS, ids=lambda command: type(command).__name__)
def test_without_consent_a_referral_that_ends_has_no_successor(command: Command) -> None:
    assert not transitioned(without_consent(), command).returns_to_matching


def test_without_consent_the_last_party_is_asked_again_though_the_policy_recalls() -> None:
    recalling = ladder((Actor.COORDINATOR, ONE_DAY), then=LastRungAction.RECALL)
    policy = replace(POLICY, ladders={**POLICY.ladders, WaitKind.CHANGE_REVIEW: recalling})

    late = escalate(without_consent(), NOW + timedelta(days=3), policy)

    assert isinstance(late, Overdue)
    assert late.referral.waiting is not None
    assert late.referral.waiting.actor == Actor.COORDINATOR


@pytest.mark.parametrize("referral", [REQUESTED, WAITLISTED, ASKED, ACCEPTED, IN_PROGRESS, ON_HOLD])
def test_a_withdrawn_submission_cancels_its_referral(referral: Referral) -> None:
    move = transitioned(referral, Withdraw(actor=Actor.REQUESTER, reason=Reason.SENT_IN_ERROR))

    assert (move.referral.status, move.referral.reason) == (Status.CANCELLED, Reason.SENT_IN_ERROR)
    assert (move.entry.actor, move.returns_to_matching) == (Actor.REQUESTER, False)


@pytest.mark.parametrize("referral", [REQUESTED, WAITLISTED, ASKED, ACCEPTED, IN_PROGRESS, ON_HOLD])
def test_an_erasure_cancels_a_referral_for_good(referral: Referral) -> None:
    move = transitioned(referral, Erase(actor=Actor.COORDINATOR))

    assert (move.referral.status, move.referral.reason) == (Status.CANCELLED, Reason.PERSON_ERASED)
    assert (move.referral.business, move.returns_to_matching) == (None, False)
    assert decide(move.referral, Erase(actor=Actor.COORDINATOR), NOW, POLICY) == Stale()


def test_a_proposal_taken_back_leaves_the_referral_with_matching() -> None:
    after = transitioned(ASKED, TakeBack(actor=Actor.MATCHING, proposal_id=PROPOSAL)).referral

    assert (after.status, after.business, after.offer_id, after.proposal_id, after.answer_by) == (
        Status.REQUESTED, None, None, None, None,
    )  # fmt: skip
    assert after.waiting is not None
    assert after.waiting.actor == Actor.MATCHING
    assert after.excluded_offers == ASKED.excluded_offers


def test_a_withdrawal_of_an_earlier_proposal_changes_nothing() -> None:
    later = replace(ASKED, proposal_id=REQUESTED.id)

    assert decide(later, TakeBack(actor=Actor.MATCHING, proposal_id=PROPOSAL), NOW, POLICY) == Stale()


def test_a_successor_begins_with_changes_of_its_own() -> None:
    successor = successor_of(replace(ACCEPTED, amendment=4, consent_change=5), REQUESTED.id)

    assert (successor.amendment, successor.consent_change, successor.consent_covers) == (0, 0, True)


def amend(sequence: int = 1, region: str = "us-fl-miami") -> Amend:
    return Amend(actor=Actor.REQUESTER, sequence=sequence, region=region)


def revoke(sequence: int = 1) -> RevokeConsent:
    return RevokeConsent(actor=Actor.PERSON, sequence=sequence)


def without_consent() -> Referral:
    return transitioned(IN_PROGRESS, revoke()).referral


def waiting(referral: Referral) -> tuple[str, WaitKind, datetime]:
    assert referral.waiting is not None
    return referral.waiting.actor, referral.waiting.kind, referral.waiting.due_at
