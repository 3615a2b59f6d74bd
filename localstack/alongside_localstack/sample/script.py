"""The submissions of a demonstration: valid ones of two partners, and four special cases.

Each has the answer that intake must give, which the demonstration checks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.vocabulary import Answer, Risk
from alongside_localstack.sample.partners import COURT, HOSPITAL, SamplePartner, demo_partners
from alongside_localstack.sample.places import places_outside
from alongside_localstack.sample.randomness import seeded_random
from alongside_localstack.sample.records import PartnerRecord, record
from alongside_localstack.sample.submissions import Series, submission

SPECIAL_SUBMISSIONS: Final = 4
"""The number of special cases: a crisis, a malformed record, one from outside the region, a duplicate."""


@dataclass(frozen=True, slots=True)
class ScriptedSubmission:
    """One submission and the answer it must get.

    `repeats` is the event id of the submission that a duplicate repeats. The body of a `garbled` one is not JSON: its
    answer names the event id, but no reference.
    """

    partner: SamplePartner
    event_id: str
    submission: SubmissionReceived
    expected: Answer
    repeats: str | None = None
    garbled: bool = False

    def record(self, at: datetime | None = None) -> PartnerRecord:
        """Return the record to send; `at` is the event's time."""
        full = record(self.partner, self.submission, self.event_id, at)
        return full._replace(value=full.value[: len(full.value) // 2]) if self.garbled else full

    @property
    def creates_person(self) -> bool:
        """Whether intake creates a person from it; the person's contact route is stored before it is sent."""
        return not self.garbled and self.repeats is None


@dataclass(frozen=True, slots=True)
class DemoScript:
    """The submissions in the order sent. A duplicate follows the one it repeats, under the same key."""

    submissions: tuple[ScriptedSubmission, ...]

    def with_answer(self, answer: Answer) -> tuple[ScriptedSubmission, ...]:
        """Return the submissions that must get this answer."""
        return tuple(scripted for scripted in self.submissions if scripted.expected is answer)


def make_script(run: str, count: int, seed: int, now: datetime) -> DemoScript:
    """Return `count` valid submissions and SPECIAL_SUBMISSIONS others. Raises ValueError for a bad `run` or `count`.

    The special cases are spread among the valid ones, which they must not affect.
    """
    if count < 1:
        raise ValueError("a demonstration needs at least one valid submission")
    series = Series(run, seed, now)
    good = [_good(series, index) for index in range(1, count + 1)]
    return DemoScript(tuple(_interleave(good, _specials(series, good[0], count))))


def _good(series: Series, index: int) -> ScriptedSubmission:
    """Return a valid submission, from each partner in turn."""
    both = demo_partners()
    partner = both[(index - 1) % len(both)]
    generated = submission(partner, series, index)
    return ScriptedSubmission(partner, _event_id(generated), generated, Answer.ADMITTED)


def _specials(series: Series, first: ScriptedSubmission, count: int) -> tuple[ScriptedSubmission, ...]:
    """Return the four special cases; their references follow those of the valid ones."""
    crisis = submission(HOSPITAL, series, count + 1).model_copy(update={"risks": (Risk.DANGER_TO_SELF,)})
    garbled = submission(COURT, series, count + 2)
    moved = submission(COURT, series, count + 3)
    elsewhere = seeded_random("outside", series.seed).choice(places_outside(COURT.region))
    outside = moved.model_copy(update={"postal_code": elsewhere.postal_code})
    return (
        ScriptedSubmission(HOSPITAL, _event_id(crisis), crisis, Answer.ESCALATED),
        ScriptedSubmission(COURT, _event_id(garbled), garbled, Answer.REFUSED, garbled=True),
        ScriptedSubmission(COURT, _event_id(outside), outside, Answer.REJECTED),
        ScriptedSubmission(
            first.partner, f"{first.event_id}-again", first.submission, Answer.LINKED, repeats=first.event_id
        ),
    )


def _interleave(
    good: list[ScriptedSubmission], specials: tuple[ScriptedSubmission, ...]
) -> Iterator[ScriptedSubmission]:
    """Yield valid and special submissions, the special ones spread evenly; the first is always a valid one."""
    due = [1 + (len(good) - 1) * nth // len(specials) for nth in range(1, len(specials) + 1)]
    for number, scripted in enumerate(good, start=1):
        yield scripted
        yield from (special for after, special in zip(due, specials, strict=True) if after == number)


def _event_id(generated: SubmissionReceived) -> str:
    return f"e-{generated.reference}"
