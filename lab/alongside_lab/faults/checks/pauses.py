"""Checks that only a faulty partner's stream is paused and later resumed, while other partners are handled."""

from collections.abc import Iterator
from typing import Final

from alongside_lab.faults.evidence.evidence import Evidence, Finding, FindingKind, exactly_once
from alongside_lab.faults.fault_records import OUTBREAK_KIND

ANSWERS_MIN: Final = 10
"""The number of answers after which other partners count as handled during a pause."""


def the_broken_sender_is_paused_alone(evidence: Evidence) -> Iterator[Finding]:
    """Exactly the partners that sent an outbreak of bad records were paused."""
    broken_partners = {record.partner for record in evidence.sent_records if record.kind == OUTBREAK_KIND}
    paused = {row["partner"] for row in evidence.quarantines}
    for partner in sorted(broken_partners - paused):
        yield Finding(
            FindingKind.WRONG_PAUSE, partner, "sent an outbreak of bad records, but was never paused"
        )
    for partner in sorted(paused - broken_partners):
        yield Finding(FindingKind.WRONG_PAUSE, partner, "was paused without an outbreak")


def pauses_are_announced_and_ended(evidence: Evidence) -> Iterator[Finding]:
    """Each pause has ended, and its start and end were each announced once to the partner, and once to the network."""
    for row in evidence.quarantines:
        if row["resumed_at"] is None:
            yield Finding(FindingKind.WRONG_PAUSE, row["partner"], "is still paused")
    for type_ in ("intake.paused", "intake.resumed", "partner-stream.paused", "partner-stream.resumed"):
        rows = [row["partner"] for row in evidence.quarantines]
        announced = [event.facts["partner"] for event in evidence.events_of(type_)]
        yield from exactly_once(_number_repeats(rows), _number_repeats(announced), type_)


def other_partners_are_not_held_up(evidence: Evidence) -> Iterator[Finding]:
    """While one stream is paused, submissions of other partners are answered."""
    for pause in evidence.pauses:
        if pause.others_answered < min(ANSWERS_MIN, pause.others_sent):
            detail = f"during its pause, {pause.others_answered} of {pause.others_sent} records of others were answered"
            yield Finding(FindingKind.HELD_UP, pause.partner, detail)


def _number_repeats(partners: list[str]) -> list[tuple[str, int]]:
    """Number each partner's occurrences, so that repeats are distinct."""
    return [(partner, partners[:position].count(partner)) for position, partner in enumerate(partners)]
