"""A partner whose sender broke is paused, told, and read again; everybody else goes on meanwhile and is never paused."""

from collections.abc import Iterator
from typing import Final

from alongside_lab.faults.evidence.evidence import Evidence, Finding, FindingKind, exactly_once
from alongside_lab.faults.fault_records import OUTBREAK_KIND

ANSWERS_MIN: Final = 10
"""How many answers to others count as going on."""


def the_broken_sender_is_paused_alone(evidence: Evidence) -> Iterator[Finding]:
    """Whoever sent an outbreak of bad records was paused, and nobody else."""
    broken_partners = {record.partner for record in evidence.sent_records if record.kind == OUTBREAK_KIND}
    paused = {row["partner"] for row in evidence.quarantines}
    for partner in sorted(broken_partners - paused):
        yield Finding(FindingKind.WRONG_PAUSE, partner, "sent bad records only, and was never paused")
    for partner in sorted(paused - broken_partners):
        yield Finding(FindingKind.WRONG_PAUSE, partner, "was paused, and its sender was well")


def pauses_are_announced_and_ended(evidence: Evidence) -> Iterator[Finding]:
    """Each pause was announced once and ended once, and its end was announced once."""
    for row in evidence.quarantines:
        if row["resumed_at"] is None:
            yield Finding(FindingKind.WRONG_PAUSE, row["partner"], "is paused still")
    for type_ in ("intake.paused", "intake.resumed"):
        rows = [row["partner"] for row in evidence.quarantines]
        announced = [event.facts["partner"] for event in evidence.of(type_)]
        yield from exactly_once(_number_repeats(rows), _number_repeats(announced), type_)


def other_partners_are_not_held_up(evidence: Evidence) -> Iterator[Finding]:
    """While a stream is paused, what others send is answered."""
    for pause in evidence.pauses:
        if pause.others_answered < min(ANSWERS_MIN, pause.others_sent):
            detail = (
                f"while it was paused, {pause.others_answered} of {pause.others_sent} of others were answered"
            )
            yield Finding(FindingKind.HELD_UP, pause.partner, detail)


def _number_repeats(partners: list[str]) -> list[tuple[str, int]]:
    """The first of each partner, its second, and so on."""
    return [(partner, partners[:position].count(partner)) for position, partner in enumerate(partners)]
