"""Checks the order of each referral's events: on its journey, in its timeline, on its partner's stream."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import pairwise

from alongside_lab.faults.evidence.evidence import (
    JOURNEY,
    Evidence,
    Finding,
    FindingKind,
    StreamEvent,
    grouped,
)

_CAUSE_OF = {
    "match.accepted": "match.proposed",
    "match.declined": "match.proposed",
    "match.lapsed": "match.proposed",
    "match.withdrawn": "match.proposed",
}
_CHANGES = {"submission.amended", "consent.changed"}  # intake numbers them together, per referral
_FIRST_EVENTS = {"submission.admitted", "referral.succeeded"}  # the second begins the journey of a successor


def one_key_is_in_one_partition(evidence: Evidence) -> Iterator[Finding]:
    """Each key is in one partition only, because order holds only within a partition."""
    for (topic, key), events in grouped(evidence.events, lambda e: (e.position.topic, e.key)).items():
        partitions = {event.position.partition for event in events}
        if len(partitions) > 1:
            yield Finding(FindingKind.OUT_OF_ORDER, key, f"in {len(partitions)} partitions of {topic}")


def journeys_are_in_order(evidence: Evidence) -> Iterator[Finding]:
    """A journey begins with one of `_FIRST_EVENTS`, sequences and attempts never fall, and effects follow their causes."""
    on_journey = [event for event in evidence.distinct_events if event.position.topic == JOURNEY]
    for referral, events in grouped(on_journey, lambda event: event.key).items():
        if events[0].type not in _FIRST_EVENTS and not _is_successor(evidence, referral):
            yield Finding(FindingKind.OUT_OF_ORDER, referral, f"its journey starts with {events[0].type}")
        yield from _check_never_falls(referral, events, {"referral.status-changed"}, _sequence)
        yield from _check_never_falls(referral, events, {"match.proposed"}, lambda e: int(e.facts["attempt"]))
        yield from _check_never_falls(referral, events, _CHANGES, _sequence)
        yield from _check_answers_after_proposals(referral, events)
        yield from _check_notices_after_causes(referral, events)


def partners_get_updates_in_order(evidence: Evidence) -> Iterator[Finding]:
    """The sequences of a referral's updates never fall on its partner's stream."""
    for referral, events in grouped(evidence.events_of("referral.updated"), _referral).items():
        yield from _check_never_falls(referral, events, {"referral.updated"}, _sequence)


def timelines_have_no_gaps(evidence: Evidence) -> Iterator[Finding]:
    """Entries are numbered 1, 2, 3 …, sequences rise by at most one, and each entry starts at the previous status."""
    rows = {str(row["id"]): row for row in evidence.referrals}
    timelines = grouped(evidence.timeline, lambda row: str(row["referral_id"]))
    for referral in rows.keys() - timelines.keys():
        yield Finding(FindingKind.LOST, referral, "has no timeline")
    for referral, entries in timelines.items():
        ordered = sorted(entries, key=lambda row: row["entry"])
        if [row["entry"] for row in ordered] != list(range(1, len(ordered) + 1)):
            yield Finding(FindingKind.LOST, referral, "its timeline has a gap")
        sequences = [row["sequence"] for row in ordered]
        if any(after - before not in (0, 1) for before, after in pairwise([0, *sequences])):
            yield Finding(FindingKind.OUT_OF_ORDER, referral, f"its timeline's sequences are {sequences}")
        for before, after in pairwise(ordered):
            if after["previous"] != before["status"]:
                detail = f"entry {after['entry']} starts at {after['previous']}, but the previous status was {before['status']}"
                yield Finding(FindingKind.OUT_OF_ORDER, referral, detail)
        if referral in rows and ordered[-1]["status"] != rows[referral]["status"]:
            detail = f"is {rows[referral]['status']}, but its timeline ends with {ordered[-1]['status']}"
            yield Finding(FindingKind.LOST, referral, detail)


def _check_never_falls(
    referral: str, events: Sequence[StreamEvent], types: Collection[str], number: Callable[[StreamEvent], int]
) -> Iterator[Finding]:
    numbers = [number(event) for event in events if event.type in types]
    if any(after < before for before, after in pairwise(numbers)):
        named = " and ".join(sorted(types))
        yield Finding(FindingKind.OUT_OF_ORDER, referral, f"the numbers of {named} fall: {numbers}")


def _check_answers_after_proposals(referral: str, events: Sequence[StreamEvent]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for event in events:
        proposal = str(event.facts.get("proposal_id"))
        if event.type in _CAUSE_OF and (_CAUSE_OF[event.type], proposal) not in seen:
            yield Finding(FindingKind.OUT_OF_ORDER, referral, f"{event.type} before {_CAUSE_OF[event.type]}")
        seen.add((event.type, proposal))


def _check_notices_after_causes(referral: str, events: Sequence[StreamEvent]) -> Iterator[Finding]:
    seen: set[str] = set()
    for event in events:
        if event.type == "notice.delivered" and event.facts["cause"] not in seen:
            yield Finding(FindingKind.OUT_OF_ORDER, referral, "a notice was delivered before its cause")
        seen.add(event.id)


def _is_successor(evidence: Evidence, referral: str) -> bool:
    return any(str(row["id"]) == referral and row["replaces"] is not None for row in evidence.referrals)


def _referral(event: StreamEvent) -> str:
    return str(event.facts["referral_id"])


def _sequence(event: StreamEvent) -> int:
    return int(event.facts["sequence"])
