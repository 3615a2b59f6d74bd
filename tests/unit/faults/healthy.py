"""A small run in which every promise was kept: two referrals, one declined first, a repeat, and a poison record after
which the partner was paused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from alongside_contracts.vocabulary import Answer
from alongside_lab.faults.evidence.evidence import (
    CRISIS,
    JOURNEY,
    ArrivedRecord,
    Evidence,
    ObservedPause,
    RecordPosition,
    StreamEvent,
)
from alongside_lab.faults.fault_records import DANGER_KIND, OUTBREAK_KIND, FaultRecord
from alongside_lab.faults.target_actors import AcknowledgedCommand
from tests.unit.faults.healthy_directory import directory_evidence, listing_events

PARTNER = "st-mary-hospital"
PEOPLE = "people.v1"
INBOUND, STATUS = f"partner.{PARTNER}.referrals.v1", f"partner.{PARTNER}.status.v1"
PAUSED_AT, RESUMED_AT = "12:00", "12:01"
FIRST, SECOND = "r-1", "r-2"
OFFER, OTHER = "o-1", "o-2"
PERSON = "person-1"
COORDINATOR = "on-call-1"


def record(number: int, kind: str, event_id: str | None, expected: Answer | None) -> FaultRecord:
    """Return a record of the partner."""
    return FaultRecord(
        number=number,
        kind=kind,
        partner=PARTNER,
        topic=INBOUND,
        key=b"k",
        value=b"{}",
        headers=(),
        event_id=event_id,
        expected=expected,
    )


class Stream:
    """Numbers events as a topic would."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []
        self._offsets = count()
        self._ids = count(1)

    def add(self, topic: str, key: str, type_: str, **facts: Any) -> StreamEvent:
        """The next event of a topic."""
        position = RecordPosition(topic, 0, next(self._offsets))
        event = StreamEvent(position, key, f"id-{next(self._ids)}", "urn:alongside:service:x", type_, facts)
        self.events.append(event)
        return event


def healthy() -> Evidence:
    """The evidence of the run."""
    stream = Stream()
    chosen = {"channels": ["stream", "email"], "registered_at": "11:00"}
    stream.add(PEOPLE, PARTNER, "partner.registered", partner=PARTNER, **chosen)
    poison = RecordPosition(INBOUND, 0, 3)
    _answer_partner(stream, poison)
    timeline, notices = [], _pause(stream)
    for referral in (FIRST, SECOND):
        lines, announced = _journey(stream, referral, declined=referral == SECOND)
        timeline += lines
        notices += announced
    return Evidence(
        sent_records=_sent_records(),
        arrivals=tuple(ArrivedRecord(RecordPosition(INBOUND, 0, number), number) for number in range(5)),
        events=(*listing_events(), *stream.events),
        submissions=tuple(_submission(each) for each in (FIRST, SECOND)),
        offers=(
            {"id": OFFER, "capacity": 2, "held": 0, "taken": 2},
            {"id": OTHER, "capacity": 1, "held": 0, "taken": 0},
        ),
        requests=tuple({"referral_id": each, "state": "matched"} for each in (FIRST, SECOND)),
        proposals=_proposals(),
        referrals=tuple(_referral(each) for each in (FIRST, SECOND)),
        timeline=tuple(timeline),
        notices=tuple(notices),
        deliveries=tuple(a_delivery(row["id"]) for row in notices),
        dead_letters=(dead_letter("intake", poison),),
        outbox={"intake": 0, "matching": 0},
        lag={"intake": 0},
        mails={f"<{row['id']}>": 1 for row in notices},
        quarantines=({"partner": PARTNER, "paused_at": PAUSED_AT, "resumed_at": RESUMED_AT},),
        pauses=(ObservedPause(PARTNER, others_sent=20, others_answered=18),),
        acknowledged=(
            AcknowledgedCommand("accept", "p-r-1-1"),
            AcknowledgedCommand("decline", "p-r-2-1"),
            AcknowledgedCommand("start", FIRST),
        ),
        **directory_evidence(),
    )


def _sent_records() -> tuple[FaultRecord, ...]:
    return (
        record(0, "good", "e-1", Answer.ADMITTED),
        record(1, "good", "e-2", Answer.ADMITTED),
        record(2, "resent", "e-1-again", Answer.LINKED),
        record(3, OUTBREAK_KIND, "e-3", Answer.REFUSED),
        record(4, "redelivered", "e-1", Answer.ADMITTED),
    )


def _answer_partner(stream: Stream, poison: RecordPosition) -> None:
    """Add the answers to the sent records."""
    for referral, event_id in ((FIRST, "e-1"), (SECOND, "e-2")):
        _answer(stream, Answer.ADMITTED, event_id, referral)
    _answer(stream, Answer.LINKED, "e-1-again", FIRST)
    _answer(stream, Answer.REFUSED, None, None, position=poison)


def _pause(stream: Stream) -> list[dict[str, Any]]:
    """Add the pause after the poison and its end; return the notices about them."""
    notices = []
    for verb, template in (("paused", "stream-unread"), ("resumed", "stream-read-again")):
        stream.add(STATUS, PARTNER, f"intake.{verb}", partner=PARTNER)
        event = stream.add(CRISIS, PARTNER, f"partner-stream.{verb}", partner=PARTNER, paused_at=PAUSED_AT)
        notices += [
            a_notice(event, "coordinator", "coordinator", COORDINATOR, template),
            a_notice(event, "referrer", "partner", PARTNER, template),
        ]
    return notices


def _proposals() -> tuple[dict[str, Any], ...]:
    return (
        proposal("p-r-1-1", FIRST, OFFER, 1, "accepted"),
        proposal("p-r-2-1", SECOND, OTHER, 1, "declined"),
        proposal("p-r-2-2", SECOND, OFFER, 2, "accepted"),
    )


def proposal(id_: str, referral: str, offer: str, attempt: int, state: str) -> dict[str, Any]:
    """A proposal row."""
    return {"id": id_, "referral_id": referral, "offer_id": offer, "attempt": attempt, "state": state}


def dead_letter(service: str, position: RecordPosition) -> dict[str, Any]:
    """A dead letter row."""
    where = {"topic": position.topic, "partition": position.partition, "offset": position.offset}
    return {"service": service, "reason": "malformed", "where": "value", **where}


def _answer(
    stream: Stream,
    answer: Answer,
    event_id: str | None,
    referral: str | None,
    position: RecordPosition | None = None,
) -> None:
    at = position or RecordPosition(INBOUND, 0, 0)
    origin = {"topic": at.topic, "partition": at.partition, "offset": at.offset, "event_id": event_id}
    stream.add(
        STATUS,
        event_id or "poison",
        "submission.answered",
        partner=PARTNER,
        answer=answer.value,
        referral_id=referral,
        origin=origin,
    )


def _journey(
    stream: Stream, referral: str, *, declined: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """One referral from its admission to its end, with its timeline and notices."""
    story = _Story(stream, referral)
    stream.add(JOURNEY, referral, "submission.admitted", referral_id=referral)
    _step(story, "requested", "requested", notified="P", actor="requester", next_actor="matching")
    for attempt, offer in enumerate((OTHER, OFFER) if declined else (OFFER,), start=1):
        asked = {"referral_id": referral, "proposal_id": f"p-{referral}-{attempt}"}
        question = {"business_status": "awaiting-response", "offer_id": offer, "actor": "matching"}
        stream.add(JOURNEY, referral, "match.proposed", **asked, attempt=attempt)
        _step(story, "requested", "proposed", notified="T", next_actor="target", **question)
        verb = "declined" if offer == OTHER else "accepted"
        stream.add(JOURNEY, referral, f"match.{verb}", **asked)
        if verb == "declined":
            _step(story, "requested", "declined", notified="", next_actor="matching")
    _step(story, "accepted", "accepted", notified="RP", offer_id=OFFER, next_actor="target")
    _step(story, "in-progress", "started", notified="", offer_id=OFFER, next_actor="target")
    _step(story, "completed", "completed", notified="RP", offer_id=OFFER)
    stream.add(JOURNEY, referral, "referral.loop-closed", referral_id=referral)
    return story.timeline, story.notices


@dataclass
class _Story:
    stream: Stream
    referral: str
    timeline: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)


def _step(
    story: _Story, status: str, what: str, *, notified: str, actor: str = "target", **rest: Any
) -> None:
    """Add one step, with a notice to each of those who are `notified`: R referrer, T target, P person."""
    stream, timeline, referral = story.stream, story.timeline, story.referral
    number = len(timeline) + 1
    previous = timeline[-1]["status"] if timeline else "draft"
    facts = {"referral_id": referral, "sequence": number, "status": status, "partner": PARTNER, **rest}
    facts |= {"person_id": PERSON, "actor": actor}
    event = stream.add(JOURNEY, referral, "referral.status-changed", previous=previous, **facts)
    stream.add(STATUS, f"ref-{referral}", "referral.updated", **facts)
    line = {"referral_id": referral, "entry": number, "sequence": number, "what": what}
    timeline.append(line | {"previous": previous, "status": status})
    recipients = {"R": ("referrer", "partner", PARTNER), "P": ("person", "person", PERSON)}
    recipients["T"] = ("target", "offer", str(facts.get("offer_id")))
    for role, kind, recipient in (recipients[each] for each in notified):
        notice = a_notice(event, role, kind, recipient, status)
        story.notices.append(notice)
        arrived = {"notice_id": notice["id"], "channel": "email" if role == "referrer" else "in-app"}
        stream.add(JOURNEY, referral, "notice.delivered", referral_id=referral, cause=event.id, **arrived)


def a_notice(event: StreamEvent, role: str, kind: str, recipient: str, template: str) -> dict[str, Any]:
    """A notice of an event that reached its recipient."""
    about_stream = "paused_at" in event.facts
    return {
        "id": f"n-{event.id}-{role}",
        "referral_id": event.facts.get("referral_id"),
        "submission_id": event.facts.get("submission_id"),
        "partner": event.facts["partner"] if about_stream else None,
        "since": event.facts.get("paused_at"),
        "cause": event.id,
        "template": template,
        "role": role,
        "recipient_kind": kind,
        "recipient_id": recipient,
        "reached_at": "12:05",
    }


def a_delivery(notice: str) -> dict[str, Any]:
    """A delivery of a notice that the mail relay took."""
    return {
        "notice_id": notice,
        "channel": "email",
        "state": "delivered",
        "attempts": 1,
        "message_id": f"<{notice}>",
    }


def _submission(referral: str) -> dict[str, Any]:
    return {
        "id": f"s-{referral}",
        "source": PARTNER,
        "reference": f"ref-{referral}",
        "state": "admitted",
        "referral_id": referral,
        "repeats": None,
    }


def _referral(referral: str) -> dict[str, Any]:
    return {
        "id": referral,
        "partner": PARTNER,
        "reference": f"ref-{referral}",
        "replaces": None,
        "status": "completed",
        "next_actor": None,
        "due_at": None,
        "loop_closed_at": "2026-11-22",
    }


def _with(evidence: Evidence, table: str, rows: Sequence[Any]) -> Evidence:
    changed: dict[str, Any] = {table: tuple(rows)}
    return replace(evidence, **changed)


def with_row(evidence: Evidence, table: str, where: Mapping[str, Any], **changes: Any) -> Evidence:
    """The evidence with the rows of a table that match `where` changed."""
    rows = [{**row, **changes} if where.items() <= row.items() else row for row in getattr(evidence, table)]
    return _with(evidence, table, rows)


def without(evidence: Evidence, table: str, **where: Any) -> Evidence:
    """The evidence without the rows of a table that match `where`."""
    rows = [row for row in getattr(evidence, table) if not where.items() <= row.items()]
    return _with(evidence, table, rows)


def without_event(evidence: Evidence, type_: str, nth: int = 0) -> Evidence:
    """The evidence without the nth event of a type."""
    gone = [event for event in evidence.events if event.type == type_][nth]
    return replace(evidence, events=tuple(event for event in evidence.events if event is not gone))


def with_event(
    evidence: Evidence, type_: str, nth: int = 0, *, id_: str, offset: int | None = None
) -> Evidence:
    """The evidence with the nth event of a type once more, under another id and at the end of its topic."""
    like = [event for event in evidence.events if event.type == type_][nth]
    last = max(event.position.offset for event in evidence.events) + 1
    position = replace(like.position, offset=last if offset is None else offset)
    return replace(evidence, events=(*evidence.events, replace(like, id=id_, position=position)))


def added(evidence: Evidence, type_: str, facts: Mapping[str, Any]) -> Evidence:
    """The evidence with one more event at the end of the first referral's journey."""
    like = next(event for event in evidence.events if event.position.topic == JOURNEY and event.key == FIRST)
    last = max(event.position.offset for event in evidence.events)
    position = replace(like.position, offset=last + 1)
    event = replace(
        like, id=f"{type_}-{last}", position=position, type=type_, facts={"referral_id": FIRST, **facts}
    )
    return replace(evidence, events=(*evidence.events, event))


def page(cause: str) -> dict[str, Any]:
    """The notice by which a coordinator is paged about an escalation."""
    about = {"referral_id": None, "submission_id": cause, "partner": None, "since": None, "cause": cause}
    to = {"role": "coordinator", "recipient_kind": "coordinator", "recipient_id": COORDINATOR}
    return {"id": f"n-{cause}", "template": "crisis", "reached_at": "12:05", **about, **to}


def with_danger(evidence: Evidence, *escalated: str) -> Evidence:
    """The evidence of a run with one broken record that has a risk, and with these escalations of it."""
    like = next(record for record in evidence.sent_records if record.poison)
    danger = replace(like, kind=DANGER_KIND, reference="ref-danger")
    sent = tuple(danger if record is like else record for record in evidence.sent_records)
    rows = [
        {
            "id": id_,
            "source": like.partner,
            "reference": "ref-danger",
            "state": "escalated",
            "referral_id": None,
            "repeats": None,
        }
        for id_ in escalated
    ]
    evidence = replace(evidence, sent_records=sent, submissions=(*evidence.submissions, *rows))
    for id_ in escalated:
        evidence = replace(
            added(evidence, "submission.escalated", {"submission_id": id_}),
            escalations=(*evidence.escalations, {"cause": id_, "submission_id": id_}),
            notices=(*evidence.notices, page(id_)),
            deliveries=(*evidence.deliveries, a_delivery(page(id_)["id"])),
            mails={**evidence.mails, f"<{page(id_)['id']}>": 1},
        )
    return evidence
