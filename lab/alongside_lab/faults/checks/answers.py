"""Every record gets its one answer: the event once, however often it was delivered; each poison record at its place."""

from collections.abc import Iterator

from alongside_lab.faults.evidence.evidence import (
    Broken,
    Evidence,
    Finding,
    Heard,
    Place,
    exactly_once,
    grouped,
)
from alongside_lab.faults.letters import Letter

ANSWERED = "submission.answered"
REFUSED = "refused"
_STATUS, _INBOUND = ".status.v1", ".referrals.v1"


def every_submission_is_answered_once(evidence: Evidence) -> Iterator[Finding]:
    """One answer to each event a partner sent, whatever was repeated."""
    expected = submitted(evidence)
    answers = [event for event in evidence.of(ANSWERED) if event.facts["answer"] != REFUSED]
    yield from exactly_once(expected, (asked(answer) for answer in answers), "answer")
    for answer in answers:
        letter = expected.get(asked(answer))
        if letter is not None and letter.expected is not None and letter.expected != answer.facts["answer"]:
            what = f"answered {answer.facts['answer']} instead of {letter.expected}"
            yield Finding(Broken.WRONG_ANSWER, letter.event_id or "", what)


def every_poison_record_is_answered_once(evidence: Evidence) -> Iterator[Finding]:
    """One refusal for each poison record a partner sent, naming its place."""
    poison = {letter.number for letter in evidence.letters if letter.poison and letter.expected}
    places = [each.place for each in evidence.arrived if each.number in poison]
    refusals = [_place(event) for event in evidence.of(ANSWERED) if event.facts["answer"] == REFUSED]
    yield from exactly_once(places, refusals, "refusal")


def every_letter_is_on_its_stream(evidence: Evidence) -> Iterator[Finding]:
    """What the broker acknowledged is there."""
    for letter in evidence.letters:
        if letter.number not in evidence.arrived_once:
            yield Finding(Broken.LOST, f"letter {letter.number}", f"acknowledged, and not on {letter.topic}")


def submitted(evidence: Evidence) -> dict[tuple[str, str], Letter]:
    """The submissions partners made, by partner and event id; a redelivery is none of its own."""
    sent = [letter for letter in evidence.letters if not letter.poison and letter.event_id is not None]
    sent = [letter for letter in sent if letter.number in evidence.arrived_once]
    return {key: found[0] for key, found in grouped(sent, lambda each: (each.partner, each.event_id)).items()}


def asked(answer: Heard) -> tuple[str, str]:
    """The partner and event id an answer is to."""
    return answer.facts["partner"], answer.facts["origin"]["event_id"]


def _place(refusal: Heard) -> Place:
    origin = refusal.facts["origin"]
    return Place(origin["topic"], origin["partition"], origin["offset"])
