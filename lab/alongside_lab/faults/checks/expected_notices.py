"""The recipients of every notice, and nobody else: the rules of notices, written again by hand from the events on the stream.

Each side hears what it must do or would ask about, once, and nobody is notified of what they did themselves. A partner that chose its stream
alone has no notices about its referrals: its updates are the notices (`effects.every_transition_is_announced_once`).
"""

import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, NamedTuple

from alongside_lab.faults.evidence.evidence import Evidence, StreamEvent
from alongside_localstack.service_env import ON_CALL

FIRST_ON_CALL: Final[str] = json.loads(ON_CALL)["*"][0]["coordinator"]
"""The coordinator who is notified first: the network of the suite has one ladder for all regions."""
STEP, LAPSED, WITHDRAWN, OVERDUE = (
    "referral.status-changed",
    "match.lapsed",
    "match.withdrawn",
    "referral.overdue",
)
_HEARD: Final = (STEP, LAPSED, WITHDRAWN, OVERDUE)

_NOBODY, _EVERYBODY = "", "RTP"
_ROLES: Final[Mapping[str, str]] = {
    "draft": _NOBODY,
    "requested": "P",
    "awaiting-response": "T",
    "no-response": _NOBODY,
    "looking-again": _NOBODY,
    "waitlisted": "RP",
    "recalled": "RT",
    "accepted": _EVERYBODY,
    "scheduled": "TP",
    "contacted": _NOBODY,
    "unattended": "RT",
    "in-progress": _NOBODY,
    "resumed": _EVERYBODY,
    "interim": "R",
    "next-actor": _NOBODY,
}
"""R referrer, T target, P person, by what happened. Everybody hears of anything else: of every end and interruption."""
_ENDS: Final = frozenset({"rejected", "cancelled", "completed", "failed", "entered-in-error"})
_KIND_WHO_CLICKED: Final[Mapping[str, str]] = {
    "requester": "partner",  # without a partner, a coordinator may have clicked for the person
    "target": "offer",
    "person": "person",
    "coordinator": "coordinator",
}
_LETTER_OF_ACTOR: Final[Mapping[str, str]] = {"requester": "R", "target": "T", "person": "P"}
_TEMPLATES_OF_STREAMS: Final = {"stream-unread": "paused_at", "stream-read-again": "resumed_at"}
"""Each template about a partner's stream, with the column that says when a pause made it due."""


class Subject(NamedTuple):
    """What notices are about: one step, question, lateness or pause, under however many event ids it was announced."""

    what: str
    of: str
    """The id of the referral or partner."""
    number: Any


class Recipient(NamedTuple):
    """One recipient, and the role in which it is notified."""

    role: str
    kind: str
    id: str


COORDINATOR: Final = Recipient("coordinator", "coordinator", FIRST_ON_CALL)


def expected_notices(evidence: Evidence) -> dict[Subject, AbstractSet[Recipient]]:
    """Return who must be notified of each subject that was announced; a subject without recipients is included."""
    choices, next_actors = chosen_channels(evidence), _next_actors(evidence)
    expected: dict[Subject, AbstractSet[Recipient]] = {}
    for event in (event for type_ in _HEARD for event in evidence.events_of(type_)):
        subject = _subject(event)
        before = next_actors.get((subject.of, subject.number - 1)) if event.type == STEP else None
        expected[subject] = {
            recipient
            for recipient in _recipients(event, before)
            if recipient.kind != "partner" or "email" in choices.get(recipient.id, {"email"})
        }
    return expected | _expected_of_pauses(evidence)


def subjects_by_cause(evidence: Evidence) -> dict[str, Subject]:
    """Return the subject of each event that causes notices about a referral, by the event's id."""
    return {event.id: _subject(event) for type_ in _HEARD for event in evidence.events_of(type_)}


def chosen_channels(evidence: Evidence) -> dict[str, AbstractSet[str]]:
    """Return the channels that each partner chose last; one that said nothing is not included."""
    registered = sorted(
        evidence.events_of("partner.registered"), key=lambda event: event.facts["registered_at"]
    )
    return {event.facts["partner"]: set(event.facts["channels"]) for event in registered}


def what_happened(facts: Mapping[str, Any]) -> str:
    """Return what a step means: a status that only the requester or a coordinator repeats is about the next actor."""
    status, previous, business = facts["status"], facts.get("previous"), facts.get("business_status")
    if status == previous and facts.get("actor") in ("requester", "coordinator"):
        return "next-actor"
    if business == "consent-revoked" or status in _ENDS:
        return str(business if business == "consent-revoked" else status)
    if previous not in (None, "draft", status):
        return "resumed" if (previous, status) == ("on-hold", "in-progress") else str(status)
    if business is not None:
        return str(business)
    return "looking-again" if status == previous == "requested" else str(status)


def _recipients(event: StreamEvent, acted_before: str | None) -> Iterable[Recipient]:
    facts = event.facts
    if event.type == STEP:
        return _recipients_of_step(facts, acted_before)
    if event.type == OVERDUE:
        return {_who_acts(str(facts["next_actor"]), facts)}
    return _named("T", facts)  # the question to the target is void


def _recipients_of_step(facts: Mapping[str, Any], acted_before: str | None) -> Iterable[Recipient]:
    """Return those who hear of a step, a coordinator from the moment it is up to them, and not the one who did it."""
    what, next_actor = what_happened(facts), facts.get("next_actor")
    notified = _named(_ROLES.get(what, _EVERYBODY), facts)
    if next_actor not in (None, "matching", acted_before):
        must_act = _who_acts(str(next_actor), facts)
        if must_act == COORDINATOR or what == "next-actor":
            notified.add(must_act)
    return {each for each in notified if each.kind != _KIND_WHO_CLICKED.get(str(facts.get("actor")))}


def _who_acts(actor: str, facts: Mapping[str, Any]) -> Recipient:
    """Return the party that must act; the coordinator for a supervisor, for a program, and for an actor that is not known."""
    return next(iter(_named(_LETTER_OF_ACTOR.get(actor, ""), facts)), COORDINATOR)


def _named(letters: str, facts: Mapping[str, Any]) -> set[Recipient]:
    """Return the parties of a referral by their letters. A person who referred themselves is the referrer, once."""
    partner, offer = facts.get("partner"), facts.get("offer_id")
    notified: set[Recipient] = set()
    if "R" in letters and partner:
        notified.add(Recipient("referrer", "partner", str(partner)))
    if "T" in letters and offer:
        notified.add(Recipient("target", "offer", str(offer)))
    if "P" in letters or ("R" in letters and not partner):
        notified.add(Recipient("person" if partner else "referrer", "person", str(facts["person_id"])))
    return notified


def _expected_of_pauses(evidence: Evidence) -> dict[Subject, AbstractSet[Recipient]]:
    """Return the coordinator and the partner of each pause, and of each end of one, whatever the partner chose."""
    return {
        Subject(template, row["partner"], row["paused_at"]): {
            COORDINATOR,
            Recipient("referrer", "partner", row["partner"]),
        }
        for row in evidence.quarantines
        for template, happened_at in _TEMPLATES_OF_STREAMS.items()
        if row[happened_at] is not None
    }


def _next_actors(evidence: Evidence) -> dict[tuple[str, int], str | None]:
    """Return the next actor after each step (referral, sequence)."""
    return {
        (str(event.facts["referral_id"]), event.facts["sequence"]): event.facts.get("next_actor")
        for event in evidence.events_of(STEP)
    }


def _subject(event: StreamEvent) -> Subject:
    number: Any = event.id
    if event.type == STEP:
        number = event.facts["sequence"]
    elif event.type in (LAPSED, WITHDRAWN):
        number = event.facts["proposal_id"]
    return Subject(event.type, str(event.facts["referral_id"]), number)
