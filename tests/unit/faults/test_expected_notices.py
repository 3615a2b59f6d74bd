"""The recipients of each notice by the checker's rules, which are written by hand: one small example of each."""

from __future__ import annotations

from typing import Any

import pytest

from alongside_lab.faults.checks.expected_notices import expected_notices
from alongside_lab.faults.evidence.evidence import JOURNEY, Evidence
from tests.unit.faults.healthy import COORDINATOR, OFFER, PARTNER, PERSON, Stream

LETTERS: dict[tuple[str, ...], str] = {
    ("referrer", "partner", PARTNER): "R",
    ("target", "offer", OFFER): "T",
    ("person", "person", PERSON): "P",
    ("coordinator", "coordinator", COORDINATOR): "C",
}
PARTIES = {"referral_id": "r-1", "partner": PARTNER, "offer_id": OFFER, "person_id": PERSON}
ACCEPTED = {"status": "accepted", "previous": "accepted"}
STEPS: dict[str, tuple[dict[str, Any], str]] = {
    "a draft tells nobody": ({"status": "draft", "previous": None, "actor": "requester"}, ""),
    "a request tells the person": ({"status": "requested", "previous": "draft", "actor": "requester"}, "P"),
    "a proposal tells the target": ({"business_status": "awaiting-response", "actor": "matching"}, "T"),
    "a decline tells nobody": ({"actor": "target"}, ""),
    "a lapse tells nobody by itself": ({"business_status": "no-response", "actor": "matching"}, ""),
    "the waiting list tells referrer and person": (
        {"business_status": "waitlisted", "actor": "matching"},
        "RP",
    ),
    "an acceptance by the target tells the others": ({"status": "accepted", "actor": "target"}, "RP"),
    "an acceptance by a coordinator tells everybody": (
        {"status": "accepted", "actor": "coordinator"},
        "RTP",
    ),
    "an appointment tells target and person": (
        {**ACCEPTED, "business_status": "scheduled", "actor": "matching"},
        "TP",
    ),
    "a contact tells nobody": ({**ACCEPTED, "business_status": "contacted", "actor": "target"}, ""),
    "a missed appointment tells the referrer": (
        {**ACCEPTED, "business_status": "unattended", "actor": "target"},
        "R",
    ),
    "the start tells nobody": ({"status": "in-progress", "previous": "accepted", "actor": "target"}, ""),
    "going on tells the others": ({"status": "in-progress", "previous": "on-hold", "actor": "target"}, "RP"),
    "an interim note tells the referrer": (
        {"status": "in-progress", "previous": "in-progress", "business_status": "interim", "actor": "target"},
        "R",
    ),
    "a pause tells the others": (
        {"status": "on-hold", "previous": "in-progress", "business_status": "paused", "actor": "target"},
        "RP",
    ),
    "a pause by the person tells the others": (
        {"status": "on-hold", "previous": "in-progress", "actor": "person"},
        "RT",
    ),
    "revoked consent tells the others, and the coordinator who must act": (
        {
            "status": "on-hold",
            "previous": "accepted",
            "business_status": "consent-revoked",
            "actor": "person",
            "next_actor": "coordinator",
        },
        "RTC",
    ),
    "the end tells those who did not end it": (
        {"status": "completed", "previous": "in-progress", "actor": "target"},
        "RP",
    ),
    "a withdrawal by the partner tells target and person": (
        {"status": "cancelled", "previous": "accepted", "actor": "requester"},
        "TP",
    ),
    "an error tells target and person": (
        {"status": "entered-in-error", "previous": "requested", "actor": "requester"},
        "TP",
    ),
    "a code of a newer release tells everybody": (
        {**ACCEPTED, "business_status": "on-the-moon", "actor": "matching"},
        "RTP",
    ),
    "an amendment tells the coordinator who must review it": (
        {**ACCEPTED, "business_status": "scheduled", "actor": "requester", "next_actor": "coordinator"},
        "C",
    ),
    "a review tells the target who must act again": (
        {**ACCEPTED, "actor": "coordinator", "next_actor": "target"},
        "T",
    ),
    "a coordinator does not hear of an own click": (
        {**ACCEPTED, "actor": "coordinator", "next_actor": "coordinator"},
        "",
    ),
    "a supervisor is reached through the coordinator": (
        {**ACCEPTED, "business_status": "contacted", "actor": "target", "next_actor": "supervisor"},
        "C",
    ),
    "matching is a program and hears nothing": (
        {**ACCEPTED, "actor": "requester", "next_actor": "matching"},
        "",
    ),
}


def notified(*events: tuple[str, dict[str, Any]]) -> str:
    """The letters of those who must be notified of the last of these events."""
    stream = Stream()
    for number, (type_, facts) in enumerate(events, start=1):
        usual = {"status": "requested", "previous": "requested", "sequence": number, **PARTIES}
        stream.add(JOURNEY, "r-1", type_, **usual | facts)
    recipients = list(expected_notices(Evidence(events=stream.events)).values())[-1]
    letters = [LETTERS.get(tuple(each), f"<{each.role} {each.id}>") for each in recipients]
    return "".join(sorted(letters, key="RTPC".find))


@pytest.mark.parametrize(("facts", "expected"), STEPS.values(), ids=STEPS.keys())
def test_each_step_tells_whom_it_concerns_and_not_the_one_who_did_it(
    facts: dict[str, Any], expected: str
) -> None:
    assert notified(("referral.status-changed", facts)) == expected


def test_a_coordinator_who_was_notified_that_it_is_up_to_them_is_not_notified_at_each_further_step() -> None:
    amended = {**ACCEPTED, "actor": "requester", "next_actor": "coordinator"}
    started = {
        "status": "in-progress",
        "previous": "accepted",
        "actor": "target",
        "next_actor": "coordinator",
    }

    assert notified(("referral.status-changed", amended), ("referral.status-changed", started)) == ""


@pytest.mark.parametrize("type_", ["match.lapsed", "match.withdrawn"])
def test_a_target_whose_answer_is_not_needed_any_more_is_told(type_: str) -> None:
    assert notified((type_, {"proposal_id": "p-1"})) == "T"


@pytest.mark.parametrize(
    ("next_actor", "expected"),
    [
        ("requester", "R"),
        ("target", "T"),
        ("person", "P"),
        ("coordinator", "C"),
        ("supervisor", "C"),
        ("matching", "C"),
        ("somebody-new", "C"),
    ],
)
def test_the_party_that_must_act_is_notified_that_it_is_late(next_actor: str, expected: str) -> None:
    assert notified(("referral.overdue", {"next_actor": next_actor})) == expected


def test_a_coordinator_is_notified_that_a_target_is_late_when_no_offer_is_known() -> None:
    assert notified(("referral.overdue", {"next_actor": "target", "offer_id": None})) == "C"


def test_a_person_who_referred_themselves_is_notified_once_as_the_referrer() -> None:
    ended = {"status": "completed", "previous": "in-progress", "actor": "target", "partner": None}
    requested = {"status": "requested", "previous": "draft", "actor": "requester", "partner": None}

    assert notified(("referral.status-changed", ended)) == f"<referrer {PERSON}>"
    assert notified(("referral.status-changed", requested)) == f"<referrer {PERSON}>"
