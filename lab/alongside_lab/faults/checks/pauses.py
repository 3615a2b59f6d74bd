"""A partner whose sender broke is paused, told, and read again; everybody else goes on meanwhile and is never paused."""

from collections.abc import Iterator
from typing import Final

from alongside_lab.faults.evidence.evidence import Broken, Evidence, Finding, exactly_once
from alongside_lab.faults.letters import OUTBREAK_KIND

GOES_ON: Final = 10
"""How many answers to others count as going on."""


def the_broken_sender_is_paused_alone(evidence: Evidence) -> Iterator[Finding]:
    """Whoever sent an outbreak of bad records was paused, and nobody else."""
    broken = {letter.partner for letter in evidence.letters if letter.kind == OUTBREAK_KIND}
    paused = {row["partner"] for row in evidence.quarantines}
    for partner in sorted(broken - paused):
        yield Finding(Broken.WRONG_PAUSE, partner, "sent bad records only, and was never paused")
    for partner in sorted(paused - broken):
        yield Finding(Broken.WRONG_PAUSE, partner, "was paused, and its sender was well")


def pauses_are_told_and_ended(evidence: Evidence) -> Iterator[Finding]:
    """Each pause was announced once and ended once, and its end was announced once."""
    for row in evidence.quarantines:
        if row["resumed_at"] is None:
            yield Finding(Broken.WRONG_PAUSE, row["partner"], "is paused still")
    for type_ in ("intake.paused", "intake.resumed"):
        rows = [row["partner"] for row in evidence.quarantines]
        told = [event.facts["partner"] for event in evidence.of(type_)]
        yield from exactly_once(_numbered(rows), _numbered(told), type_)


def others_go_on_meanwhile(evidence: Evidence) -> Iterator[Finding]:
    """While a stream is paused, what others send is answered."""
    for pause in evidence.pauses:
        if pause.others_answered < min(GOES_ON, pause.others_sent):
            what = (
                f"while it was paused, {pause.others_answered} of {pause.others_sent} of others were answered"
            )
            yield Finding(Broken.HELD_UP, pause.partner, what)


def _numbered(partners: list[str]) -> list[tuple[str, int]]:
    """The first of each partner, its second, and so on."""
    return [(partner, partners[:place].count(partner)) for place, partner in enumerate(partners)]
