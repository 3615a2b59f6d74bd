"""Every effect happened once in every service: what is in a store was announced once, and the other way round."""

from collections.abc import Iterable, Iterator
from typing import Any

from alongside_lab.faults.checks.answers import ANSWERED
from alongside_lab.faults.evidence.evidence import Broken, Evidence, Finding, Heard, exactly_once, grouped

ADMITTED = "admitted"
_ANSWERS = {"accepted": "match.accepted", "declined": "match.declined", "lapsed": "match.lapsed"}


def every_admission_begins_one_referral(evidence: Evidence) -> Iterator[Finding]:
    """Answer, submission row, admission event, request at matching and referral: one of each, of one id."""
    admitted = [str(answer.facts["referral_id"]) for answer in _admissions(evidence)]
    rows = [str(row["referral_id"]) for row in evidence.submissions if row["state"] == ADMITTED]
    begun = [str(row["id"]) for row in evidence.referrals if row["replaces"] is None]
    followed = [str(row["id"]) for row in evidence.referrals if row["replaces"] is not None]
    yield from exactly_once(admitted, rows, "submission row")
    yield from exactly_once(admitted, _ids(evidence.of("submission.admitted")), "SubmissionAdmitted")
    yield from exactly_once(admitted, begun, "referral")
    yield from exactly_once(followed, _ids(evidence.of("referral.succeeded")), "ReferralSucceeded")
    requests = [str(row["referral_id"]) for row in evidence.requests]
    yield from exactly_once([*admitted, *followed], requests, "request at matching")


def no_reference_has_two_referrals(evidence: Evidence) -> Iterator[Finding]:
    """A partner's reference leads to one referral, beside those that replaced it."""
    first = [row for row in evidence.referrals if row["replaces"] is None]
    for reference, rows in grouped(first, lambda row: (row["partner"], row["reference"])).items():
        if len(rows) > 1:
            yield Finding(Broken.DUPLICATED, str(reference), f"{len(rows)} referrals")


def every_transition_is_told_once(evidence: Evidence) -> Iterator[Finding]:
    """Each step of a referral's timeline: one event on the journey, one on its partner's stream."""
    partners = {str(row["id"]): row["partner"] for row in evidence.referrals}
    steps = {(str(row["referral_id"]), row["sequence"]) for row in evidence.timeline}
    told = {step for step in steps if partners.get(step[0]) is not None}
    yield from exactly_once(steps, _steps(evidence.of("referral.status-changed")), "ReferralStatusChanged")
    yield from exactly_once(told, _steps(evidence.of("referral.updated")), "ReferralUpdated")
    overdue = [row for row in evidence.timeline if row["what"] == "overdue"]
    yield from _same_number(overdue, evidence.of("referral.overdue"), "ReferralOverdue")


def every_proposal_is_told_once(evidence: Evidence) -> Iterator[Finding]:
    """Each proposal was announced once, and so was its answer."""
    yield from exactly_once(
        _own_ids(evidence.proposals), _proposals(evidence, "match.proposed"), "MatchProposed"
    )
    for state, type_ in _ANSWERS.items():
        found = _proposals(evidence, type_)
        rows = [row for row in evidence.proposals if row["state"] == state]
        withdrawn = [row for row in evidence.proposals if row["state"] == "withdrawn"]
        taken = [each for each in _own_ids(withdrawn) if each in set(found)] if state == "accepted" else []
        yield from exactly_once([*_own_ids(rows), *taken], found, type_)


def every_loop_is_closed_once(evidence: Evidence) -> Iterator[Finding]:
    """A closed loop was announced once, and every completed referral's loop is closed."""
    closed = [row for row in evidence.referrals if row["loop_closed_at"] is not None]
    yield from exactly_once(_own_ids(closed), _ids(evidence.of("referral.loop-closed")), "LoopClosed")
    for row in evidence.referrals:
        if row["status"] == "completed" and row["loop_closed_at"] is None:
            yield Finding(Broken.LOST, str(row["id"]), "completed, and its loop never closed")


def every_crisis_is_raised_once(evidence: Evidence) -> Iterator[Finding]:
    """An escalated submission: one event on the crisis stream, one escalation at notifications."""
    escalated = _own_ids(row for row in evidence.submissions if row["state"] == "escalated")
    told = [str(event.facts["submission_id"]) for event in evidence.of("submission.escalated")]
    raised = [str(row["submission_id"]) for row in evidence.escalations]
    yield from exactly_once(escalated, told, "SubmissionEscalated")
    yield from exactly_once(escalated, raised, "escalation")


def promised_commands_are_kept(evidence: Evidence) -> Iterator[Finding]:
    """What a service answered with success is in its store."""
    states = {str(row["id"]): row["state"] for row in evidence.proposals}
    walked = {(str(row["referral_id"]), row["what"]) for row in evidence.timeline}
    kept = {"accept": {"accepted", "withdrawn"}, "decline": {"declined"}}
    steps = {"start": "started", "complete": "completed"}
    for promise in evidence.promised:
        if promise.command in kept:
            found = states.get(promise.subject) in kept[promise.command]
        else:
            found = (promise.subject, steps[promise.command]) in walked
        if not found:
            yield Finding(
                Broken.LOST, promise.subject, f"{promise.command} was answered with success and is gone"
            )


def _admissions(evidence: Evidence) -> Iterator[Heard]:
    return (event for event in evidence.of(ANSWERED) if event.facts["answer"] == ADMITTED)


def _ids(events: Iterable[Heard]) -> list[str]:
    return [str(event.facts["referral_id"]) for event in events]


def _own_ids(rows: Iterable[Any]) -> list[str]:
    return [str(row["id"]) for row in rows]


def _steps(events: Iterable[Heard]) -> list[tuple[str, int]]:
    return [(str(event.facts["referral_id"]), event.facts["sequence"]) for event in events]


def _proposals(evidence: Evidence, type_: str) -> list[str]:
    return [str(event.facts["proposal_id"]) for event in evidence.of(type_)]


def _same_number(rows: Iterable[Any], events: Iterable[Heard], what: str) -> Iterator[Finding]:
    counts = [len(list(each)) for each in (rows, events)]
    per_row, per_event = grouped(rows, lambda r: str(r["referral_id"])), grouped(events, _subject)
    if counts[0] == counts[1] and per_row.keys() == per_event.keys():
        return
    for subject in sorted(per_row.keys() | per_event.keys()):
        had, wanted = len(per_event.get(subject, ())), len(per_row.get(subject, ()))
        if had != wanted:
            promise = Broken.LOST if had < wanted else Broken.DUPLICATED
            yield Finding(promise, subject, f"{had} {what} for {wanted} timeline entries")


def _subject(event: Heard) -> str:
    return str(event.facts["referral_id"])
