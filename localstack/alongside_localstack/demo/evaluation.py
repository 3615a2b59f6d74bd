"""Evaluates a demonstration: pure checks of every guarantee against records, answers and stores."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias

from alongside_contracts.partner import ReferralUpdated, SubmissionAnswered
from alongside_contracts.vocabulary import Answer, BusinessStatus, Status
from alongside_localstack.demo.noise import EMAILS_MAX, NOTICES_MAX, Noise, is_undelivered
from alongside_localstack.demo.partner_client import PartnerInbox, StreamPosition

STOPPED_STATES: Final = frozenset({Status.CANCELLED, Status.ON_HOLD})
SMOOTH_STATUSES: Final = frozenset({Status.REQUESTED, Status.ACCEPTED, Status.IN_PROGRESS, Status.COMPLETED})
CHANGES: Final = (Answer.AMENDED, Answer.WITHDRAWN, Answer.CONSENT_CHANGED)
Answers: TypeAlias = Mapping[tuple[str, StreamPosition], Sequence[SubmissionAnswered]]
"""Intake's answers, by the partner and position of the record they answer."""


@dataclass(frozen=True, slots=True)
class SentRecord:
    """One record a partner published, and the answers it may get."""

    partner: str
    position: StreamPosition
    expected: tuple[Answer, ...]
    label: str
    """The name shown to the user: the record's reference."""
    stops: bool = False
    """Whether its referral is stopped on the way: its loop need not close."""


@dataclass(frozen=True, slots=True)
class Observations:
    """All observations. Referrals, notices, offers, dead letters and mails are as the services' APIs return them."""

    sent_records: Sequence[SentRecord]
    inboxes: Mapping[str, PartnerInbox]
    referrals: Sequence[Mapping[str, Any]] = ()
    notices: Sequence[Mapping[str, Any]] = ()
    offers: Sequence[Mapping[str, Any]] = ()
    dead_letters: Sequence[Mapping[str, Any]] = ()
    mails: Sequence[Mapping[str, Any]] = ()
    crises: Sequence[Mapping[str, Any]] = ()
    killed: str | None = None
    """A process that was killed: spans that it had not exported are lost, so traces may be incomplete."""
    complete_traces: frozenset[str] = frozenset()
    """Ids of referrals whose trace has a direct call between each two services of the referral path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The result in numbers; `broken` describes every violated guarantee."""

    submitted: int
    admitted: int
    rejected: int
    linked: int
    escalated: int
    refused: int
    changed: int
    """Submissions that a later record amended, withdrew, or took the consent back from."""
    matched: int
    declined: int
    closed: int
    notified: int
    mailed: int
    notices_per_referral: float
    """Notices per admitted referral, on average."""
    emails_per_referral: float
    """Delivered e-mails per admitted referral, on average."""
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
        """Whether every guarantee was met."""
        return not self.broken

    def as_json(self) -> dict[str, Any]:
        """Return the summary as one JSON object."""
        return asdict(self) | {"ok": self.ok}


def evaluate(observations: Observations) -> Summary:
    """Check the observations against every guarantee."""
    answers = answers_by_position(observations)
    answer_counts = Counter(record_answers[0].answer for record_answers in answers.values())
    admitted = admitted_referrals(answers)
    noise, smooth = Noise.of(observations.notices), _went_well(observations, admitted)
    violations = _find_violations(observations, answers, admitted, too_noisy=noise.above_limits(smooth))
    return Summary(
        submitted=len(observations.sent_records),
        admitted=answer_counts[Answer.ADMITTED],
        rejected=answer_counts[Answer.REJECTED],
        linked=answer_counts[Answer.LINKED],
        escalated=answer_counts[Answer.ESCALATED],
        refused=answer_counts[Answer.REFUSED],
        changed=sum(answer_counts[answer] for answer in CHANGES),
        matched=_matched(observations, admitted),
        declined=sum(len(referral["excluded_offers"]) for referral in observations.referrals),
        closed=len(_closed(observations) & admitted),
        notified=sum(notice["reached_at"] is not None for notice in observations.notices),
        mailed=len(observations.mails),
        notices_per_referral=_mean(noise.notices_about, admitted),
        emails_per_referral=_mean(noise.emails_about, admitted),
        mail_resent=sum(mail["deliveries"] - 1 for mail in observations.mails),
        dead_lettered=len(observations.dead_letters),
        traces_complete=len(observations.complete_traces & admitted),
        lost=len(violations.unanswered) + len(violations.unclosed) + len(violations.gaps),
        duplicated=len(violations.repeated),
        out_of_order=len(violations.out_of_order),
        oversold=len(violations.oversold),
        broken=(
            *violations.describe(),
            *_count_mismatches(observations, answer_counts, noise),
            *(
                ["no referral went well: nothing shows how much noise one makes"]
                if admitted and not smooth
                else ()
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Violations:
    """The subjects of each violated guarantee; every field should be empty."""

    unanswered: Sequence[str]
    unclosed: Sequence[str]
    gaps: Sequence[str]
    out_of_order: Sequence[str]
    repeated: Sequence[str]
    oversold: Sequence[str]
    wrong_answers: Sequence[str]
    without_trace: Sequence[str]
    undelivered: Sequence[str]
    too_noisy: Sequence[str]
    unpaged: Sequence[str]

    def describe(self) -> list[str]:
        """Return one sentence for each kind of violation found."""
        sentences = {
            "records got no answer": self.unanswered,
            "referrals were admitted but their loop is not closed": self.unclosed,
            "referrals have a gap in the updates to their partner": self.gaps,
            "referrals have updates out of order": self.out_of_order,
            "answers, updates or notices exist more than once": self.repeated,
            "offers have more places held and taken than their capacity": self.oversold,
            "records got another answer than expected": self.wrong_answers,
            "admitted referrals have no complete trace": self.without_trace,
            "notices were never delivered": self.undelivered,
            f"referrals that went well caused more than {NOTICES_MAX} notices or {EMAILS_MAX} e-mails": self.too_noisy,
            "escalated submissions have no escalation": self.unpaged,
        }
        return [
            f"{len(subjects)} {sentence}: {', '.join(subjects[:3])}{' …' if len(subjects) > 3 else ''}"
            for sentence, subjects in sentences.items()
            if subjects
        ]


def _find_violations(
    observations: Observations, answers: Answers, admitted: set[str], *, too_noisy: Sequence[str]
) -> _Violations:
    journeys = journeys_of(observations.inboxes.values())
    may_stay_open = _closed(observations) | _stopped(observations, answers)
    return _Violations(
        unanswered=[
            record.label
            for record in observations.sent_records
            if (record.partner, record.position) not in answers
        ],
        unclosed=sorted(admitted - may_stay_open),
        gaps=[referral_id for referral_id, steps in journeys.items() if _has_gap(steps)],
        out_of_order=[referral_id for referral_id, steps in journeys.items() if _is_out_of_order(steps)],
        repeated=_repeated(observations, answers, journeys),
        oversold=[offer["id"] for offer in observations.offers if _is_oversold(offer)],
        wrong_answers=_wrong_answers(observations, answers),
        without_trace=sorted(admitted - observations.complete_traces) if observations.killed is None else (),
        undelivered=[notice["id"] for notice in observations.notices if is_undelivered(notice)],
        too_noisy=too_noisy,
        unpaged=_unpaged(observations, answers),
    )


def _went_well(observations: Observations, admitted: set[str]) -> set[str]:
    """Return the admitted referrals that the first target asked accepted and completed, according to their partners' updates."""
    return {
        referral_id
        for referral_id, updates in journeys_of(observations.inboxes.values()).items()
        if referral_id in admitted
        and {update.status for update in updates} == SMOOTH_STATUSES
        and sum(update.business_status == BusinessStatus.AWAITING_RESPONSE for update in updates) == 1
        and {update.business_status for update in updates} <= {None, BusinessStatus.AWAITING_RESPONSE}
    }


def _mean(counts: Mapping[str, int], referrals: set[str]) -> float:
    return round(sum(counts[id_] for id_ in referrals) / len(referrals), 1) if referrals else 0.0


def _closed(observations: Observations) -> set[str]:
    return {referral["id"] for referral in observations.referrals if referral["loop"]["closed"]}


def _stopped(observations: Observations, answers: Answers) -> set[str]:
    """Return the referrals that a later record stopped: cancelled, or on hold for a coordinator."""
    stopped = [
        answers.get((record.partner, record.position), ())
        for record in observations.sent_records
        if record.stops
    ]
    ids = {str(answer.referral_id) for record_answers in stopped for answer in record_answers}
    states = {referral["id"]: referral["status"] for referral in observations.referrals}
    return {id_ for id_ in ids if states.get(id_) in STOPPED_STATES}


def _count_mismatches(
    observations: Observations, answer_counts: Mapping[str, int], noise: Noise
) -> list[str]:
    mail_due = noise.emails
    mismatches = []
    if observations.mails and len(observations.mails) != mail_due:
        mismatches.append(
            f"{mail_due} e-mails are recorded as delivered, but {len(observations.mails)} arrived"
        )
    if len(observations.dead_letters) != answer_counts[Answer.REFUSED]:
        mismatches.append(
            f"{answer_counts[Answer.REFUSED]} records were refused, but {len(observations.dead_letters)} are dead letters"
        )
    return mismatches


def _matched(observations: Observations, admitted: set[str]) -> int:
    """Count admitted referrals that a target accepted, according to the updates to their partners."""
    journeys = journeys_of(observations.inboxes.values())
    return sum(
        any(step.status is Status.ACCEPTED for step in journeys.get(referral_id, ()))
        for referral_id in admitted
    )


def answers_by_position(
    observations: Observations,
) -> dict[tuple[str, StreamPosition], list[SubmissionAnswered]]:
    """Return intake's answers, by the record they answer."""
    answers: dict[tuple[str, StreamPosition], list[SubmissionAnswered]] = {}
    for partner, inbox in observations.inboxes.items():
        for answer in inbox.answers_of(SubmissionAnswered):
            if answer.origin is not None:
                position = StreamPosition(answer.origin.partition, answer.origin.offset)
                answers.setdefault((partner, position), []).append(answer)
    return answers


def admitted_referrals(answers: Answers) -> set[str]:
    """Return the referral ids that intake's answers name as admitted."""
    return {
        str(answer.referral_id)
        for record_answers in answers.values()
        for answer in record_answers
        if answer.answer == Answer.ADMITTED
    }


def journeys_of(inboxes: Iterable[PartnerInbox]) -> dict[str, list[ReferralUpdated]]:
    """Return the updates that partners received, by referral id, in the order received."""
    journeys: dict[str, list[ReferralUpdated]] = {}
    for inbox in inboxes:
        for update in inbox.answers_of(ReferralUpdated):
            journeys.setdefault(str(update.referral_id), []).append(update)
    return journeys


def is_settled(observations: Observations) -> bool:
    """Return whether every record is answered, every loop is closed and no notice is pending."""
    summary = evaluate(observations)
    return summary.lost == 0 and not any(is_undelivered(notice) for notice in observations.notices)


def _repeated(
    observations: Observations,
    answers: Answers,
    journeys: Mapping[str, Sequence[ReferralUpdated]],
) -> list[str]:
    """Return the answers, updates and notices that exist more than once."""
    answered_twice = [
        f"{partner} {position}"
        for (partner, position), record_answers in answers.items()
        if len(record_answers) > 1
    ]
    steps = Counter(
        (referral_id, step.sequence) for referral_id, updates in journeys.items() for step in updates
    )
    notices = Counter(
        (notice["cause"], notice["recipient_kind"], notice["recipient_id"]) for notice in observations.notices
    )
    duplicates = [str(key) for counts in (steps, notices) for key, count in counts.items() if count > 1]
    return answered_twice + duplicates


def _wrong_answers(observations: Observations, answers: Answers) -> list[str]:
    return [
        f"{record.label} ({record_answers[0].answer} instead of {record.expected[0].value})"
        for record in observations.sent_records
        if (record_answers := answers.get((record.partner, record.position)))
        and record_answers[0].answer not in record.expected
    ]


def _unpaged(observations: Observations, answers: Answers) -> list[str]:
    paged = {crisis["submission_id"] for crisis in observations.crises}
    escalated = [
        answer.escalated_as or answer.submission_id
        for record_answers in answers.values()
        for answer in record_answers
        if answer.answer == Answer.ESCALATED or answer.escalated_as is not None
    ]
    return [str(submission_id) for submission_id in escalated if str(submission_id) not in paged]


def _has_gap(steps: Sequence[ReferralUpdated]) -> bool:
    return {step.sequence for step in steps} != set(range(1, max(step.sequence for step in steps) + 1))


def _is_out_of_order(steps: Sequence[ReferralUpdated]) -> bool:
    numbers = [step.sequence for step in steps]
    return numbers != sorted(numbers)


def _is_oversold(offer: Mapping[str, Any]) -> bool:
    return offer["capacity"] is not None and offer["held"] + offer["taken"] > offer["capacity"]
