"""The records of a demonstration: valid submissions of two partners, and special cases.

Each has the answers that intake may give, which the demonstration checks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alongside_contracts.intake import Consent, SubmissionReceived
from alongside_contracts.partner import ConsentStated, SubmissionWithdrawalRequested
from alongside_contracts.vocabulary import Answer, ConsentDecision, Hope, Reason, Risk
from alongside_localstack.sample.partners import COURT, HOSPITAL, SamplePartner, demo_partners
from alongside_localstack.sample.places import places_outside
from alongside_localstack.sample.randomness import seeded_random
from alongside_localstack.sample.records import PartnerEvent, PartnerRecord, record
from alongside_localstack.sample.submissions import Series, submission

BROKEN_TAIL_BYTES: Final = 2
"""What a record with a risk lacks at its end: it is no JSON, and the risk can be read all the same."""


@dataclass(frozen=True, slots=True)
class ScriptedRecord:
    """One record and the answers it may get: another than the first if its referral has ended meanwhile.

    `repeats` is the event id of the submission that a duplicate repeats. The body of a `garbled` one is not JSON: its
    answer names the event id, but no reference. `stops`: its referral is stopped, so its loop never closes.
    """

    partner: SamplePartner
    event_id: str
    event: PartnerEvent
    expected: tuple[Answer, ...]
    repeats: str | None = None
    garbled: bool = False
    stops: bool = False

    def record(self, at: datetime | None = None) -> PartnerRecord:
        """Return the record to send; `at` is the event's time."""
        full = record(self.partner, self.event, self.event_id, at)
        if not self.garbled:
            return full
        has_risk = isinstance(self.event, SubmissionReceived) and self.event.risks
        return full._replace(value=full.value[: -BROKEN_TAIL_BYTES if has_risk else len(full.value) // 2])

    @property
    def person_reference(self) -> str | None:
        """The person of whom intake first hears with it; the contact route is stored before it is sent."""
        is_first = isinstance(self.event, SubmissionReceived) and not self.garbled and self.repeats is None
        return (
            self.event.person_reference if isinstance(self.event, SubmissionReceived) and is_first else None
        )


@dataclass(frozen=True, slots=True)
class DemoScript:
    """The records in the order sent. One about an earlier submission follows it, under the same key."""

    records: tuple[ScriptedRecord, ...]

    def with_answer(self, answer: Answer) -> tuple[ScriptedRecord, ...]:
        """Return the records that should get this answer."""
        return tuple(scripted for scripted in self.records if scripted.expected[0] is answer)


def make_script(run: str, count: int, seed: int, now: datetime) -> DemoScript:
    """Return `count` valid submissions and the special cases. Raises ValueError for a bad `run` or `count`.

    The special cases are spread among the valid ones, which they must not affect.
    """
    if count < 1:
        raise ValueError("a demonstration needs at least one valid submission")
    series = Series(run, seed, now)
    good = [_good(series, index) for index in range(1, count + 1)]
    specials = (*_single_records(series, good[0], count), *_later_statements(series, count))
    return DemoScript(tuple(_interleave(good, specials)))


def _good(series: Series, index: int) -> ScriptedRecord:
    """Return a valid submission, from each partner in turn."""
    both = demo_partners()
    partner = both[(index - 1) % len(both)]
    generated = submission(partner, series, index)
    return ScriptedRecord(partner, _event_id(generated), generated, (Answer.ADMITTED,))


def _single_records(
    series: Series, first: ScriptedRecord, count: int
) -> tuple[tuple[ScriptedRecord, ...], ...]:
    """Return a crisis, a malformed record, one from outside the region, a duplicate, and danger in a broken record."""
    crisis = submission(HOSPITAL, series, count + 1).model_copy(update={"risks": (Risk.DANGER_TO_SELF,)})
    garbled = submission(COURT, series, count + 2)
    moved = submission(COURT, series, count + 3)
    elsewhere = seeded_random("outside", series.seed).choice(places_outside(COURT.region))
    outside = moved.model_copy(update={"postal_code": elsewhere.postal_code})
    danger = submission(HOSPITAL, series, count + 4).model_copy(update={"risks": (Risk.IMMEDIATE_DANGER,)})
    again = ScriptedRecord(
        first.partner, f"{first.event_id}-again", first.event, (Answer.LINKED,), repeats=first.event_id
    )
    return (
        (ScriptedRecord(HOSPITAL, _event_id(crisis), crisis, (Answer.ESCALATED,)),),
        (ScriptedRecord(COURT, _event_id(garbled), garbled, (Answer.REFUSED,), garbled=True),),
        (ScriptedRecord(COURT, _event_id(outside), outside, (Answer.REJECTED,)),),
        (again,),
        (ScriptedRecord(HOSPITAL, _event_id(danger), danger, (Answer.REFUSED,), garbled=True),),
    )


def _later_statements(series: Series, count: int) -> tuple[tuple[ScriptedRecord, ...], ...]:
    """Return submissions that are amended, withdrawn, and no longer consented to, each with the record that says so."""
    amended = submission(HOSPITAL, series, count + 5)
    withdrawn = submission(COURT, series, count + 6)
    revoked = submission(HOSPITAL, series, count + 7)
    hopes = (*amended.hopes, next(hope for hope in Hope if hope not in amended.hopes))
    withdrawal = SubmissionWithdrawalRequested(reference=withdrawn.reference, reason=Reason.NO_LONGER_NEEDS)
    refusal = ConsentStated(reference=revoked.reference, consent=Consent(decision=ConsentDecision.REFUSED))
    return (
        _stated(HOSPITAL, amended, amended.model_copy(update={"hopes": hopes}), Answer.AMENDED),
        _stated(COURT, withdrawn, withdrawal, Answer.WITHDRAWN),
        _stated(HOSPITAL, revoked, refusal, Answer.CONSENT_CHANGED),
    )


def _stated(
    partner: SamplePartner, about: SubmissionReceived, event: PartnerEvent, answer: Answer
) -> tuple[ScriptedRecord, ScriptedRecord]:
    """Return a submission and the record about it that follows at once."""
    stops, first = answer is not Answer.AMENDED, _event_id(about)
    return (
        ScriptedRecord(partner, first, about, (Answer.ADMITTED,), stops=stops),
        ScriptedRecord(partner, f"{first}-later", event, (answer, Answer.LINKED), repeats=first, stops=stops),
    )


def _interleave(
    good: list[ScriptedRecord], specials: tuple[tuple[ScriptedRecord, ...], ...]
) -> Iterator[ScriptedRecord]:
    """Yield valid and special records, the special ones spread evenly; the first is always a valid one."""
    due = [1 + (len(good) - 1) * nth // len(specials) for nth in range(1, len(specials) + 1)]
    for number, scripted in enumerate(good, start=1):
        yield scripted
        for after, special in zip(due, specials, strict=True):
            if after == number:
                yield from special


def _event_id(generated: SubmissionReceived) -> str:
    return f"e-{generated.reference}"
