"""Checks that every effect happened once in every service: each row was announced once, and vice versa."""

from collections.abc import Iterable, Iterator
from typing import Any

from alongside_lab.faults.checks.answers import ANSWERED
from alongside_lab.faults.evidence.evidence import (
    Evidence,
    Finding,
    FindingKind,
    StreamEvent,
    exactly_once,
    grouped,
)
from alongside_lab.faults.fault_records import DANGER_KIND

ADMITTED = "admitted"
_ANSWERS = {"accepted": "match.accepted", "declined": "match.declined", "lapsed": "match.lapsed"}


def every_admission_begins_one_referral(evidence: Evidence) -> Iterator[Finding]:
    """Each admission has one answer, submission row, admission event, referral, and request at matching."""
    admitted = [str(answer.facts["referral_id"]) for answer in _admissions(evidence)]
    rows = [
        str(row["referral_id"])
        for row in evidence.submissions
        if row["state"] in (ADMITTED, "withdrawn") and row["repeats"] is None
    ]
    first_referrals = [str(row["id"]) for row in evidence.referrals if row["replaces"] is None]
    successors = [str(row["id"]) for row in evidence.referrals if row["replaces"] is not None]
    yield from exactly_once(admitted, rows, "submission row")
    yield from exactly_once(admitted, _ids(evidence.events_of("submission.admitted")), "SubmissionAdmitted")
    yield from exactly_once(admitted, first_referrals, "referral")
    yield from exactly_once(successors, _ids(evidence.events_of("referral.succeeded")), "ReferralSucceeded")
    requests = [str(row["referral_id"]) for row in evidence.requests]
    yield from exactly_once([*admitted, *successors], requests, "request at matching")


def no_reference_has_two_referrals(evidence: Evidence) -> Iterator[Finding]:
    """Each reference of a partner has one referral, not counting successors."""
    first = [row for row in evidence.referrals if row["replaces"] is None]
    for reference, rows in grouped(first, lambda row: (row["partner"], row["reference"])).items():
        if len(rows) > 1:
            yield Finding(FindingKind.DUPLICATED, str(reference), f"{len(rows)} referrals")


def every_transition_is_announced_once(evidence: Evidence) -> Iterator[Finding]:
    """Each step of a timeline has one event on the journey, and one on its partner's stream."""
    partners = {str(row["id"]): row["partner"] for row in evidence.referrals}
    steps = {(str(row["referral_id"]), row["sequence"]) for row in evidence.timeline}
    steps_for_partners = {step for step in steps if partners.get(step[0]) is not None}
    yield from exactly_once(
        steps, _steps(evidence.events_of("referral.status-changed")), "ReferralStatusChanged"
    )
    yield from exactly_once(
        steps_for_partners, _steps(evidence.events_of("referral.updated")), "ReferralUpdated"
    )
    overdue = [row for row in evidence.timeline if row["what"] == "overdue"]
    yield from _check_same_number(overdue, evidence.events_of("referral.overdue"), "ReferralOverdue")


def every_proposal_is_announced_once(evidence: Evidence) -> Iterator[Finding]:
    """Each proposal, and each answer to it, was announced once."""
    yield from exactly_once(
        _own_ids(evidence.proposals), _proposals(evidence, "match.proposed"), "MatchProposed"
    )
    for state, type_ in _ANSWERS.items():
        announced = _proposals(evidence, type_)
        rows = [row for row in evidence.proposals if row["state"] == state]
        withdrawn = [row for row in evidence.proposals if row["state"] == "withdrawn"]
        # A withdrawn proposal may have been accepted first.
        accepted_first = (
            [id_ for id_ in _own_ids(withdrawn) if id_ in set(announced)] if state == "accepted" else []
        )
        yield from exactly_once([*_own_ids(rows), *accepted_first], announced, type_)


def what_is_taken_back_is_withdrawn_once(evidence: Evidence) -> Iterator[Finding]:
    """Each proposal that was announced as taken back is withdrawn, and was announced once; an end withdraws silently."""
    withdrawn = {str(row["id"]) for row in evidence.proposals if row["state"] == "withdrawn"}
    announced = _proposals(evidence, "match.withdrawn")
    yield from exactly_once(withdrawn & set(announced), announced, "MatchWithdrawn")


def every_loop_is_closed_once(evidence: Evidence) -> Iterator[Finding]:
    """Each closed loop was announced once, and every completed referral's loop is closed."""
    closed = [row for row in evidence.referrals if row["loop_closed_at"] is not None]
    yield from exactly_once(_own_ids(closed), _ids(evidence.events_of("referral.loop-closed")), "LoopClosed")
    for row in evidence.referrals:
        if row["status"] == "completed" and row["loop_closed_at"] is None:
            yield Finding(FindingKind.LOST, str(row["id"]), "completed, but its loop is not closed")


def every_crisis_is_raised_once(evidence: Evidence) -> Iterator[Finding]:
    """Each escalated submission has one event on the crisis stream, and one escalation at notifications."""
    escalated = _own_ids(row for row in evidence.submissions if row["state"] == "escalated")
    announced = [str(event.facts["submission_id"]) for event in evidence.events_of("submission.escalated")]
    raised = [str(row["submission_id"]) for row in evidence.escalations]
    yield from exactly_once(escalated, announced, "SubmissionEscalated")
    yield from exactly_once(escalated, raised, "escalation")


def every_danger_in_a_broken_record_is_heard_once(evidence: Evidence) -> Iterator[Finding]:
    """Each broken record with a risk is one escalation, though the record itself is refused."""
    dangers = [
        (record.partner, record.reference)
        for record in evidence.sent_records
        if record.kind == DANGER_KIND and record.number in evidence.arrived_numbers
    ]
    references = set(dangers)
    escalated = [
        (row["source"], row["reference"])
        for row in evidence.submissions
        if row["state"] == "escalated" and (row["source"], row["reference"]) in references
    ]
    yield from exactly_once(dangers, escalated, "escalation of a danger")


def acknowledged_commands_are_stored(evidence: Evidence) -> Iterator[Finding]:
    """The effect of each acknowledged command is stored."""
    states = {str(row["id"]): row["state"] for row in evidence.proposals}
    stored_steps = {(str(row["referral_id"]), row["what"]) for row in evidence.timeline}
    states_after = {"accept": {"accepted", "withdrawn"}, "decline": {"declined"}}
    step_of = {"start": "started", "complete": "completed"}
    for acknowledged in evidence.acknowledged:
        if acknowledged.command in states_after:
            is_stored = states.get(acknowledged.subject) in states_after[acknowledged.command]
        else:
            is_stored = (acknowledged.subject, step_of[acknowledged.command]) in stored_steps
        if not is_stored:
            detail = f"{acknowledged.command} was answered with success, but is not stored"
            yield Finding(FindingKind.LOST, acknowledged.subject, detail)


def _admissions(evidence: Evidence) -> Iterator[StreamEvent]:
    return (event for event in evidence.events_of(ANSWERED) if event.facts["answer"] == ADMITTED)


def _ids(events: Iterable[StreamEvent]) -> list[str]:
    return [str(event.facts["referral_id"]) for event in events]


def _own_ids(rows: Iterable[Any]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _steps(events: Iterable[StreamEvent]) -> list[tuple[str, int]]:
    return [(str(event.facts["referral_id"]), event.facts["sequence"]) for event in events]


def _proposals(evidence: Evidence, type_: str) -> list[str]:
    return [str(event.facts["proposal_id"]) for event in evidence.events_of(type_)]


def _check_same_number(
    rows: Iterable[Any], events: Iterable[StreamEvent], event_name: str
) -> Iterator[Finding]:
    counts = [len(list(items)) for items in (rows, events)]
    per_row, per_event = grouped(rows, lambda row: str(row["referral_id"])), grouped(events, _subject)
    if counts[0] == counts[1] and per_row.keys() == per_event.keys():
        return
    for subject in sorted(per_row.keys() | per_event.keys()):
        announced, entries = len(per_event.get(subject, ())), len(per_row.get(subject, ()))
        if announced != entries:
            kind = FindingKind.LOST if announced < entries else FindingKind.DUPLICATED
            yield Finding(kind, subject, f"{announced} {event_name} for {entries} timeline entries")


def _subject(event: StreamEvent) -> str:
    return str(event.facts["referral_id"])
