"""The checker finds what was planted, names the promise it breaks, and finds nothing in a run that kept them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alongside_lab.faults.evidence.evaluation import check, summary
from alongside_lab.faults.evidence.evidence import (
    ArrivedRecord,
    Evidence,
    FindingKind,
    ObservedPause,
    RecordPosition,
)
from alongside_lab.faults.target_actors import AcknowledgedCommand
from tests.unit.faults.healthy import (
    FIRST,
    INBOUND,
    OFFER,
    OTHER,
    PARTNER,
    SECOND,
    added,
    dead_letter,
    healthy,
    proposal,
    with_danger,
    with_event,
    with_row,
    without,
    without_event,
)

Plant = Callable[[Evidence], Evidence]


def swapped(evidence: Evidence, type_: str) -> Evidence:
    """The first two events of a type with their places exchanged."""
    one, other = [event for event in evidence.events if event.type == type_][:2]
    positions = {one.id: other.position, other.id: one.position}
    events = [replace(event, position=positions.get(event.id, event.position)) for event in evidence.events]
    return replace(evidence, events=tuple(events))


def moved_first(evidence: Evidence, type_: str) -> Evidence:
    """The last event of a type put before everything else on its topic."""
    moved = [event for event in evidence.events if event.type == type_][-1]
    events = [
        replace(event, position=replace(event.position, offset=-1)) if event is moved else event
        for event in evidence.events
    ]
    return replace(evidence, events=tuple(events))


def in_another_partition(evidence: Evidence) -> Evidence:
    """Move the last event of the journey to the wrong partition for its key."""
    moved = evidence.events[-1]
    return replace(
        evidence,
        events=(*evidence.events[:-1], replace(moved, position=replace(moved.position, partition=1))),
    )


def with_changes(evidence: Evidence) -> Evidence:
    """The evidence of a run in which one request was amended, its proposal taken back, and consent given again."""
    evidence = replace(
        evidence, proposals=(*evidence.proposals, proposal("p-x", FIRST, OTHER, 2, "withdrawn"))
    )
    asked: dict[str, Any] = {"proposal_id": "p-x", "attempt": 2}
    for type_, facts in (
        ("match.proposed", asked),
        ("submission.amended", {"sequence": 1}),
        ("match.withdrawn", asked),
        ("consent.changed", {"sequence": 2, "covers": True}),
    ):
        evidence = added(evidence, type_, facts)
    return evidence


LOST: dict[str, Plant] = {
    "a danger in a broken record": with_danger,
    "an answer": lambda e: without_event(e, "submission.answered"),
    "the refusal of a poison record": lambda e: without_event(e, "submission.answered", 3),
    "a letter the broker acknowledged": lambda e: replace(e, arrivals=e.arrivals[1:]),
    "an admission event": lambda e: without_event(e, "submission.admitted"),
    "a referral": lambda e: without(e, "referrals", id=FIRST),
    "a request at matching": lambda e: without(e, "requests", referral_id=FIRST),
    "a submission row": lambda e: without(e, "submissions", referral_id=FIRST),
    "an announced transition": lambda e: without_event(e, "referral.status-changed", 2),
    "what the partner was notified": lambda e: without_event(e, "referral.updated", 2),
    "a proposal's announcement": lambda e: without_event(e, "match.proposed"),
    "an answer to a proposal": lambda e: without_event(e, "match.declined"),
    "the closing of a loop": lambda e: without_event(e, "referral.loop-closed"),
    "a timeline entry": lambda e: without(e, "timeline", referral_id=FIRST, entry=3),
    "the end of a timeline": lambda e: without(e, "timeline", referral_id=FIRST, entry=5),
    "a command that was answered": lambda e: replace(
        e, acknowledged=(AcknowledgedCommand("complete", "r-9"),)
    ),
    "an accepted proposal": lambda e: replace(e, acknowledged=(AcknowledgedCommand("accept", "p-r-2-1"),)),
    "records nobody consumed": lambda e: replace(e, lag={"matching": 3}),
    "word of a pause": lambda e: without_event(e, "intake.paused"),
    "word that a pause ended": lambda e: without_event(e, "intake.resumed"),
    "word of a pause to the network": lambda e: without_event(e, "partner-stream.paused"),
    "word to the network that a pause ended": lambda e: without_event(e, "partner-stream.resumed"),
    "a loop that never closed": lambda e: with_row(e, "referrals", {"id": FIRST}, loop_closed_at=None),
}
DUPLICATED: dict[str, Plant] = {
    "an answer": lambda e: with_event(e, "submission.answered", id_="again"),
    "an admission event": lambda e: with_event(e, "submission.admitted", id_="again"),
    "a transition": lambda e: with_event(e, "referral.status-changed", id_="again"),
    "a partner's update": lambda e: with_event(e, "referral.updated", id_="again"),
    "a proposal's announcement": lambda e: with_event(e, "match.proposed", id_="again"),
    "the page of a danger in a broken record": lambda e: with_danger(e, "s-1", "s-2"),
    "a pause's announcement": lambda e: with_event(e, "partner-stream.paused", id_="again"),
    "a proposal taken back": lambda e: with_event(with_changes(e), "match.withdrawn", id_="again"),
    "a taken back proposal that was accepted": lambda e: added(
        e, "match.withdrawn", {"proposal_id": "p-r-1-1"}
    ),
    "a loop's closing": lambda e: with_event(e, "referral.loop-closed", id_="again"),
    "a referral of one reference": lambda e: replace(
        e, referrals=(*e.referrals, {**e.referrals[0], "id": "r-3"})
    ),
}
OUT_OF_ORDER: dict[str, Plant] = {
    "transitions on the journey": lambda e: swapped(e, "referral.status-changed"),
    "steps a partner hears": lambda e: swapped(e, "referral.updated"),
    "a proposal after its answer": lambda e: moved_first(e, "match.accepted"),
    "a proposal after it was taken back": lambda e: moved_first(with_changes(e), "match.withdrawn"),
    "an older change of consent after an amendment": lambda e: added(
        with_changes(e), "consent.changed", {"sequence": 1}
    ),
    "a notice before its cause": lambda e: moved_first(e, "notice.delivered"),
    "a key in two partitions": in_another_partition,
    "sequences of a timeline": lambda e: with_row(
        e, "timeline", {"referral_id": FIRST, "entry": 2}, sequence=4
    ),
    "statuses of a timeline": lambda e: with_row(
        e, "timeline", {"referral_id": FIRST, "entry": 2}, previous="completed"
    ),
}
OVERSOLD: dict[str, Plant] = {
    "more places than there are": lambda e: with_row(e, "offers", {"id": OFFER}, capacity=1),
    "a count that forgot a place": lambda e: with_row(e, "offers", {"id": OFFER}, taken=1),
    "two places for one referral": lambda e: replace(
        e, proposals=(*e.proposals, proposal("p-x", FIRST, OFFER, 2, "open"))
    ),
}
DEAD_LETTERS: dict[str, Plant] = {
    "poison nobody put aside": lambda e: replace(e, dead_letters=()),
    "a healthy record put aside": lambda e: replace(
        e, dead_letters=(*e.dead_letters, dead_letter("intake", RecordPosition(INBOUND, 0, 0)))
    ),
    "a record put aside twice": lambda e: replace(e, dead_letters=(*e.dead_letters, *e.dead_letters)),
    "a letter the relay gave up": lambda e: replace(
        e, dead_letters=(*e.dead_letters, dead_letter("matching", RecordPosition("x", -1, 7)))
    ),
}
WRONG_PAUSE: dict[str, Plant] = {
    "a broken sender nobody paused": lambda e: replace(e, quarantines=()),
    "a healthy sender paused": lambda e: replace(
        e, quarantines=(*e.quarantines, {**e.quarantines[0], "partner": "north-clinic"})
    ),
    "a pause nobody ended": lambda e: with_row(e, "quarantines", {"partner": PARTNER}, resumed_at=None),
}
PLANTED = [
    *((FindingKind.WRONG_PAUSE, name, plant) for name, plant in WRONG_PAUSE.items()),
    *((FindingKind.LOST, name, plant) for name, plant in LOST.items()),
    *((FindingKind.DUPLICATED, name, plant) for name, plant in DUPLICATED.items()),
    *((FindingKind.OUT_OF_ORDER, name, plant) for name, plant in OUT_OF_ORDER.items()),
    *((FindingKind.OVERSOLD, name, plant) for name, plant in OVERSOLD.items()),
    *((FindingKind.DEAD_LETTERS, name, plant) for name, plant in DEAD_LETTERS.items()),
    (FindingKind.OUTBOX, "a row that was never sent", lambda e: replace(e, outbox={"intake": 1})),
    (
        FindingKind.UNATTENDED,
        "an open referral nobody is to act on",
        lambda e: with_row(e, "referrals", {"id": SECOND}, status="requested"),
    ),
    (
        FindingKind.HELD_UP,
        "others waiting for a paused partner",
        lambda e: replace(e, pauses=(ObservedPause(PARTNER, others_sent=20, others_answered=2),)),
    ),
    (
        FindingKind.WRONG_ANSWER,
        "a good submission turned down",
        lambda e: with_answer(e, "rejected"),
    ),
]


def with_answer(evidence: Evidence, answer: str) -> Evidence:
    """The evidence with the first answer changed."""
    first = next(event for event in evidence.events if event.type == "submission.answered")
    other = replace(first, facts={**first.facts, "answer": answer})
    return replace(evidence, events=tuple(other if event is first else event for event in evidence.events))


def test_a_run_that_kept_every_promise_has_no_findings() -> None:
    evidence = healthy()

    assert check(evidence) == ()
    numbers = summary(evidence, ())
    assert (numbers["submitted"], numbers["dead_letters"], numbers["poison"]) == (3, 1, 1)
    assert numbers["ok"] is True


def test_a_request_that_was_amended_and_matched_again_breaks_no_promise() -> None:
    assert check(with_changes(healthy())) == ()


def test_a_danger_in_a_broken_record_that_is_escalated_once_breaks_no_promise() -> None:
    found = check(with_danger(healthy(), "s-1"))

    assert [finding for finding in found if "danger" in finding.what] == []


@pytest.mark.parametrize(("kind", "name", "plant"), PLANTED, ids=[f"{p}: {n}" for p, n, _ in PLANTED])
def test_a_planted_violation_is_found_and_named(kind: FindingKind, name: str, plant: Plant) -> None:
    planted = plant(healthy())
    findings = check(planted)

    assert kind in {finding.promise for finding in findings}
    assert summary(planted, findings)["ok"] is False


def test_the_same_event_delivered_again_breaks_nothing() -> None:
    """At least once on the wire is the contract; readers drop repeats by (source, id)."""
    evidence = healthy()
    last = max(event.position.offset for event in evidence.events)
    again = [
        replace(event, position=replace(event.position, offset=last + 1 + n))
        for n, event in enumerate(evidence.events)
    ]

    assert check(replace(evidence, events=(*evidence.events, *again))) == ()


def test_a_poison_record_sent_twice_is_expected_twice() -> None:
    evidence = healthy()
    position = RecordPosition(INBOUND, 0, 9)
    twice = replace(evidence, arrivals=(*evidence.arrivals, ArrivedRecord(position, 3)))

    promises = {finding.promise for finding in check(twice)}

    assert promises == {FindingKind.LOST, FindingKind.DEAD_LETTERS}


def test_a_mail_sent_again_with_its_own_id_is_counted_and_no_fault() -> None:
    evidence = healthy()
    message = next(iter(evidence.mails))
    twice = replace(evidence, mails={**evidence.mails, message: 2})

    assert check(twice) == ()
    assert summary(twice, ())["mails_repeated"] == 1
