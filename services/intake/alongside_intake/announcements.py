"""Decisions in the words of the contracts: what intake announces to the network and answers a partner."""

from datetime import datetime

from alongside_chassis.consume import Paused, Quarantine
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.ids import ReferralId, SubmissionId
from alongside_contracts.intake import SubmissionAdmitted, SubmissionEscalated, SubmissionLinked
from alongside_contracts.partner import IntakePaused, IntakeResumed, Origin, Problem, SubmissionAnswered
from alongside_contracts.vocabulary import Answer, ProblemCode, Risk
from alongside_intake.domain.decide import Because, Decision, Escalated, Held, Linked, Rejected
from alongside_intake.filing import Filing, request_of


def admitted(filing: Filing, referral_id: ReferralId) -> SubmissionAdmitted:
    """A referral begins: its request in codes, nothing about who the person is."""
    submission = filing.submission
    return SubmissionAdmitted(
        referral_id=referral_id,
        submission_id=filing.id,
        person_id=filing.person_id,
        partner=filing.partner,
        reference=submission.reference,
        setting=submission.setting,
        request=request_of(submission),
    )


def linked(filing: Filing, referral_id: ReferralId, because: Because) -> SubmissionLinked:
    """A submission, under its own id, belongs to a referral that exists."""
    same_reference = because is Because.SAME_REFERENCE
    return SubmissionLinked(
        referral_id=referral_id,
        submission_id=filing.id,
        partner=filing.partner,
        because="same-reference" if same_reference else "same-person-and-need",
    )


def escalated(filing: Filing, decision: Escalated) -> SubmissionEscalated:
    """Somebody may be in danger."""
    return SubmissionEscalated(
        submission_id=filing.id,
        person_id=filing.person_id,
        partner=filing.partner,
        region=filing.submission.region,
        risks=tuple(Risk(risk) for risk in decision.risks),
        acknowledge_by=decision.acknowledge_by,
    )


def answer(
    filing: Filing,
    partner: str,
    decision: Decision,
    referral_id: ReferralId | None,
    record: RecordOrigin | None,
) -> SubmissionAnswered:
    """What the partner is told. Linked names the first submission, so that a repeat leads to what it repeats."""
    problems = decision.problems if isinstance(decision, Held | Rejected | Escalated) else ()
    first = SubmissionId(decision.submission_id) if isinstance(decision, Linked) else filing.id
    return SubmissionAnswered(
        partner=partner,
        reference=filing.submission.reference,
        submission_id=first,
        referral_id=referral_id,
        answer=Answer(decision.state),
        problems=tuple(
            Problem(code=ProblemCode(found.code), where=found.where, remedy=found.remedy)
            for found in problems
        ),
        origin=None if record is None else origin(record),
    )


def refused(partner: str, problem: Problem, record: RecordOrigin) -> SubmissionAnswered:
    """What the partner is told about a record that could not be read or handled at all."""
    return SubmissionAnswered(
        partner=partner, answer=Answer.REFUSED, problems=(problem,), origin=origin(record)
    )


def paused(paused: Paused) -> IntakePaused:
    """What the partner is told when nothing more of its is read."""
    quarantine = paused.quarantine
    return IntakePaused(
        partner=quarantine.partner,
        because=quarantine.because,
        refused=quarantine.refused,
        problem=paused.problem,
        origin=origin(paused.origin),
        paused_at=quarantine.paused_at,
    )


def resumed(quarantine: Quarantine, *, at: datetime) -> IntakeResumed:
    """What the partner is told when reading goes on."""
    return IntakeResumed(partner=quarantine.partner, paused_at=quarantine.paused_at, resumed_at=at)


def origin(record: RecordOrigin) -> Origin:
    """The record, so that its sender can find it."""
    return Origin(
        topic=record.topic, partition=record.partition, offset=record.offset, event_id=record.event_id
    )
