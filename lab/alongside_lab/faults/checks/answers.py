"""Checks that every event gets exactly one answer, and every poison record one refusal with its position."""

from collections.abc import Iterator

from alongside_lab.faults.evidence.evidence import (
    Evidence,
    Finding,
    FindingKind,
    RecordPosition,
    StreamEvent,
    exactly_once,
    grouped,
)
from alongside_lab.faults.fault_records import FaultRecord

ANSWERED = "submission.answered"
REFUSED = "refused"


def every_submission_is_answered_once(evidence: Evidence) -> Iterator[Finding]:
    """Each event of a partner has one answer, also if it was delivered repeatedly."""
    expected = submitted(evidence)
    answers = [event for event in evidence.events_of(ANSWERED) if event.facts["answer"] != REFUSED]
    yield from exactly_once(expected, (answered_event(answer) for answer in answers), "answer")
    for answer in answers:
        record = expected.get(answered_event(answer))
        if (
            record is not None
            and record.expected is not None
            and answer.facts["answer"]
            not in (
                record.expected,
                record.expected_late,
            )
        ):
            detail = f"answered {answer.facts['answer']} instead of {record.expected}"
            yield Finding(FindingKind.WRONG_ANSWER, record.event_id or "", detail)


def every_poison_record_is_answered_once(evidence: Evidence) -> Iterator[Finding]:
    """Each poison record of a partner has one refusal, with the record's position."""
    poison = {record.number for record in evidence.sent_records if record.poison and record.expected}
    positions = [arrival.position for arrival in evidence.arrivals if arrival.number in poison]
    refusals = [
        _position(event) for event in evidence.events_of(ANSWERED) if event.facts["answer"] == REFUSED
    ]
    yield from exactly_once(positions, refusals, "refusal")


def every_record_is_on_its_stream(evidence: Evidence) -> Iterator[Finding]:
    """Each record that the broker acknowledged is on its stream."""
    for record in evidence.sent_records:
        if record.number not in evidence.arrived_numbers:
            yield Finding(
                FindingKind.LOST, f"record {record.number}", f"acknowledged, but not on {record.topic}"
            )


def submitted(evidence: Evidence) -> dict[tuple[str, str], FaultRecord]:
    """Return the partners' submissions by partner and event id; a redelivery does not count again."""
    originals = [
        record for record in evidence.sent_records if not record.poison and record.event_id is not None
    ]
    originals = [record for record in originals if record.number in evidence.arrived_numbers]
    return {
        key: records[0]
        for key, records in grouped(originals, lambda record: (record.partner, record.event_id)).items()
    }


def answered_event(answer: StreamEvent) -> tuple[str, str]:
    """Return the partner and event id that an answer refers to."""
    return answer.facts["partner"], answer.facts["origin"]["event_id"]


def _position(refusal: StreamEvent) -> RecordPosition:
    origin = refusal.facts["origin"]
    return RecordPosition(origin["topic"], origin["partition"], origin["offset"])
