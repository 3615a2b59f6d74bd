"""No entry of a timeline is before the one it follows, whichever unit of work began first."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alongside_contracts.vocabulary import Actor, Fit, RecipientRole, Status
from alongside_referrals.domain.commands import Command, GiveFeedback, Start
from alongside_referrals.domain.decisions import TimelineOnly, Transitioned
from alongside_referrals.domain.due import Overdue, assign_coordinator, escalate
from alongside_referrals.domain.loop import ClosedLoop, NoticeResult, apply_notice
from alongside_referrals.domain.machine import decide
from tests.unit.referrals.facts import ACCEPTED, COMPLETED, NOW, POLICY

EARLIER, LATER = NOW - timedelta(seconds=4), NOW + timedelta(seconds=4)
WRITTEN = replace(ACCEPTED, changed_at=NOW)


@pytest.mark.parametrize(
    "began", [EARLIER, NOW, LATER], ids=["began before", "at the same time", "began later"]
)
@pytest.mark.parametrize(
    "command",
    [Start(actor=Actor.TARGET), GiveFeedback(actor=Actor.PERSON, fit=Fit.GOOD, meetings=1)],
    ids=repr,
)
def test_an_entry_has_the_time_of_its_unit_of_work_and_never_one_before_the_last_entry(
    command: Command, began: datetime
) -> None:
    change = decide(WRITTEN, command, began, POLICY)

    assert isinstance(change, Transitioned | TimelineOnly)
    assert change.entry.at == change.referral.changed_at == max(began, NOW)


def test_the_due_time_counts_from_the_time_of_the_entry() -> None:
    late = decide(WRITTEN, Start(actor=Actor.TARGET), EARLIER, POLICY)
    in_time = decide(WRITTEN, Start(actor=Actor.TARGET), NOW, POLICY)

    assert isinstance(late, Transitioned)
    assert isinstance(in_time, Transitioned)
    assert late.referral.waiting == in_time.referral.waiting


def test_what_a_timer_writes_is_not_before_the_last_entry() -> None:
    assert WRITTEN.waiting is not None
    later = replace(WRITTEN, changed_at=WRITTEN.waiting.due_at + timedelta(hours=1))

    overdue = escalate(later, WRITTEN.waiting.due_at, POLICY)
    assigned = assign_coordinator(later, WRITTEN.waiting.due_at, LATER)

    assert isinstance(overdue, Overdue)
    assert isinstance(assigned, Overdue)
    assert {overdue.entry.at, assigned.entry.at} == {later.changed_at}


def test_a_loop_is_not_closed_before_the_referral_ended() -> None:
    notice = NoticeResult(RecipientRole.REFERRER, "event-9", Status.COMPLETED, delivered=True)

    closed = apply_notice(replace(COMPLETED, changed_at=NOW), notice, EARLIER)

    assert isinstance(closed, ClosedLoop)
    assert (closed.entry.at, closed.referral.loop_closed_at) == (NOW, NOW)
