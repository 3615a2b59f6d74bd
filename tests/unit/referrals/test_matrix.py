"""Every (status × command × actor), compared with the domain's table, written down here a second time."""

from dataclasses import replace

import pytest

from alongside_contracts.vocabulary import TERMINAL, Actor, Status
from alongside_referrals.domain.codes import WaitKind
from alongside_referrals.domain.commands import Fact
from alongside_referrals.domain.decisions import Refusal, Refused, Stale, TimelineOnly, Transitioned
from alongside_referrals.domain.machine import RULES, decide
from alongside_referrals.domain.referral import Referral
from tests.unit.referrals.facts import NOW, POLICY, REQUESTED, referral_in, valid_commands

PICTURE = {
    "draft": "requested",
    "requested": "accepted rejected cancelled",
    "accepted": "in-progress on-hold cancelled completed failed",
    "in-progress": "on-hold cancelled completed failed",
    "on-hold": "in-progress cancelled completed failed",
}
WITHOUT_CONSENT = {
    "requested": "cancelled",
    "accepted": "on-hold",
    "in-progress": "on-hold",
    "on-hold": "on-hold",
}
WHO_SETS = {
    "requested": "requester coordinator",
    "entered-in-error": "requester coordinator",
    "accepted": "target",
    "rejected": "target",
    "in-progress": "target coordinator",
    "on-hold": "target person",
    "failed": "target",
    "completed": "target",
    "cancelled": "requester coordinator target person",
}
ALIVE = "requested accepted in-progress on-hold"
TAKEN_ON = "accepted in-progress on-hold"
ENDED = "rejected cancelled completed failed"
# command: from which statuses, to which (= stays; by the status before where that decides), by whom
TABLE: dict[str, tuple[str, str | dict[str, str], str]] = {
    "request": ("draft", "requested", "requester coordinator"),
    "propose": ("requested", "=", "matching"),
    "waitlist": ("requested", "=", "matching"),
    "decline": ("requested", "=", "target"),
    "lapse": ("requested", "=", "matching"),
    "accept": ("requested", "accepted", "target"),
    "reject": ("requested", "rejected", "target"),
    "start": ("accepted", "in-progress", "target"),
    "hold": ("accepted in-progress", "on-hold", "target"),
    "resume": ("on-hold", "in-progress", "target coordinator"),
    "cancel": (ALIVE, "cancelled", "requester coordinator target person"),
    "recall": (ALIVE, "cancelled", "requester coordinator"),
    "complete": (TAKEN_ON, "completed", "target"),
    "fail": (TAKEN_ON, "failed", "target"),
    "withdraw-as-error": (f"draft {ALIVE} {ENDED}", "entered-in-error", "requester coordinator"),
    "record-contact": (TAKEN_ON, "=", "target"),
    "note-interim": ("in-progress", "=", "target"),
    "give-feedback": (TAKEN_ON, "=", "person coordinator target"),
    "ask-rematch": (TAKEN_ON, "cancelled", "person coordinator"),
    "take-back": ("requested", "=", "matching"),
    "amend": (ALIVE, "=", "requester"),
    "revoke-consent": (ALIVE, WITHOUT_CONSENT, "person"),
    "restore-consent": (ALIVE, "=", "person"),
    "withdraw": (ALIVE, "cancelled", "requester"),
    "review": (TAKEN_ON, "=", "coordinator"),
}


@pytest.mark.parametrize("actor", Actor)
@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("status", Status)
def test_a_command_is_accepted_only_in_its_statuses_and_from_its_actors(
    status: Status, name: str, actor: Actor
) -> None:
    referral, command = state_for(status, name), valid_commands(actor)[name]
    start, to, may = TABLE[name]

    decision = decide(referral, command, NOW, POLICY)

    if status in start.split() and actor in may.split():
        assert isinstance(decision, Transitioned | TimelineOnly)
        assert decision.referral.status == status_after(status, to)
        assert decision.referral.entries == referral.entries + 1
    elif isinstance(command, Fact):
        assert decision == Stale()
    else:
        assert isinstance(decision, Refused)
        assert decision.code is expected_refusal(status, actor, may)
        assert decision.detail
        assert decision.remedy


def test_the_table_has_only_the_transitions_of_the_domain() -> None:
    arrows = {
        (start, status_after(start, to))
        for starts, to, _ in TABLE.values()
        for start in starts.split()
        if status_after(start, to) not in (start, "entered-in-error")
    }

    assert arrows == {(start, to) for start, ends in PICTURE.items() for to in ends.split()}


def test_each_status_is_set_by_the_actors_the_domain_names() -> None:
    setters: dict[str, set[str]] = {}
    for starts, to, may in TABLE.values():
        for start in starts.split():
            if status_after(start, to) != start:
                setters.setdefault(status_after(start, to), set()).update(may.split())

    assert setters == {status: set(may.split()) for status, may in WHO_SETS.items()}


def test_the_matrix_lists_every_command() -> None:
    assert {type(command) for command in valid_commands(Actor.TARGET).values()} == set(RULES)


@pytest.mark.parametrize("status", sorted(TERMINAL))
@pytest.mark.parametrize("name", sorted(set(TABLE) - {"withdraw-as-error"}))
def test_an_ended_referral_is_never_edited(status: Status, name: str) -> None:
    decisions = [decide(referral_in(status), valid_commands(actor)[name], NOW, POLICY) for actor in Actor]

    assert all(isinstance(decision, Refused | Stale) for decision in decisions)


def status_after(status: str, to: str | dict[str, str]) -> str:
    """Return the status after a command given in `status`."""
    return to[status] if isinstance(to, dict) else status if to == "=" else to


def state_for(status: Status, name: str) -> Referral:
    """Return a referral of that status; without an asked offer for a waitlisting, after a change for a review."""
    if (status, name) == (Status.REQUESTED, "waitlist"):
        return REQUESTED
    referral = referral_in(status)
    if name == "review" and referral.waiting:
        return replace(referral, waiting=replace(referral.waiting, kind=WaitKind.CHANGE_REVIEW))
    return referral


def expected_refusal(status: Status, actor: Actor, may: str) -> Refusal:
    if actor not in may.split():
        return Refusal.ACTOR_NOT_ALLOWED
    return Refusal.REFERRAL_ENDED if status in TERMINAL else Refusal.WRONG_STATUS
