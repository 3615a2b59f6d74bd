"""Whether the promises were kept: a pure judgement over what partners sent and heard and what the stores hold."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias

from alongside_contracts.partner import ReferralUpdated, SubmissionAnswered
from alongside_contracts.vocabulary import Answer, Status
from alongside_localstack.demo.desk import Desk, Place

UNDONE: Final = frozenset({"pending", "sending"})
Answers: TypeAlias = Mapping[tuple[str, Place], Sequence[SubmissionAnswered]]
"""Intake's answers by the partner and place of the record they answer."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One record a partner published, and the answer it must get."""

    partner: str
    place: Place
    expected: Answer
    label: str
    """What a person watching calls it: the reference, or what is odd about the record."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was observed. Referrals, notices, offers, letters and mails are as their services show them."""

    sent: Sequence[Sent]
    desks: Mapping[str, Desk]
    referrals: Sequence[Mapping[str, Any]] = ()
    notices: Sequence[Mapping[str, Any]] = ()
    offers: Sequence[Mapping[str, Any]] = ()
    letters: Sequence[Mapping[str, Any]] = ()
    mails: Sequence[Mapping[str, Any]] = ()
    crises: Sequence[Mapping[str, Any]] = ()
    killed: str | None = None
    """A service that was killed on the way: spans it had not exported yet died with it, referrals did not."""
    complete_traces: frozenset[str] = frozenset()
    """Ids of referrals whose trace has a direct edge between each two services on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What happened, in numbers; `broken` names every promise that was not kept, in words."""

    submitted: int
    admitted: int
    rejected: int
    linked: int
    escalated: int
    refused: int
    matched: int
    declined: int
    closed: int
    notified: int
    mailed: int
    mail_resent: int
    dead_lettered: int
    traces_complete: int
    lost: int
    duplicated: int
    out_of_order: int
    oversold: int
    broken: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether every promise was kept."""
        return not self.broken

    def as_json(self) -> dict[str, Any]:
        """The summary as one JSON object."""
        return asdict(self) | {"ok": self.ok}


def judge(facts: Facts) -> Summary:
    """Hold the facts against the promises."""
    answers = answers_by_place(facts)
    kinds = Counter(found[0].answer for found in answers.values())
    admitted = {
        str(a.referral_id) for found in answers.values() for a in found if a.answer is Answer.ADMITTED
    }
    faults = _faults(facts, answers, admitted)
    return Summary(
        submitted=len(facts.sent),
        admitted=kinds[Answer.ADMITTED],
        rejected=kinds[Answer.REJECTED],
        linked=kinds[Answer.LINKED],
        escalated=kinds[Answer.ESCALATED],
        refused=kinds[Answer.REFUSED],
        matched=_matched(facts, admitted),
        declined=sum(len(referral["excluded_offers"]) for referral in facts.referrals),
        closed=len(admitted) - len(faults.unclosed),
        notified=sum(notice["state"] == "delivered" for notice in facts.notices),
        mailed=len(facts.mails),
        mail_resent=sum(mail["deliveries"] - 1 for mail in facts.mails),
        dead_lettered=len(facts.letters),
        traces_complete=len(facts.complete_traces & admitted),
        lost=len(faults.unanswered) + len(faults.unclosed) + len(faults.gaps),
        duplicated=len(faults.repeated),
        out_of_order=len(faults.disorder),
        oversold=len(faults.oversold),
        broken=(*faults.in_words(), *_sums_that_do_not_add_up(facts, kinds)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Faults:
    """What should be empty: each field names the things for which a promise was broken."""

    unanswered: Sequence[str]
    unclosed: Sequence[str]
    gaps: Sequence[str]
    disorder: Sequence[str]
    repeated: Sequence[str]
    oversold: Sequence[str]
    surprises: Sequence[str]
    traceless: Sequence[str]
    undelivered: Sequence[str]
    unpaged: Sequence[str]

    def in_words(self) -> list[str]:
        """One sentence for each kind of fault there is."""
        words = {
            "records got no answer": self.unanswered,
            "referrals were admitted but their loop is not closed": self.unclosed,
            "referrals have a gap in what their partner was told": self.gaps,
            "referrals were told out of order": self.disorder,
            "things happened more than once": self.repeated,
            "offers are pushed past their capacity": self.oversold,
            "records were answered otherwise than expected": self.surprises,
            "admitted referrals have no complete trace": self.traceless,
            "notices were never delivered": self.undelivered,
            "crises paged nobody": self.unpaged,
        }
        return [
            f"{len(which)} {what}: {', '.join(which[:3])}{' …' if len(which) > 3 else ''}"
            for what, which in words.items()
            if which
        ]


def _faults(facts: Facts, answers: Answers, admitted: set[str]) -> _Faults:
    journeys = journeys_of(facts.desks.values())
    closed = {referral["id"] for referral in facts.referrals if referral["loop"]["closed"]}
    return _Faults(
        unanswered=[sent.label for sent in facts.sent if (sent.partner, sent.place) not in answers],
        unclosed=sorted(admitted - closed),
        gaps=[each for each, steps in journeys.items() if _gap(steps)],
        disorder=[each for each, steps in journeys.items() if _disorder(steps)],
        repeated=_repeated(facts, answers, journeys),
        oversold=[offer["id"] for offer in facts.offers if _oversold(offer)],
        surprises=_surprises(facts, answers),
        traceless=sorted(admitted - facts.complete_traces) if facts.killed is None else (),
        undelivered=[notice["id"] for notice in facts.notices if notice["state"] in UNDONE],
        unpaged=_unpaged(facts, answers),
    )


def _sums_that_do_not_add_up(facts: Facts, kinds: Mapping[Answer, int]) -> list[str]:
    mail_due = sum(n["channel"] == "email" and n["state"] == "delivered" for n in facts.notices)
    found = []
    if facts.mails and len(facts.mails) != mail_due:
        found.append(f"{mail_due} e-mails count as delivered, but {len(facts.mails)} arrived")
    if len(facts.letters) != kinds[Answer.REFUSED]:
        found.append(f"{kinds[Answer.REFUSED]} records were refused, but {len(facts.letters)} were put aside")
    return found


def _matched(facts: Facts, admitted: set[str]) -> int:
    """How many admitted referrals somebody accepted, by what their partners were told."""
    journeys = journeys_of(facts.desks.values())
    return sum(any(step.status is Status.ACCEPTED for step in journeys.get(each, ())) for each in admitted)


def answers_by_place(facts: Facts) -> dict[tuple[str, Place], list[SubmissionAnswered]]:
    """Intake's answers by the record they answer."""
    found: dict[tuple[str, Place], list[SubmissionAnswered]] = {}
    for partner, desk in facts.desks.items():
        for answer in desk.answers_of(SubmissionAnswered):
            if answer.origin is not None:
                place = Place(answer.origin.partition, answer.origin.offset)
                found.setdefault((partner, place), []).append(answer)
    return found


def journeys_of(desks: Iterable[Desk]) -> dict[str, list[ReferralUpdated]]:
    """What partners were told of each referral, in the order they were told."""
    journeys: dict[str, list[ReferralUpdated]] = {}
    for desk in desks:
        for update in desk.answers_of(ReferralUpdated):
            journeys.setdefault(str(update.referral_id), []).append(update)
    return journeys


def settled(facts: Facts) -> bool:
    """Whether there is nothing left to wait for: all answered, every loop closed, no notice on its way."""
    summary = judge(facts)
    return summary.lost == 0 and not any(notice["state"] in UNDONE for notice in facts.notices)


def _repeated(
    facts: Facts,
    answers: Answers,
    journeys: Mapping[str, Sequence[ReferralUpdated]],
) -> list[str]:
    """Answers, steps and notices that exist more than once."""
    twice_answered = [f"{partner} {place}" for (partner, place), found in answers.items() if len(found) > 1]
    steps = Counter((each, step.sequence) for each, told in journeys.items() for step in told)
    notices = Counter((n["cause"], n["role"], n["recipient_id"], n["channel"]) for n in facts.notices)
    again = [str(what) for counted in (steps, notices) for what, count in counted.items() if count > 1]
    return twice_answered + again


def _surprises(facts: Facts, answers: Answers) -> list[str]:
    return [
        f"{sent.label} ({found[0].answer.value} instead of {sent.expected.value})"
        for sent in facts.sent
        if (found := answers.get((sent.partner, sent.place))) and found[0].answer is not sent.expected
    ]


def _unpaged(facts: Facts, answers: Answers) -> list[str]:
    paged = {crisis["submission_id"] for crisis in facts.crises}
    escalated = [a for found in answers.values() for a in found if a.answer is Answer.ESCALATED]
    return [str(answer.submission_id) for answer in escalated if str(answer.submission_id) not in paged]


def _gap(steps: Sequence[ReferralUpdated]) -> bool:
    return {step.sequence for step in steps} != set(range(1, max(step.sequence for step in steps) + 1))


def _disorder(steps: Sequence[ReferralUpdated]) -> bool:
    numbers = [step.sequence for step in steps]
    return numbers != sorted(numbers)


def _oversold(offer: Mapping[str, Any]) -> bool:
    return offer["capacity"] is not None and offer["held"] + offer["taken"] > offer["capacity"]
