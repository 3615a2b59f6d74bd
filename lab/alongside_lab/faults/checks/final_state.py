"""Checks the final state: empty outboxes, only poison as dead letters, every open referral with a next actor."""

from collections import Counter
from collections.abc import Iterator

from alongside_contracts import streams
from alongside_lab.faults.evidence.evidence import (
    JOURNEY,
    Evidence,
    Finding,
    FindingKind,
    RecordPosition,
    Row,
)


def outboxes_are_empty(evidence: Evidence) -> Iterator[Finding]:
    """All outboxes are empty."""
    for service, rows in evidence.outbox.items():
        if rows:
            yield Finding(FindingKind.OUTBOX, service, f"{rows} rows remain in its outbox")


def everything_was_consumed(evidence: Evidence) -> Iterator[Finding]:
    """No consumer group has lag."""
    for group, records in evidence.lag.items():
        if records:
            yield Finding(FindingKind.LOST, group, f"{records} records not consumed")


def dead_letters_are_the_poison(evidence: Evidence) -> Iterator[Finding]:
    """Each service that reads a poison record has one dead letter of it, and no other dead letters."""
    expected, stored = poison(evidence), [_service_and_position(row) for row in evidence.dead_letters]
    for service, position in sorted(expected - set(stored), key=str):
        yield Finding(FindingKind.DEAD_LETTERS, str(position), f"poison without a dead letter at {service}")
    for row, (service, position) in zip(evidence.dead_letters, stored, strict=True):
        if (service, position) not in expected:
            detail = f"{service} has a dead letter of a valid record: {row['reason']} at {row['where']}"
            yield Finding(FindingKind.DEAD_LETTERS, str(position), detail)
    for (service, position), count in Counter(stored).items():
        if count > 1:
            yield Finding(
                FindingKind.DEAD_LETTERS, str(position), f"{service} has {count} dead letters of it"
            )


def open_referrals_are_attended(evidence: Evidence) -> Iterator[Finding]:
    """Each open referral has a next actor and a due time."""
    ended = {"completed", "rejected", "cancelled", "failed", "entered-in-error"}
    for row in evidence.referrals:
        if row["status"] not in ended and (row["next_actor"] is None or row["due_at"] is None):
            yield Finding(
                FindingKind.UNATTENDED, str(row["id"]), f"{row['status']}, but has no next actor or due time"
            )


def poison(evidence: Evidence) -> set[tuple[str, RecordPosition]]:
    """Return (service, position) of each expected dead letter: intake for partner streams, all readers for the journey."""
    numbers = {record.number for record in evidence.sent_records if record.poison}
    return {
        (service, arrival.position)
        for arrival in evidence.arrivals
        if arrival.number in numbers
        for service in (streams.JOURNEY.readers if arrival.position.topic == JOURNEY else ("intake",))
    }


def _service_and_position(row: Row) -> tuple[str, RecordPosition]:
    return row["service"], RecordPosition(row["topic"], row["partition"], row["offset"])
