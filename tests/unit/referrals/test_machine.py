"""Transitions of the machine: their effects, their guards, and stale facts."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from alongside_contracts.vocabulary import Actor, BusinessStatus, OfferKind, Outcome, Reason, Status
from alongside_referrals.domain.codes import EntryKind
from alongside_referrals.domain.commands import (
    Accept,
    Cancel,
    Command,
    Complete,
    Decline,
    Fact,
    Fail,
    Hold,
    Lapse,
    NoteInterim,
    Propose,
    Recall,
    RecordContact,
    Reject,
    Request,
    Resume,
    Start,
    Waitlist,
    WithdrawAsError,
)
from alongside_referrals.domain.decisions import Refusal, Stale
from alongside_referrals.domain.machine import decide
from alongside_referrals.domain.referral import Referral
from tests.unit.referrals.facts import (
    ACCEPTED,
    ASKED,
    COMPLETED,
    DRAFT,
    IN_PROGRESS,
    NOW,
    OFFER,
    ON_HOLD,
    OTHER_OFFER,
    POLICY,
    PROPOSAL,
    REQUESTED,
    WAITLISTED,
    WAITS,
    refused,
    timeline_only,
    transitioned,
)

TARGET = Actor.TARGET


def test_a_request_makes_a_draft_the_first_transition() -> None:
    move = transitioned(DRAFT, Request(actor=Actor.REQUESTER))

    assert (move.referral.status, move.referral.sequence) == (Status.REQUESTED, 1)
    assert (move.entry.previous, move.entry.kind) == (Status.DRAFT, EntryKind.REQUESTED)


def test_a_proposal_asks_its_offer() -> None:
    asked = transitioned(REQUESTED, a_proposal(attempt=1)).referral

    assert (asked.business, asked.offer_id, asked.proposal_id) == (
        BusinessStatus.AWAITING_RESPONSE,
        OFFER,
        PROPOSAL,
    )


def test_an_accepted_referral_keeps_its_offer() -> None:
    accepted = transitioned(ASKED, an_acceptance()).referral

    assert (accepted.status, accepted.business, accepted.offer_id) == (Status.ACCEPTED, None, OFFER)


@pytest.mark.parametrize(
    ("no", "business", "reason"),
    [
        (Decline(actor=TARGET, reason=Reason.OUT_OF_AREA, proposal_id=PROPOSAL), None, Reason.OUT_OF_AREA),
        (Lapse(actor=Actor.MATCHING, reason=Reason.NO_RESPONSE, proposal_id=PROPOSAL), BusinessStatus.NO_RESPONSE,
         Reason.NO_RESPONSE),
    ],
)  # fmt: skip
def test_a_declined_referral_stays_requested_and_excludes_the_offer(
    no: Command, business: BusinessStatus | None, reason: Reason
) -> None:
    back = transitioned(ASKED, no).referral

    assert (back.status, back.business, back.reason) == (Status.REQUESTED, business, reason)
    assert (back.offer_id, back.proposal_id, back.excluded_offers) == (None, None, (OFFER,))


def test_the_next_proposal_clears_the_reason_of_the_last_decline() -> None:
    declined = transitioned(
        ASKED, Decline(actor=TARGET, reason=Reason.OUT_OF_AREA, proposal_id=PROPOSAL)
    ).referral

    asked = transitioned(declined, a_proposal(attempt=2)).referral

    assert (asked.reason, asked.business) == (None, BusinessStatus.AWAITING_RESPONSE)


@pytest.mark.parametrize(
    ("referral", "fact"),
    [
        pytest.param(ASKED, "same attempt again", id="a proposal delivered twice"),
        pytest.param(ACCEPTED, "proposal", id="a proposal after the acceptance"),
        pytest.param(ASKED, "another's acceptance", id="an acceptance of an earlier proposal"),
        pytest.param(ASKED, "another's decline", id="a decline of an earlier proposal"),
        pytest.param(ACCEPTED, "lapse", id="a lapse after the acceptance"),
        pytest.param(REQUESTED, "lapse", id="a lapse delivered twice"),
        pytest.param(ASKED, "waitlisting", id="a waitlisting while somebody is asked"),
        pytest.param(WAITLISTED, "waitlisting", id="a waitlisting delivered twice"),
        pytest.param(COMPLETED, "acceptance", id="an acceptance after the end"),
    ],
)
def test_a_late_or_repeated_event_changes_nothing(referral: Referral, fact: str) -> None:
    decision = decide(referral, FACTS[fact], NOW, POLICY)

    assert decision == Stale()


def test_a_waitlisted_referral_can_still_be_proposed() -> None:
    assert (
        transitioned(WAITLISTED, a_proposal(attempt=1)).referral.business == BusinessStatus.AWAITING_RESPONSE
    )


@pytest.mark.parametrize(
    ("referral", "command"),
    [
        (ASKED, Reject(actor=TARGET)),
        (ACCEPTED, Hold(actor=TARGET)),
        (ACCEPTED, Cancel(actor=TARGET)),
        (ACCEPTED, Fail(actor=TARGET)),
        (ACCEPTED, Recall(actor=Actor.COORDINATOR)),
    ],
    ids=["reject", "hold", "cancel", "fail", "recall"],
)
def test_commands_that_stop_a_referral_need_a_reason(referral: Referral, command: Command) -> None:
    assert refused(referral, command).code is Refusal.REASON_MISSING
    assert refused(referral, replace(command, reason=Reason.OTHER)).code is Refusal.NOTE_MISSING
    assert refused(referral, replace(command, reason=Reason.OTHER, note="  ")).code is Refusal.NOTE_MISSING

    explained = transitioned(referral, replace(command, reason=Reason.OTHER, note="moved abroad"))

    assert (explained.referral.reason, explained.entry.note) == (Reason.OTHER, "moved abroad")


def test_completing_needs_an_outcome() -> None:
    assert refused(IN_PROGRESS, Complete(actor=TARGET)).code is Refusal.OUTCOME_MISSING

    done = transitioned(IN_PROGRESS, Complete(actor=TARGET, outcome=Outcome.GOALS_MET)).referral

    assert (done.status, done.outcome, done.waiting) == (Status.COMPLETED, Outcome.GOALS_MET, None)


def test_unable_to_contact_needs_three_recorded_attempts() -> None:
    give_up, attempt = (
        Fail(actor=TARGET, reason=Reason.UNABLE_TO_CONTACT),
        RecordContact(actor=TARGET, reached=False),
    )
    referral = replace(ACCEPTED, contact_attempts=0)

    for _ in range(2):
        referral = timeline_only(referral, attempt).referral
    assert refused(referral, give_up).code is Refusal.CONTACT_ATTEMPTS_MISSING
    referral = timeline_only(referral, attempt).referral

    assert transitioned(referral, give_up).referral.status is Status.FAILED


def test_an_unsuccessful_contact_attempt_is_recorded_without_a_transition() -> None:
    after = timeline_only(ACCEPTED, RecordContact(actor=TARGET, reached=False)).referral

    assert (after.sequence, after.entries) == (ACCEPTED.sequence, ACCEPTED.entries + 1)
    assert (after.waiting, after.contact_attempts) == (ACCEPTED.waiting, ACCEPTED.contact_attempts + 1)


def test_reaching_the_person_counts_as_contact() -> None:
    after = transitioned(ACCEPTED, RecordContact(actor=TARGET, reached=True)).referral

    assert (after.status, after.business, after.contact_at) == (
        Status.ACCEPTED,
        BusinessStatus.CONTACTED,
        NOW,
    )


def test_contact_during_a_pause_does_not_end_the_pause() -> None:
    after = timeline_only(
        replace(ON_HOLD, business=BusinessStatus.PAUSED), RecordContact(actor=TARGET, reached=True)
    ).referral

    assert (after.business, after.contact_at) == (BusinessStatus.PAUSED, NOW)


def test_a_pause_is_reviewed_and_resumed() -> None:
    paused = transitioned(IN_PROGRESS, Hold(actor=TARGET, reason=Reason.PERSON_DECLINED)).referral

    resumed = transitioned(paused, Resume(actor=TARGET)).referral

    assert (paused.business, paused.reason) == (BusinessStatus.PAUSED, Reason.PERSON_DECLINED)
    assert (resumed.status, resumed.business, resumed.reason) == (Status.IN_PROGRESS, None, None)


def test_an_interim_note_reports_that_support_continues() -> None:
    after = transitioned(IN_PROGRESS, NoteInterim(actor=TARGET, note="met twice"))

    assert (after.referral.business, after.referral.noted_at) == (BusinessStatus.INTERIM, NOW)


def test_a_target_that_cancels_withdrew() -> None:
    stop = Cancel(actor=TARGET, reason=Reason.NO_CAPACITY)

    assert transitioned(ACCEPTED, stop).referral.business == BusinessStatus.TARGET_WITHDREW
    assert transitioned(ACCEPTED, replace(stop, actor=Actor.PERSON)).referral.business is None


def test_a_referral_cannot_be_rejected_before_an_offer_is_asked() -> None:
    no = Reject(actor=TARGET, reason=Reason.NO_CAPACITY)

    assert refused(REQUESTED, no).code is Refusal.NOBODY_ASKED


def test_a_rejection_returns_the_person_to_matching() -> None:
    move = transitioned(ASKED, Reject(actor=TARGET, reason=Reason.NO_CAPACITY))

    assert move.returns_to_matching
    assert move.referral.excluded_offers == (OFFER,)


@pytest.mark.parametrize(
    "reason", [Reason.DUPLICATE, Reason.SENT_IN_ERROR, Reason.ALREADY_SERVED, Reason.NO_LONGER_NEEDS]
)
def test_some_reasons_end_the_search(reason: Reason) -> None:
    assert not transitioned(ASKED, Reject(actor=TARGET, reason=reason)).returns_to_matching

    wanted = Reject(actor=TARGET, reason=reason, return_to_matching=True)

    assert refused(ASKED, wanted).code is Refusal.REASON_ENDS_THE_SEARCH


def test_a_rejection_may_end_the_search() -> None:
    assert not transitioned(
        ASKED, Reject(actor=TARGET, reason=Reason.NO_CAPACITY, return_to_matching=False)
    ).returns_to_matching


def test_a_failure_returns_the_person_to_matching_only_on_request() -> None:
    failure = Fail(actor=TARGET, reason=Reason.SAFETY_CONFLICT)

    assert not transitioned(IN_PROGRESS, failure).returns_to_matching
    assert transitioned(IN_PROGRESS, replace(failure, return_to_matching=True)).returns_to_matching


def test_a_recall_returns_the_person_to_matching() -> None:
    move = transitioned(ACCEPTED, Recall(actor=Actor.COORDINATOR, reason=Reason.NO_RESPONSE))

    assert (move.referral.status, move.referral.business, move.returns_to_matching) == (
        Status.CANCELLED,
        BusinessStatus.RECALLED,
        True,
    )


def test_a_self_referred_person_may_withdraw_and_others_may_not() -> None:
    withdraw = WithdrawAsError(actor=Actor.PERSON)

    assert refused(ACCEPTED, withdraw).code is Refusal.ACTOR_NOT_ALLOWED
    assert transitioned(replace(ACCEPTED, partner=None), withdraw).referral.status is Status.ENTERED_IN_ERROR


def test_a_referral_entered_in_error_has_no_outcome_and_its_referrer_is_notified_again() -> None:
    notified = replace(COMPLETED, referrer_notified_at=NOW, notice_delivered_at=NOW)

    withdrawn = transitioned(notified, WithdrawAsError(actor=Actor.REQUESTER)).referral

    assert (withdrawn.outcome, withdrawn.referrer_notified_at, withdrawn.notice_delivered_at) == (
        None,
        None,
        None,
    )


def test_every_transition_is_numbered() -> None:
    started = transitioned(ACCEPTED, Start(actor=TARGET)).referral

    assert started.sequence == ACCEPTED.sequence + 1


def test_an_open_referral_that_waits_for_nobody_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="waits for nobody"):
        replace(REQUESTED, waiting=None)
    with pytest.raises(ValueError, match="completed and has a next actor"):
        replace(COMPLETED, waiting=WAITS)


def a_proposal(attempt: int) -> Propose:
    return Propose(
        actor=Actor.MATCHING,
        proposal_id=PROPOSAL,
        offer_id=OFFER,
        offer_kind=OfferKind.SUPPORTER,
        attempt=attempt,
        answer_by=NOW + timedelta(days=2),
    )


def an_acceptance(proposal_id: UUID = PROPOSAL, offer_id: UUID = OFFER) -> Accept:
    return Accept(actor=TARGET, proposal_id=proposal_id, offer_id=offer_id, offer_kind=OfferKind.SUPPORTER)


EARLIER = UUID(int=99)
FACTS: dict[str, Fact] = {
    "same attempt again": a_proposal(attempt=1),
    "proposal": a_proposal(attempt=2),
    "acceptance": an_acceptance(),
    "another's acceptance": an_acceptance(EARLIER, OTHER_OFFER),
    "another's decline": Decline(actor=TARGET, reason=Reason.NO_CAPACITY, proposal_id=EARLIER),
    "lapse": Lapse(actor=Actor.MATCHING, proposal_id=PROPOSAL),
    "waitlisting": Waitlist(actor=Actor.MATCHING),
}
