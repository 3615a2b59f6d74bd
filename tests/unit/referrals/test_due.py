"""Exactly one next actor and one due time, and the next rung when it passes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alongside_contracts.vocabulary import TERMINAL, Actor, OfferKind, Status
from alongside_referrals.domain.codes import EntryKind, WaitKind
from alongside_referrals.domain.commands import Accept, NoteInterim, Propose, RecordContact, Start, Waitlist
from alongside_referrals.domain.decisions import Stale
from alongside_referrals.domain.due import Overdue, RecallDue, escalate, wait_kind_of
from alongside_referrals.domain.referral import Referral, Waiting
from tests.unit.referrals.facts import (
    ASKED,
    COMPLETED,
    NOW,
    OFFER,
    POLICY,
    PROPOSAL,
    REQUESTED,
    SOON,
    transitioned,
)

WEDNESDAY = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # clocks went forward on Sunday


def test_matching_has_an_hour_to_propose() -> None:
    assert waiting(REQUESTED) == (Actor.MATCHING, WaitKind.MATCH, SOON)


def test_the_target_has_two_business_days_to_answer() -> None:
    asked = transitioned(REQUESTED, a_proposal(answer_by=NOW + timedelta(days=30))).referral

    assert waiting(asked) == (Actor.TARGET, WaitKind.RESPONSE, WEDNESDAY)


def test_the_target_must_answer_before_its_held_place_is_given_up() -> None:
    asked = transitioned(REQUESTED, a_proposal(answer_by=SOON)).referral

    assert waiting(asked) == (Actor.TARGET, WaitKind.RESPONSE, SOON)


def test_a_waitlisted_referral_waits_for_the_coordinator() -> None:
    listed = transitioned(REQUESTED, Waitlist(actor=Actor.MATCHING)).referral

    assert waiting(listed) == (Actor.COORDINATOR, WaitKind.PLACE, NEXT_MONDAY)


def test_first_contact_is_due_two_business_days_after_acceptance() -> None:
    assert waiting(accepted()) == (Actor.TARGET, WaitKind.FIRST_CONTACT, WEDNESDAY)


def test_contact_is_due_every_fourteen_days() -> None:
    started = transitioned(accepted(), Start(actor=Actor.TARGET)).referral
    ten_days_on = NOW + timedelta(days=10)

    spoken = transitioned(started, RecordContact(actor=Actor.TARGET, reached=True), ten_days_on).referral

    # The next contact would be due on day 24, but an outcome or an interim note on day 15 already.
    assert waiting(spoken) == (Actor.TARGET, WaitKind.PROGRESS, local_days_after(NOW, 15))
    with_interim_note = transitioned(spoken, NoteInterim(actor=Actor.TARGET), ten_days_on).referral
    assert waiting(with_interim_note) == (Actor.TARGET, WaitKind.PROGRESS, local_days_after(ten_days_on, 14))


def test_a_timer_that_fires_before_a_moved_due_time_changes_nothing() -> None:
    assert escalate(ASKED, SOON - timedelta(seconds=1), POLICY) == Stale()
    assert escalate(COMPLETED, SOON, POLICY) == Stale()


def test_the_ladder_reminds_the_target_then_asks_the_supervisor_then_recalls() -> None:
    first = overdue(accepted(), WEDNESDAY)
    second = overdue(first.referral, FRIDAY)

    third = escalate(second.referral, NEXT_MONDAY, POLICY)

    assert (first.late, waiting(first.referral)) == (
        Actor.TARGET,
        (Actor.TARGET, WaitKind.FIRST_CONTACT, FRIDAY),
    )
    assert (second.late, waiting(second.referral)) == (
        Actor.TARGET,
        (Actor.SUPERVISOR, WaitKind.FIRST_CONTACT, NEXT_MONDAY),
    )
    assert third == RecallDue(Actor.SUPERVISOR)


@pytest.mark.parametrize("kind", [OfferKind.GROUP, OfferKind.SERVICE])
def test_only_supporters_have_a_supervisor_others_have_the_coordinator(kind: OfferKind) -> None:
    nudged = replace(
        accepted(), offer_kind=kind, waiting=Waiting(WaitKind.FIRST_CONTACT, Actor.TARGET, FRIDAY, rung=1)
    )

    assert waiting(overdue(nudged, FRIDAY).referral)[0] == Actor.COORDINATOR


def test_when_the_held_place_is_given_up_matching_is_asked() -> None:
    late = overdue(replace(ASKED, answer_by=SOON), SOON)

    assert late.late == Actor.TARGET
    assert waiting(late.referral) == (Actor.MATCHING, WaitKind.MATCH, SOON + timedelta(minutes=60))


def test_a_target_may_accept_late_until_matching_announces_a_lapse() -> None:
    late = overdue(replace(ASKED, answer_by=SOON), SOON).referral

    assert transitioned(late, an_acceptance()).referral.status is Status.ACCEPTED


def test_where_nothing_can_be_recalled_the_last_party_is_asked_again() -> None:
    once = overdue(REQUESTED, SOON)
    twice = overdue(once.referral, NOW + timedelta(days=3))

    thrice = overdue(twice.referral, NOW + timedelta(days=7))

    assert [step.late for step in (once, twice, thrice)] == [
        Actor.MATCHING,
        Actor.COORDINATOR,
        Actor.COORDINATOR,
    ]
    assert waiting(thrice.referral)[0] == Actor.COORDINATOR


def test_being_overdue_is_on_the_timeline_but_is_no_transition() -> None:
    late = overdue(REQUESTED, SOON)

    assert (late.entry.kind, late.entry.actor) == (EntryKind.OVERDUE, Actor.MATCHING)
    assert (late.referral.sequence, late.referral.entries) == (REQUESTED.sequence, REQUESTED.entries + 1)


@pytest.mark.parametrize("status", Status)
def test_every_open_status_waits_for_something_and_no_ended_one_does(status: Status) -> None:
    assert (wait_kind_of(status, None) is None) == (status in TERMINAL)


def accepted() -> Referral:
    return transitioned(ASKED, an_acceptance()).referral


def an_acceptance() -> Accept:
    return Accept(actor=Actor.TARGET, proposal_id=PROPOSAL, offer_id=OFFER, offer_kind=OfferKind.SUPPORTER)


def a_proposal(answer_by: datetime) -> Propose:
    return Propose(
        actor=Actor.MATCHING,
        proposal_id=PROPOSAL,
        offer_id=OFFER,
        offer_kind=OfferKind.SUPPORTER,
        attempt=1,
        answer_by=answer_by,
    )


def overdue(referral: Referral, now: datetime) -> Overdue:
    step = escalate(referral, now, POLICY)
    assert isinstance(step, Overdue), step
    return step


def waiting(referral: Referral) -> tuple[str, WaitKind, datetime]:
    assert referral.waiting is not None
    return referral.waiting.actor, referral.waiting.kind, referral.waiting.due_at


def local_days_after(moment: datetime, days: int) -> datetime:
    local = moment.astimezone(POLICY.calendar.zone)
    return (local + timedelta(days=days)).astimezone(UTC)
