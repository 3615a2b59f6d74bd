"""The records that partners send during the storm: valid referrals, repeats, later statements, and poison. The seed determines all.

Every record has its number in an additional header, which services ignore, so that the checker identifies each record
on the streams, also after repeated sends.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Final

from alongside_contracts.intake import Consent, SubmissionReceived
from alongside_contracts.partner import ConsentStated, SubmissionWithdrawalRequested
from alongside_contracts.streams import JOURNEY
from alongside_contracts.vocabulary import Answer, ConsentDecision, Hope, Reason, Risk
from alongside_localstack.sample.partners import SamplePartner
from alongside_localstack.sample.places import places_outside
from alongside_localstack.sample.randomness import seeded_random
from alongside_localstack.sample.records import PartnerEvent, record
from alongside_localstack.sample.submissions import Series, submission

NUMBER_HEADER: Final = "x-faults-number"
REDELIVERED_SHARE, RESENT_SHARE, POISON_SHARE = 0.04, 0.04, 0.04
OUTSIDE_SHARE, CRISIS_SHARE = 0.01, 0.005
CHANGED_SHARE = 0.03
"""The share of valid records that are amended; as many are withdrawn, and as many lose their consent."""
JOURNEY_POISON_ONE_IN: Final = 8
"""One of this many poison records is on the journey stream, the others on partner streams."""
REPEAT_DISTANCE_MAX: Final = 400
"""The maximum distance of a repeat from its original, in records."""
OUTBREAK: Final = 60
"""The number of consecutive bad records of a faulty partner: more than any limit that pauses a stream."""
OUTBREAK_AT: Final = 0.3
"""The position of the outbreak, as a share of all records: other partners send many afterwards."""
OUTBREAK_KIND: Final = "poison-outbreak"
DANGER_KIND: Final = "poison-danger"
CHANGES: Final = ("amended", "withdrawn", "consent-revoked")
"""What is said later of a valid record."""
_KINDS_ON_JOURNEY: Final = ("journey",)
Headers = list[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRecord:
    """One record to publish.

    `event_id` is None for poison whose id cannot be read. `repeats` is the number of the record that a redelivery or a
    resent reference repeats. `expected` is the one answer that the event must get; `expected_late` the one instead of it when the
    referral has ended before.
    """

    number: int
    kind: str
    partner: str
    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    event_id: str | None = None
    reference: str | None = None
    person_reference: str | None = None
    expected: Answer | None = None
    expected_late: Answer | None = None
    repeats: int | None = None

    @property
    def poison(self) -> bool:
        """Whether the record must become a dead letter; all others must not."""
        return self.kind.startswith("poison-")

    @property
    def is_decided(self) -> bool:
        """Whether intake surely stores a separate decision: poison gets none, and a repeat may share one."""
        return not self.poison and self.repeats is None


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: str
    partner: SamplePartner
    submission: SubmissionReceived
    expected: Answer | None
    repeats: int | None = None
    event_id: str = ""
    key: bytes | None = None
    said: PartnerEvent | None = None
    """What is said of the submission later, if it is not sent itself."""


def make_records(
    sample_partners: Sequence[SamplePartner], series: Series, count: int, *, outbreak: int = 0
) -> tuple[FaultRecord, ...]:
    """Return `count` valid referrals among all other records, in the order sent.

    With an `outbreak`, the last partner sends this many consecutive bad records, under one key.
    """
    rng = seeded_random("letters", series.seed)
    drafts = list(_originals(sample_partners, series, count, rng))
    rng.shuffle(drafts)
    position = round(len(drafts) * OUTBREAK_AT)
    drafts[position:position] = _outbreak(sample_partners[-1], series, len(drafts), outbreak)
    placed = _with_repeats(drafts, rng)
    return tuple(_record(number, draft, rng, series.now) for number, draft in enumerate(placed))


def _originals(
    sample_partners: Sequence[SamplePartner], series: Series, count: int, rng: Random
) -> Iterator[_Draft]:
    """Yield all records except repeats, each with a unique reference."""
    kinds = [
        ("good", Answer.ADMITTED, count),
        ("outside", Answer.REJECTED, max(1, round(count * OUTSIDE_SHARE))),
        ("crisis", Answer.ESCALATED, max(1, round(count * CRISIS_SHARE))),
    ]
    index = 0
    for kind, expected, kind_count in kinds:
        for _ in range(kind_count):
            index += 1
            partner = sample_partners[index % len(sample_partners)]
            generated = _apply_kind(submission(partner, series, index), kind, partner, rng)
            yield _Draft(kind, partner, generated, expected, event_id=f"e-{generated.reference}")
    for kind, refused in _poison_kinds(max(len(POISONS), round(count * POISON_SHARE))):
        index += 1
        partner = sample_partners[index % len(sample_partners)]
        generated = submission(partner, series, index)
        yield _Draft(kind, partner, generated, refused, event_id=f"e-{generated.reference}")


def _poison_kinds(count: int) -> Iterator[tuple[str, Answer | None]]:
    """Yield the kind and the answer of each poison record; one on the journey gets no answer."""
    names = tuple(POISONS)
    for index in range(count):
        if index % JOURNEY_POISON_ONE_IN == JOURNEY_POISON_ONE_IN - 1:
            yield "poison-journey", None
        else:
            yield f"poison-{names[index % len(names)]}", Answer.REFUSED


def _outbreak(partner: SamplePartner, series: Series, after: int, count: int) -> Iterator[_Draft]:
    """Yield bad records with one key, hence in one partition, where they are consecutive."""
    for index in range(after + 1, after + 1 + count):
        generated = submission(partner, series, index)
        key = submission(partner, series, after + 1).key.encode()
        yield _Draft(
            OUTBREAK_KIND, partner, generated, Answer.REFUSED, event_id=f"e-{generated.reference}", key=key
        )


def _apply_kind(
    generated: SubmissionReceived, kind: str, partner: SamplePartner, rng: Random
) -> SubmissionReceived:
    if kind == "outside":
        elsewhere = rng.choice(places_outside(partner.region))
        return generated.model_copy(update={"postal_code": elsewhere.postal_code})
    if kind == "crisis":
        return generated.model_copy(update={"risks": (Risk.DANGER_TO_SELF,)})
    return generated


def _with_repeats(drafts: list[_Draft], rng: Random) -> list[_Draft]:
    """Insert repeats of valid records after their originals; `repeats` is the original's number."""
    good_drafts = [draft for draft in drafts if draft.kind == "good"]
    repeats: dict[str, list[str]] = {}
    for kind, share in (("redelivered", REDELIVERED_SHARE), ("resent", RESENT_SHARE)):
        for draft in rng.sample(good_drafts, max(1, round(len(good_drafts) * share))):
            repeats.setdefault(draft.event_id, []).append(kind)
    distance_max = min(REPEAT_DISTANCE_MAX, max(2, len(drafts) // 4))
    order: list[tuple[float, _Draft]] = [(float(position), draft) for position, draft in enumerate(drafts)]
    unrepeated = [draft for draft in good_drafts if draft.event_id not in repeats]
    changed = rng.sample(
        unrepeated, min(len(unrepeated), 3 * max(1, round(len(good_drafts) * CHANGED_SHARE)))
    )
    for nth, draft in enumerate(changed):
        repeats[draft.event_id] = [CHANGES[nth % len(CHANGES)]]
    for position, draft in enumerate(drafts):
        kinds = repeats.get(draft.event_id, ()) if draft.kind == "good" else ()
        order += [(position + rng.uniform(0.1, distance_max), _repeat(draft, kind)) for kind in kinds]
    order.sort(key=lambda entry: entry[0])
    numbers = {draft.event_id: number for number, (_, draft) in enumerate(order) if draft.kind == "good"}
    return [
        replace(draft, repeats=numbers[f"e-{draft.submission.reference}"])
        if draft.kind in ("redelivered", "resent", *CHANGES)
        else draft
        for _, draft in order
    ]


def _repeat(draft: _Draft, kind: str) -> _Draft:
    """Return the same event again, its reference under a new event id, or what is said of it later."""
    if kind == "redelivered":
        return _Draft(kind, draft.partner, draft.submission, Answer.ADMITTED, event_id=draft.event_id)
    if kind in CHANGES:
        said, answer = _said_later(draft.submission, kind)
        return _Draft(
            kind, draft.partner, draft.submission, answer, event_id=f"{draft.event_id}-later", said=said
        )
    return _Draft(kind, draft.partner, draft.submission, Answer.LINKED, event_id=f"{draft.event_id}-again")


def _said_later(about: SubmissionReceived, kind: str) -> tuple[PartnerEvent, Answer]:
    """Return what a partner says of a submission later, and the answer while its referral runs."""
    if kind == "amended":
        hope = next(hope for hope in Hope if hope not in about.hopes)
        return about.model_copy(update={"hopes": (*about.hopes, hope)}), Answer.AMENDED
    if kind == "withdrawn":
        withdrawal = SubmissionWithdrawalRequested(reference=about.reference, reason=Reason.NO_LONGER_NEEDS)
        return withdrawal, Answer.WITHDRAWN
    refused = Consent(decision=ConsentDecision.REFUSED)
    return ConsentStated(reference=about.reference, consent=refused), Answer.CONSENT_CHANGED


def _record(number: int, draft: _Draft, rng: Random, at: datetime) -> FaultRecord:
    original = record(draft.partner, draft.said or draft.submission, draft.event_id, at)
    topic, value, headers = original.topic, original.value, list(original.headers)
    event_id: str | None = draft.event_id
    corrupted: bytes | None = value
    corrupted_headers: Headers = list(headers)
    if draft.kind.startswith("poison-"):
        name = draft.kind.removeprefix("poison-")
        corrupt = _CORRUPTIONS[name]
        corrupted, corrupted_headers, readable = corrupt(value, headers, rng)
        event_id = event_id if readable else None
        topic = JOURNEY.topic() if name in _KINDS_ON_JOURNEY else topic
    return FaultRecord(
        number=number,
        kind=draft.kind,
        partner=draft.partner.id,
        topic=topic,
        key=draft.key or original.key,
        value=corrupted,
        headers=(*corrupted_headers, (NUMBER_HEADER, str(number).encode())),
        event_id=event_id,
        reference=draft.submission.reference,
        person_reference=draft.submission.person_reference,
        expected=draft.expected,
        expected_late=Answer.LINKED if draft.kind in CHANGES else None,
        repeats=draft.repeats,
    )


_Corrupted = tuple[bytes | None, Headers, bool]
"""The body, the headers, and whether the event id can still be read."""
_Corrupt = Callable[[bytes, list[tuple[str, bytes]], Random], _Corrupted]


def _truncate(value: bytes, headers: list[tuple[str, bytes]], rng: Random) -> _Corrupted:
    return value[: rng.randrange(1, len(value) - 1)], [*headers], True


def _remove_body(_value: bytes, headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
    return None, [*headers], False


def _remove_headers(value: bytes, _headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
    return value, [], False


def _set_null_header(value: bytes, headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
    return value, [(name, None if name == "ce_id" else text) for name, text in headers], False


def _set_binary_header(value: bytes, headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
    return value, [(name, b"\xff\x00\xfe" if name == "ce_id" else text) for name, text in headers], False


def _break_with_danger(value: bytes, headers: list[tuple[str, bytes]], rng: Random) -> _Corrupted:
    """Put a risk into the record and cut its end off, somewhere behind the risk."""
    dangerous = value.replace(b'"risks":[]', b'"risks":["danger-to-self"]', 1)
    behind = dangerous.index(b'"risks":["danger-to-self"]') + len(b'"risks":["danger-to-self"]')
    return dangerous[: rng.randrange(behind, len(dangerous))], [*headers], True


def _set_type(type_name: bytes) -> _Corrupt:
    def corrupt(value: bytes, headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
        return value, [(name, type_name if name == "ce_type" else text) for name, text in headers], True

    return corrupt


def _forge_source(value: bytes, headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
    other = b"urn:alongside:partner:somebody-else"
    return value, [(name, other if name == "ce_source" else text) for name, text in headers], True


def _break_field(value: bytes, headers: list[tuple[str, bytes]], _rng: Random) -> _Corrupted:
    return value.replace(b'"needs":[', b'"needs":["not-a-need",', 1), [*headers], True


POISONS: Final[Mapping[str, _Corrupt]] = {
    "cut-off": _truncate,
    "tombstone": _remove_body,
    "headless": _remove_headers,
    "null-header": _set_null_header,
    "binary-header": _set_binary_header,
    "unknown-type": _set_type(b"org.alongside.weather.changed.v1"),
    "newer-version": _set_type(b"org.alongside.submission.received.v9"),
    "forged-source": _forge_source,
    "wrong-field": _break_field,
    "danger": _break_with_danger,
}
_CORRUPTIONS: Final[Mapping[str, _Corrupt]] = {
    **POISONS,
    "journey": _remove_headers,
    "outbreak": _break_field,
}
