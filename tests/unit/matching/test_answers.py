"""The effect of an answer, of time and of the end of a referral on a proposal."""

from datetime import UTC, datetime, timedelta

import pytest

from alongside_matching.allocation.rules.proposals import (
    Accepted,
    AlreadyAnswered,
    Declined,
    Lapsed,
    NotYetDue,
    ProposalState,
    Stale,
    TooLate,
    Withdrawn,
    accept,
    decline,
    lapse,
    withdraw,
)
from alongside_matching.allocation.rules.waiting import is_terminal, urgency_rank
from alongside_matching.catalogue.rules.places import BelowPromised, Fits, fits

EXPIRES = datetime(2026, 11, 24, 12, tzinfo=UTC)
BEFORE, AFTER = EXPIRES - timedelta(seconds=1), EXPIRES + timedelta(seconds=1)
ANSWERED = [state for state in ProposalState if state is not ProposalState.OPEN]


def test_an_open_proposal_can_be_accepted_in_time() -> None:
    assert accept(ProposalState.OPEN, EXPIRES, BEFORE) == Accepted()


def test_an_acceptance_after_the_time_is_refused_even_before_the_timer_fires() -> None:
    assert accept(ProposalState.OPEN, EXPIRES, AFTER) == TooLate(EXPIRES)


@pytest.mark.parametrize("state", ANSWERED)
def test_a_second_answer_returns_the_first(state: ProposalState) -> None:
    assert accept(state, EXPIRES, BEFORE) == decline(state) == AlreadyAnswered(state)


def test_a_late_decline_still_counts_while_the_proposal_is_open() -> None:
    assert decline(ProposalState.OPEN) == Declined()


def test_an_unanswered_proposal_lapses_when_its_time_is_over() -> None:
    assert lapse(ProposalState.OPEN, EXPIRES, EXPIRES) == Lapsed()


def test_nothing_lapses_before_its_time() -> None:
    assert lapse(ProposalState.OPEN, EXPIRES, BEFORE) == NotYetDue()


@pytest.mark.parametrize("state", ANSWERED)
def test_an_answered_proposal_never_lapses(state: ProposalState) -> None:
    assert lapse(state, EXPIRES, AFTER) == Stale()


def test_the_end_of_a_referral_gives_back_a_held_place() -> None:
    assert withdraw(ProposalState.OPEN) == Withdrawn(was_taken=False)


def test_the_end_of_a_referral_gives_back_a_taken_place() -> None:
    assert withdraw(ProposalState.ACCEPTED) == Withdrawn(was_taken=True)


@pytest.mark.parametrize("state", [ProposalState.DECLINED, ProposalState.LAPSED, ProposalState.WITHDRAWN])
def test_a_place_is_given_back_only_once(state: ProposalState) -> None:
    assert withdraw(state) == Stale()


@pytest.mark.parametrize("status", ["cancelled", "completed", "failed", "rejected", "entered-in-error"])
def test_every_terminal_status_closes_a_request(status: str) -> None:
    assert is_terminal(status)


@pytest.mark.parametrize("status", ["requested", "accepted", "in-progress", "on-hold"])
def test_a_referral_that_has_not_ended_keeps_its_place(status: str) -> None:
    assert not is_terminal(status)


def test_the_urgent_are_served_before_the_routine() -> None:
    assert urgency_rank("crisis") < urgency_rank("urgent") < urgency_rank("routine")


def test_a_capacity_can_be_lowered_to_the_number_of_promised_places() -> None:
    assert fits(3, promised=3) == Fits()


def test_a_capacity_below_the_promised_places_is_refused() -> None:
    assert fits(2, promised=3) == BelowPromised(3)


def test_any_offer_can_be_opened_to_everyone() -> None:
    assert fits(None, promised=3) == Fits()
