"""Checks that exactly those are notified who must be, each of them once."""

from collections.abc import Iterator, Mapping
from typing import Any

from alongside_lab.faults.checks.expected_notices import (
    Recipient,
    Subject,
    expected_notices,
    subjects_by_cause,
)
from alongside_lab.faults.evidence.evidence import (
    Evidence,
    Finding,
    FindingKind,
    Row,
    grouped,
)

_CRISIS = "crisis"


def nobody_is_notified_twice(evidence: Evidence) -> Iterator[Finding]:
    """One notice per subject and recipient, whatever the roles; what was announced twice counts once."""
    subjects = subjects_by_cause(evidence)

    def notice_key(row: Any) -> tuple[Subject, str, str]:
        return _subject(row, subjects), row["recipient_kind"], row["recipient_id"]

    for (subject, kind, _), rows in grouped(evidence.notices, notice_key).items():
        if len(rows) > 1:
            detail = f"the {kind} was notified {len(rows)} times of {subject.what} {subject.number}"
            yield Finding(FindingKind.NOTIFIED_TWICE, subject.of, detail)


def everybody_is_notified(evidence: Evidence) -> Iterator[Finding]:
    """Everybody who must hear of a step, a void question, a lateness or a pause has a notice of it, in the right role."""
    found = _recipients_by_subject(evidence)
    for subject, recipients in expected_notices(evidence).items():
        for recipient in sorted(recipients - found.get(subject, set())):
            detail = f"the {recipient.role} was not notified of {subject.what} {subject.number}"
            yield Finding(FindingKind.LOST, subject.of, detail)


def nobody_is_notified_in_vain(evidence: Evidence) -> Iterator[Finding]:
    """No notice is to anybody else: not of an own click, not of what a partner hears on its stream, not of nothing."""
    expected = expected_notices(evidence)
    for subject, recipients in _recipients_by_subject(evidence).items():
        for recipient in sorted(recipients - expected.get(subject, set())):
            detail = f"the {recipient.role} was notified of {subject.what} {subject.number}"
            yield Finding(FindingKind.NOTIFIED_IN_VAIN, subject.of, detail)


def every_crisis_is_paged(evidence: Evidence) -> Iterator[Finding]:
    """A coordinator is paged about each escalation, until one acknowledges it: again under `cause/1`, `cause/2` …"""
    escalated = {str(row["cause"]) for row in evidence.escalations}
    pages = [row for row in evidence.notices if _is_page(row)]
    for cause in sorted(
        escalated - {row["cause"] for row in pages if row["recipient_kind"] == "coordinator"}
    ):
        yield Finding(FindingKind.LOST, cause, "no coordinator was paged about this escalation")
    for row in pages:
        if row["cause"].partition("/")[0] not in escalated or row["recipient_kind"] != "coordinator":
            detail = f"the {row['role']} was paged about {row['cause']}"
            yield Finding(FindingKind.NOTIFIED_IN_VAIN, str(row["submission_id"]), detail)


def _recipients_by_subject(evidence: Evidence) -> dict[Subject, set[Recipient]]:
    """Return who has a notice of each subject, pages about crises left out."""
    subjects = subjects_by_cause(evidence)
    found: dict[Subject, set[Recipient]] = {}
    for row in evidence.notices:
        if not _is_page(row):
            recipient = Recipient(row["role"], row["recipient_kind"], row["recipient_id"])
            found.setdefault(_subject(row, subjects), set()).add(recipient)
    return found


def _subject(row: Row, subjects: Mapping[str, Subject]) -> Subject:
    """Return what a notice is about; its cause itself, if no such event is on the journey."""
    if row["partner"] is not None:
        return Subject(row["template"], row["partner"], row["since"])
    if _is_page(row):
        return Subject(_CRISIS, str(row["submission_id"]), row["cause"])
    return subjects.get(row["cause"], Subject("an unknown cause", str(row["referral_id"]), row["cause"]))


def _is_page(row: Row) -> bool:
    return row["referral_id"] is None and row["partner"] is None
