"""The loop is closed only by all four: ended, outcome on record, referrer notified, that notice delivered."""

from dataclasses import replace
from itertools import product

import pytest

from alongside_contracts.vocabulary import Actor, Reason, RecipientRole, Status
from alongside_referrals.domain.codes import EntryKind
from alongside_referrals.domain.commands import Cancel
from alongside_referrals.domain.decisions import Stale, TimelineOnly
from alongside_referrals.domain.loop import (
    ClosedLoop,
    Loop,
    NoticeResult,
    apply_acknowledged_update,
    apply_notice,
    can_close_loop,
    loop_of,
)
from alongside_referrals.domain.referral import ERASED_REFERENCE, Referral
from tests.unit.referrals.facts import ACCEPTED, COMPLETED, NOW, transitioned

DELIVERED = NoticeResult(RecipientRole.REFERRER, "event-9", Status.COMPLETED, delivered=True)
FAILED = NoticeResult(RecipientRole.REFERRER, "event-9", None, delivered=False)


@pytest.mark.parametrize("parts", list(product([True, False], repeat=4)))
def test_a_loop_is_closed_only_when_all_four_parts_are_complete(parts: tuple[bool, bool, bool, bool]) -> None:
    assert Loop(*parts).closed == all(parts)


def test_the_referrers_delivered_notice_closes_the_loop() -> None:
    closed = apply_notice(COMPLETED, DELIVERED, NOW)

    assert isinstance(closed, ClosedLoop)
    assert loop_of(closed.referral).closed
    assert (closed.entry.kind, closed.referral.loop_closed_at) == (EntryKind.LOOP_CLOSED, NOW)


def test_a_loop_is_closed_once() -> None:
    closed = apply_notice(COMPLETED, DELIVERED, NOW)
    assert isinstance(closed, ClosedLoop)

    assert apply_notice(closed.referral, DELIVERED, NOW) == Stale()


@pytest.mark.parametrize(
    ("referral", "notice"),
    [
        pytest.param(COMPLETED, replace(DELIVERED, role=RecipientRole.TARGET), id="somebody else's notice"),
        pytest.param(
            COMPLETED, replace(DELIVERED, role=RecipientRole.PERSON), id="the person is not the referrer"
        ),
        pytest.param(COMPLETED, replace(DELIVERED, about=Status.ACCEPTED), id="an earlier status"),
        pytest.param(COMPLETED, replace(DELIVERED, about=None), id="no status"),
        pytest.param(ACCEPTED, replace(DELIVERED, about=Status.ACCEPTED), id="still open"),
        pytest.param(COMPLETED, replace(FAILED, cause="event-3"), id="a failure to tell something else"),
    ],
)
def test_other_notices_leave_the_loop_open(referral: Referral, notice: NoticeResult) -> None:
    assert apply_notice(referral, notice, NOW) == Stale()


def test_a_self_referred_person_is_notified_as_the_referrer() -> None:
    own = replace(COMPLETED, partner=None)

    assert isinstance(apply_notice(own, DELIVERED, NOW), ClosedLoop)


def test_the_loop_of_a_referral_without_outcome_stays_open_and_names_the_missing_part() -> None:
    cancelled = transitioned(ACCEPTED, Cancel(actor=Actor.REQUESTER, reason=Reason.NO_LONGER_NEEDS)).referral

    decision = apply_notice(cancelled, replace(DELIVERED, about=Status.CANCELLED), NOW)

    assert isinstance(decision, TimelineOnly)
    assert loop_of(decision.referral) == Loop(
        terminal=True, outcome=False, referrer_notified=True, notice_delivered=True
    )


def test_a_failed_notice_counts_as_notified_but_not_as_delivered() -> None:
    failed = apply_notice(COMPLETED, FAILED, NOW)
    assert isinstance(failed, TimelineOnly)
    assert loop_of(failed.referral) == Loop(
        terminal=True, outcome=True, referrer_notified=True, notice_delivered=False
    )

    by_another_channel = apply_notice(failed.referral, DELIVERED, NOW)

    assert isinstance(by_another_channel, ClosedLoop)


def test_the_acknowledged_update_about_the_end_closes_the_loop_as_a_delivered_notice_does() -> None:
    assert apply_acknowledged_update(COMPLETED, NOW) == apply_notice(COMPLETED, DELIVERED, NOW)


def test_an_acknowledged_update_closes_the_loop_after_a_notice_that_failed() -> None:
    failed = apply_notice(COMPLETED, FAILED, NOW)
    assert isinstance(failed, TimelineOnly)

    assert isinstance(apply_acknowledged_update(failed.referral, NOW), ClosedLoop)


def test_an_acknowledged_update_leaves_the_loop_of_a_referral_without_outcome_open() -> None:
    decision = apply_acknowledged_update(replace(COMPLETED, outcome=None), NOW)

    assert isinstance(decision, TimelineOnly)
    assert loop_of(decision.referral) == Loop(
        terminal=True, outcome=False, referrer_notified=True, notice_delivered=True
    )


def test_an_update_changes_nothing_after_a_delivered_notice_nor_a_notice_after_an_update() -> None:
    by_notice = apply_notice(COMPLETED, DELIVERED, NOW)
    by_update = apply_acknowledged_update(COMPLETED, NOW)
    assert isinstance(by_notice, ClosedLoop)
    assert isinstance(by_update, ClosedLoop)

    assert apply_acknowledged_update(by_notice.referral, NOW) == Stale()
    assert apply_notice(by_update.referral, DELIVERED, NOW) == Stale()


@pytest.mark.parametrize(
    "referral",
    [
        pytest.param(ACCEPTED, id="still open"),
        pytest.param(replace(COMPLETED, reference=f"{ERASED_REFERENCE}{COMPLETED.id}"), id="erased"),
    ],
)
def test_an_update_about_no_end_or_under_an_unknown_reference_changes_nothing(referral: Referral) -> None:
    assert apply_acknowledged_update(referral, NOW) == Stale()


def test_most_notices_cannot_close_a_loop() -> None:
    assert can_close_loop(RecipientRole.REFERRER, Status.COMPLETED, delivered=True)
    assert can_close_loop(RecipientRole.REFERRER, None, delivered=False)
    assert not can_close_loop(RecipientRole.PERSON, Status.COMPLETED, delivered=True)
    assert not can_close_loop(RecipientRole.REFERRER, Status.ACCEPTED, delivered=True)
    assert not can_close_loop(RecipientRole.TARGET, Status.COMPLETED, delivered=True)
